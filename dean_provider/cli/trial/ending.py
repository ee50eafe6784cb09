"""A trial that was asked for, and waited for if that is wanted: what start, fork and replay have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.terminal import print_json, print_text

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.steering import Requested
    from dean_provider.contract.workflow import WorkflowDetail

__all__ = ["exit_code_of", "reported", "waited_for"]


def exit_code_of(trial: WorkflowDetail) -> int:
    """Whether a trial that has ended came to something."""
    return ExitCode.OK if trial.status.value == "completed" else ExitCode.TRIAL_FAILED


def reported(gateway: Gateway, requested: Requested, *, wait: bool, every: float, as_json: bool) -> int:
    """Say what was asked for; with ``wait`` follow it to its end. As JSON it is one document: what was asked for, or how it ended."""
    from dean_provider.cli.picture import outcome

    if not as_json:
        say(requested)
    if not wait:
        if as_json:
            print_json(requested.model_dump(mode="json"))
        return ExitCode.OK
    ended = waited_for(gateway, requested, every=every, as_json=as_json)
    if as_json:
        print_json(ended.model_dump(mode="json"))
    else:
        print_text(outcome(ended))
    return exit_code_of(ended)


def say(requested: Requested) -> None:
    """The trial that was asked for."""
    workflow = requested.workflow
    run = f", run {workflow.run_id} of {workflow.dag_id}" if workflow.run_id else ""
    again = "" if requested.created else " It had been asked for before."
    print_text(f"{workflow.id}{run}.{again}")


def waited_for(gateway: Gateway, requested: Requested, *, every: float, as_json: bool) -> WorkflowDetail:
    """The trial that was asked for, when it has ended."""
    from dean_provider.cli.picture import Nothing, followed, picture

    return followed(gateway, requested.workflow.id, Nothing() if as_json else picture(), every=every)
