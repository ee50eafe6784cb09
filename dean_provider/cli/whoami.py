"""``dean whoami``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@asking
@json_option
def whoami(gateway: Gateway, *, as_json: bool) -> None:
    """Show as whom you speak to which Airflow, and what you may do there."""
    import os

    from dean_provider.cli.sign_in import TOKEN_VARIABLE
    from dean_provider.cli.terminal import print_json, print_pairs
    from dean_provider.contract.endpoints.gateway import READ_ACCESS
    from dean_provider.contract.service import Empty

    access = gateway.call(READ_ACCESS, Empty())
    here = gateway.sign_in
    token_from = TOKEN_VARIABLE if os.environ.get(TOKEN_VARIABLE, "").strip() else "dean login" if here.token else "none"
    if as_json:
        told = {"url": here.url, "url_from": here.given_by, "user": access.user, "token_from": token_from}
        print_json({**told, "expires_at": here.expires_at or None, "allowed": access.allowed, "reasons": access.reasons})
        return
    refused = [f"{name} ({access.reasons[name]})" if name in access.reasons else name for name, may in access.allowed.items() if not may]
    pairs = [
        ("user", access.user),
        ("at", f"{here.url} ({here.given_by})"),
        ("token from", token_from),
        ("until", here.expires_at),
        ("may", ", ".join(name for name, may in access.allowed.items() if may)),
        ("may not", "\n".join(refused)),
    ]
    print_pairs([(name, value) for name, value in pairs if value])
