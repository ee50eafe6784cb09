"""``dean logout``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import json_option

if TYPE_CHECKING:
    from dean_provider.cli.sign_in import SignIn

_COOKIE = "_token"
_REDIRECTS = (302, 303, 307)


@click.command()
@json_option
def logout(*, as_json: bool) -> None:
    """Sign out: have Airflow revoke the token that is kept, and remove it here."""
    from dean_provider.cli.sign_in import forget, stored
    from dean_provider.cli.terminal import print_json, print_text

    kept = stored(strict=False)
    revoked = kept is not None and _revoked(kept)
    removed = forget()
    if as_json:
        print_json({"url": kept.url if kept else None, "removed": removed, "revoked": revoked})
    elif not removed:
        print_text("Nobody was signed in.")
    else:
        rest = "" if revoked else " The token could not be revoked: it is good until it ends."
        print_text(f"Signed out{f' of {kept.url}' if kept else ''}.{rest}")


def _revoked(kept: SignIn) -> bool:
    """Whether Airflow does not take the token any more.

    Airflow 3.2 looks for it in a cookie only, and does not revoke it at all when its auth manager has a page of its own for signing out:
    so it is tried whether it is still good.
    """
    from dean_provider.cli.gateway import Gateway
    from dean_provider.errors import AuthenticationError, DeanError

    gateway = Gateway(kept)
    cookie = {"Cookie": f"{_COOKIE}={kept.token}"}
    try:
        gateway.send("GET", "/api/v2/auth/logout", headers=cookie, accepts=lambda answer: answer.status in _REDIRECTS)
        gateway.send("GET", "/ui/auth/me")
    except AuthenticationError:
        return True
    except DeanError:
        return False
    finally:
        gateway.close()
    return False
