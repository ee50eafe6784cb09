"""``dean patterns apply``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option, key_option
from dean_provider.cli.terminal import print_text

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@click.argument("patterns", nargs=-1, required=True, metavar="PATTERN...")
@key_option
@asking
@json_option
def apply(gateway: Gateway, *, trial: str, patterns: Sequence[str], idempotency_key: str | None, as_json: bool) -> None:
    """Impose each PATTERN on copies of TRIAL's final population. The trial's outcome and digest stay as they are.

    Where measuring takes long, it goes on after the command has ended; `dean trial show` tells what came of it.
    """
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.trial.standing import print_standing
    from dean_provider.contract.endpoints.gateway import APPLY_TO_TRIAL
    from dean_provider.contract.steering import ApplyToTrial

    request = ApplyToTrial(workflow_id=trial_id_of(gateway, trial), pattern_ids=list(dict.fromkeys(patterns)))
    applied = gateway.call(APPLY_TO_TRIAL, request, key=idempotency_key)
    if not as_json:
        count = len(request.pattern_ids)
        said = f"{count} pattern{'' if count == 1 else 's'} to be imposed on copies"
        print_text(f"{said}; `dean trial show {applied.id}` tells what came of it.")
    print_standing(applied, as_json=as_json)
