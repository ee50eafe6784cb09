"""``dean alerts unsilence``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("silence", type=click.UUID, metavar="SILENCE")
@asking
@json_option
def unsilence(gateway: Gateway, *, silence: UUID, as_json: bool) -> None:
    """End SILENCE before its time."""
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.alert import SilenceRef
    from dean_provider.contract.endpoints.gateway import END_SILENCE

    ended = gateway.call(END_SILENCE, SilenceRef(silence_id=silence))
    if as_json:
        print_json(ended.model_dump(mode="json"))
        return
    print_text("Ended." if ended.released else "There was no such silence any more.")
