"""What a person at the command line can do about an error of a call.

The hooks' own suggestions speak of Airflow connections, which the command line does not use.
"""

from __future__ import annotations

from datetime import datetime, timezone

from dean_provider.cli.sign_in import DEFAULT_URL, TOKEN_VARIABLE, URL_VARIABLE, SignIn
from dean_provider.errors import (
    AuthenticationError,
    DeanError,
    InvalidResponseError,
    NetworkError,
    NotFoundError,
    PermissionDeniedError,
    UnsupportedOperationError,
)

__all__ = ["advised"]

_UNAUTHENTICATED = 401
_INSTALLED = "Check the address, and that dean-provider is installed where that API server runs: `airflow plugins` there lists dean."


def advised(error: DeanError, sign_in: SignIn, now: float) -> DeanError:
    """``error`` with suggestions for somebody who has a shell.

    :param now: seconds since the epoch.
    """
    if isinstance(error, AuthenticationError) and error.details.get("status", _UNAUTHENTICATED) == _UNAUTHENTICATED:
        return _unauthenticated(error, sign_in, now)
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        error.suggestions = _own(error) or ["Ask who administers this Airflow for the right. `dean whoami` tells who you are."]
    elif isinstance(error, NetworkError):
        error.details.setdefault("url", sign_in.url)
        error.suggestions = _elsewhere(sign_in)
    elif isinstance(error, InvalidResponseError | UnsupportedOperationError) or _is_no_problem_of_ours(error):
        error.suggestions = [_INSTALLED]
    return error


def _unauthenticated(error: AuthenticationError, sign_in: SignIn, now: float) -> AuthenticationError:
    if not sign_in.token:
        message = f"Nobody is signed in at {sign_in.url}."
    elif sign_in.expired(datetime.fromtimestamp(now, timezone.utc)):
        message = f"The sign-in at {sign_in.url} has expired."
    else:
        message = f"{sign_in.url} does not accept the {'token' if sign_in.user else f'token in {TOKEN_VARIABLE}'}."
    again = "dean login" if sign_in.url == DEFAULT_URL else f"dean login --url {sign_in.url}"
    return AuthenticationError(
        message,
        details=error.details,
        suggestions=[f"Sign in with `{again}`, or give a token in {TOKEN_VARIABLE}."],
        request_id=error.request_id,
        timestamp=error.timestamp,
    )


def _elsewhere(sign_in: SignIn) -> list[str]:
    origin = f" ({sign_in.given_by})" if sign_in.given_by else ""
    return [
        f"Check that Airflow's API server runs at {sign_in.url}{origin}.",
        f"Give another address with --url or {URL_VARIABLE}, or `dean login --url …` once.",
    ]


def _own(error: DeanError) -> list[str]:
    """Suggestions the gateway itself made."""
    return [] if isinstance(error, AuthenticationError) else error.suggestions


def _is_no_problem_of_ours(error: DeanError) -> bool:
    """Whether a 404 is Airflow's, which has no such route, not the gateway's, which always says what it did not find."""
    return isinstance(error, NotFoundError) and error.message.startswith(f"{NotFoundError.title} (404)")
