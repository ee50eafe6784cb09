"""``dean alerts silence``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.labels import labels
from dean_provider.cli.options import asking, json_option, key_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway

_LASTING = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def _seconds(ctx: click.Context, param: click.Parameter, value: str) -> int:
    found = _LASTING.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"{value!r} is no length of time, such as 90m, 2h or 3d.", ctx=ctx, param=param)
    return int(found[1]) * _UNITS[found[2]]


@click.command()
@click.option("--rule", help="Only of this rule.")
@click.option("--label", "given", multiple=True, metavar="KEY=VALUE", callback=labels, help="Only with this label. May be repeated.")
@click.option("--for", "seconds", required=True, metavar="TIME", callback=_seconds, help="How long, from now on: 90m, 2h, 3d.")
@click.option("--comment", default="", help="Why; it is recorded.")
@key_option
@asking
@json_option
def silence(
    gateway: Gateway, *, rule: str | None, given: dict[str, str], seconds: int, comment: str, idempotency_key: str | None, as_json: bool
) -> None:
    """Have nobody notified of what matches, for a while. Incidents are recorded all the same."""
    from dean_provider.cli.moments import shown
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.alert import AddSilence
    from dean_provider.contract.endpoints.gateway import ADD_SILENCE

    if not rule and not given:
        raise click.UsageError("Give --rule or --label: a silence of everything hides what nobody expects.")
    made = gateway.call(ADD_SILENCE, AddSilence(rule=rule, labels=given, seconds=seconds, comment=comment), key=idempotency_key)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    print_text(f"Silenced until {shown(made.ends_at)}; `dean alerts unsilence {made.silence_id}` ends it before.")
