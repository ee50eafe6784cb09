"""How a trial stands after it was steered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dean_provider.contract.workflow import Workflow

__all__ = ["print_standing"]


def print_standing(workflow: Workflow, *, as_json: bool) -> None:
    """The trial in a sentence, or as JSON."""
    from dean_provider.cli.figures import progress
    from dean_provider.cli.terminal import print_json, print_text

    if as_json:
        print_json(workflow.model_dump(mode="json"))
    else:
        name = f"{workflow.name} ({workflow.id})" if workflow.name else str(workflow.id)
        print_text(f"{name} is {workflow.status.value}, generation {progress(workflow)}.")
