"""``dean login``."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import json_option, url_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.cli.sign_in import SignIn

_LONGEST = 65_536


@click.command()
@url_option
@click.option("-u", "--user", envvar="DEAN_USER", show_envvar=True, help="User of that Airflow. Default: asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--token", "as_token", is_flag=True, help="Sign in with a token: asked for, or read from standard input.")
@json_option
def login(*, url: str | None, user: str | None, password_stdin: bool, as_token: bool, as_json: bool) -> None:
    """Sign in at an Airflow, so that the other commands need neither address nor token.

    User and password are exchanged for a token. It is kept, with the address, in ~/.local/state/dean/login.json (or under
    XDG_STATE_HOME), which only you may read; the password is not. DEAN_URL and DEAN_TOKEN win over what is kept.
    """
    from dean_provider.cli.gateway import Gateway
    from dean_provider.cli.sign_in import SignIn, signing_in_at, store
    from dean_provider.cli.terminal import print_json, print_note, print_text

    if as_token and (user or password_stdin):
        raise click.UsageError("Sign in either with a token or with user and password.")
    there = signing_in_at(url)
    _warn_of_plain_http(there.url)
    token = _asked_for("Token", from_stdin=not sys.stdin.isatty()) if as_token else _exchanged(Gateway(there), user, password_stdin)
    signed_in = SignIn(there.url, token, expires_at=_end_of(token), given_by=there.given_by)
    signed_in = _known(Gateway(signed_in), signed_in, user or "")
    path = store(signed_in)
    if as_json:
        print_json({"url": signed_in.url, "user": signed_in.user, "expires_at": signed_in.expires_at or None, "file": str(path)})
        return
    until = f" until {signed_in.expires_at}" if signed_in.expires_at else ""
    print_text(f"Signed in at {signed_in.url} as {signed_in.user or 'whom the token names'}{until}.")
    print_note(f"The token is kept in {path}.")


def _warn_of_plain_http(url: str) -> None:
    from urllib.parse import urlsplit

    from dean_provider.cli.terminal import print_note

    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        print_note(f"{url} is not encrypted: whoever is on the way can read password and token.")


def _exchanged(gateway: Gateway, user: str | None, password_stdin: bool) -> str:
    """The token that Airflow gives for user and password."""
    import os

    from dean_provider.errors import AuthenticationError, InvalidResponseError

    user = user or _prompted("User")
    password = os.environ.get("DEAN_PASSWORD") or _asked_for("Password", from_stdin=password_stdin)
    try:
        answer = gateway.send("POST", "/auth/token", body={"username": user, "password": password})
    except AuthenticationError as error:
        raise AuthenticationError(
            f"Airflow at {gateway.sign_in.url} refused user and password.",
            details={name: error.details[name] for name in ("status", "url") if name in error.details},
            suggestions=["Check both. If people sign in there through another page, get a token there and use `dean login --token`."],
            request_id=error.request_id,
        ) from None
    finally:
        gateway.close()
    token = answer.json.get("access_token") if _is_json_object(answer) else None
    if not isinstance(token, str) or not token:
        raise InvalidResponseError(
            f"{gateway.sign_in.url}/auth/token gave no token.", suggestions=["Check that this is an Airflow, version 3.2 or later."]
        )
    return token


def _known(gateway: Gateway, signed_in: SignIn, user: str) -> SignIn:
    """With the name by which Airflow knows the caller. A gateway that is out of order does not keep anybody from signing in."""
    from dataclasses import replace

    from dean_provider.cli.terminal import print_note
    from dean_provider.contract.endpoints.gateway import READ_ACCESS
    from dean_provider.contract.service import Empty
    from dean_provider.errors import AuthenticationError, DeanError, NetworkError

    try:
        return replace(signed_in, user=gateway.call(READ_ACCESS, Empty()).user)
    except (AuthenticationError, NetworkError):
        raise
    except DeanError as error:
        print_note(f"Signed in, but the gateway is out of order: {error}")
        return replace(signed_in, user=user)
    finally:
        gateway.close()


def _asked_for(what: str, *, from_stdin: bool) -> str:
    """A secret, typed unseen or from standard input."""
    given = sys.stdin.read(_LONGEST).strip("\r\n") if from_stdin else _prompted(what, hide_input=True)
    if not given or not given.isprintable() or (what == "Token" and not (given.isascii() and " " not in given)):
        raise click.UsageError(f"The {what.lower()} is empty or cannot be sent.")
    return given


def _prompted(what: str, *, hide_input: bool = False) -> str:
    if not sys.stdin.isatty():
        option = {"User": "--user", "Password": "--password-stdin"}.get(what, "standard input")
        raise click.UsageError(f"There is nobody to ask for the {what.lower()}: give {option}.")
    return str(click.prompt(what, hide_input=hide_input, err=True))


def _is_json_object(answer: object) -> bool:
    try:
        return isinstance(answer.json, dict)  # type: ignore[attr-defined]
    except ValueError:
        return False


def _end_of(token: str) -> str:
    """When a token ends, if it is a JWT that says so."""
    import jwt

    try:
        ends = float(jwt.decode(token, options={"verify_signature": False})["exp"])
        return datetime.fromtimestamp(ends, timezone.utc).isoformat(timespec="seconds")
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return ""
