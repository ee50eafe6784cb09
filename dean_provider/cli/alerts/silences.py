"""``dean alerts silences``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@asking
@json_option
def silences(gateway: Gateway, *, as_json: bool) -> None:
    """List what nobody is notified of now."""
    from dean_provider.cli.moments import shown
    from dean_provider.cli.terminal import print_json, print_table, print_text
    from dean_provider.contract.endpoints.gateway import LIST_SILENCES
    from dean_provider.contract.service import Empty

    found = gateway.call(LIST_SILENCES, Empty())
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    if not found.silences:
        print_text("No silences.")
        return
    rows = [
        (
            str(one.silence_id),
            one.rule or "any",
            ", ".join(f"{name}={value}" for name, value in one.labels.items()),
            shown(one.ends_at),
            one.created_by,
            one.comment,
        )
        for one in found.silences
    ]
    print_table(("silence", "rule", "labels", "until", "by", "why"), rows)
