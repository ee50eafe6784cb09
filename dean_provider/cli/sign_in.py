"""Who the command line speaks for: an Airflow's address and a token, kept in a file that nobody else can read. Never a password."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dean_provider.errors import ConfigurationError, InvalidConfigurationError

__all__ = [
    "DEFAULT_URL",
    "TOKEN_VARIABLE",
    "URL_VARIABLE",
    "SignIn",
    "address",
    "current",
    "forget",
    "signing_in_at",
    "state_file",
    "store",
    "stored",
]

URL_VARIABLE = "DEAN_URL"
TOKEN_VARIABLE = "DEAN_TOKEN"  # noqa: S105 - a variable's name
DEFAULT_URL = "http://localhost:8080"
_OTHERS = 0o077
_LARGEST = 65_536


@dataclass(frozen=True)
class SignIn:
    """An address, and as whom to speak there.

    :param url: of Airflow's API server, with its path prefix; no trailing slash.
    :param token: bearer token; empty when nobody has signed in there.
    :param user: whom Airflow named when the token was got.
    :param expires_at: when the token ends, ISO 8601; empty if it does not say.
    :param given_by: where the address comes from, in words.
    """

    url: str
    token: str = field(default="", repr=False)
    user: str = ""
    expires_at: str = ""
    given_by: str = ""

    def expired(self, now: datetime) -> bool:
        """Whether the token has ended."""
        return bool(self.expires_at) and datetime.fromisoformat(self.expires_at) <= now


def state_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the sign-in is kept."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path("~/.local/state").expanduser()) / "dean" / "login.json"


def address(url: str, given_by: str) -> str:
    """``url`` as requests are put below it.

    :raises InvalidConfigurationError: when it is no http or https URL, or holds a login.
    """
    parts = urlsplit(url.strip())
    rule = ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        rule = "must be a URL such as https://airflow.example.org or http://localhost:8080"
    elif "@" in parts.netloc:
        rule = "must hold neither user nor password"
    if rule:
        problem = {"field": given_by, "value": url.rpartition("@")[2], "rule": rule}
        raise InvalidConfigurationError("The address of Airflow cannot be used.", details={"problems": [problem]})
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def current(url: str | None, environ: Mapping[str, str] = os.environ) -> SignIn:
    """As whom to speak, and where: an option's or ``DEAN_URL``'s address, else where somebody signed in last, else this machine.

    A stored token is only for the address it was got at.

    :param url: what the option ``--url`` or the environment says.
    """
    kept = stored(environ)
    if url:
        given_by = _given_by(url, environ)
        here = SignIn(address(url, given_by), given_by=given_by)
    else:
        here = kept or SignIn(DEFAULT_URL, given_by="the default")
    if token := environ.get(TOKEN_VARIABLE, "").strip():
        return SignIn(here.url, _sendable(token), given_by=here.given_by)
    return SignIn(**{**asdict(kept), "given_by": here.given_by}) if kept and kept.url == here.url else here


def signing_in_at(url: str | None, environ: Mapping[str, str] = os.environ) -> SignIn:
    """Where to sign in: as :func:`current`, but as nobody, whatever state the file is in."""
    kept = None if url else stored(environ, strict=False)
    if kept is not None:
        return SignIn(kept.url, given_by=kept.given_by)
    if not url:
        return SignIn(DEFAULT_URL, given_by="the default")
    given_by = _given_by(url, environ)
    return SignIn(address(url, given_by), given_by=given_by)


def stored(environ: Mapping[str, str] = os.environ, *, strict: bool = True) -> SignIn | None:
    """The sign-in that is kept, if there is one.

    :param strict: whether to mind a file that is not as it should be.
    :raises ConfigurationError: when others may read the file, or it is not one of ours.
    """
    path = state_file(environ)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            kept = _read(file.read(_LARGEST))
    except FileNotFoundError:
        return None
    if strict and mode & _OTHERS:
        raise ConfigurationError(
            f"{path} holds a token, and others may read it.",
            suggestions=[f"chmod 600 {path}", "If others have read it: `dean logout`, which revokes the token, and `dean login`."],
        )
    if strict and kept is None:
        raise ConfigurationError(f"{path} cannot be understood.", suggestions=["Remove it with `dean logout`, then `dean login`."])
    return kept


def store(sign_in: SignIn, environ: Mapping[str, str] = os.environ) -> Path:
    """Keep ``sign_in``, whole or not at all, readable for its owner alone."""
    path = state_file(environ)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: value for name, value in asdict(sign_in).items() if name != "given_by"}
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=2)
    new.replace(path)
    return path


def forget(environ: Mapping[str, str] = os.environ) -> bool:
    """Remove what is kept. Returns whether there was anything."""
    try:
        state_file(environ).unlink()
    except FileNotFoundError:
        return False
    return True


def _given_by(url: str, environ: Mapping[str, str]) -> str:
    return URL_VARIABLE if environ.get(URL_VARIABLE) == url else "--url"


def _read(raw: bytes) -> SignIn | None:
    try:
        data: Any = json.loads(raw)
        kept = SignIn(**{str(name): str(value) for name, value in data.items()}, given_by="the last `dean login`")
        if kept.expires_at:
            datetime.fromisoformat(kept.expires_at)
        return kept if address(kept.url, "url") == kept.url else None
    except (ValueError, TypeError, AttributeError, InvalidConfigurationError):
        return None


def _sendable(token: str) -> str:
    if token.isascii() and token.isprintable() and " " not in token:
        return token
    raise ConfigurationError(f"{TOKEN_VARIABLE} cannot be sent in a header.", suggestions=["Remove blanks and line breaks from it."])
