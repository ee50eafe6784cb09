"""``dean trial replay``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.options import asking, every_option, json_option, key_option, note_option, wait_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@note_option
@wait_option
@every_option
@key_option
@asking
@json_option
def replay(gateway: Gateway, *, trial: str, note: str | None, wait: bool, every: float, idempotency_key: str | None, as_json: bool) -> int:
    """Run TRIAL again from its recorded configuration and seed.

    With --wait it tells whether the digests agree; the exit code is 5 when they do not.
    """
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.cli.trial.ending import exit_code_of, reported, say, waited_for
    from dean_provider.contract.endpoints.gateway import READ_TRIAL, REPLAY_TRIAL
    from dean_provider.contract.steering import ReplayTrial
    from dean_provider.contract.workflow import WorkflowRef

    original = trial_id_of(gateway, trial)
    requested = gateway.call(REPLAY_TRIAL, ReplayTrial(workflow_id=original, note=note), key=idempotency_key)
    if not wait:
        return reported(gateway, requested, wait=False, every=every, as_json=as_json)
    if not as_json:
        say(requested)
    ended = waited_for(gateway, requested, every=every, as_json=as_json)
    first = gateway.call(READ_TRIAL, WorkflowRef(workflow_id=original))
    agrees = ended.digest is not None and ended.digest == first.digest
    if as_json:
        print_json({"agrees": agrees, "original": first.model_dump(mode="json"), "replay": ended.model_dump(mode="json")})
    else:
        print_text(f"original  {first.digest or 'no digest'}\nreplay    {ended.digest or 'no digest'}")
        print_text("The digests agree." if agrees else "The digests do not agree.")
    if agrees:
        return ExitCode.OK
    return ExitCode.DIFFERENT if ended.digest and first.digest else exit_code_of(ended) or ExitCode.DIFFERENT
