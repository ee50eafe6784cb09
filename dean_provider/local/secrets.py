"""Generated secrets of one home: nothing is reachable with a password that stands in a manual."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Secrets"]

_OLDEST = {"password", "fernet_key", "jwt_secret", "api_secret", "indexagent_token", "evolution_token"}
"""What every version has kept."""


def _token() -> str:
    return secrets.token_urlsafe(64)


def _file(home: Path) -> Path:
    return home / "secrets.json"


def _read(path: Path) -> dict[str, Any]:
    """What is there; nothing when that is no object of JSON."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class Secrets:
    """Kept with the home, because what is stored encrypted there must stay readable."""

    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)
    fernet_key: str = field(default_factory=_fernet_key, repr=False)
    jwt_secret: str = field(default_factory=_token, repr=False)
    api_secret: str = field(default_factory=_token, repr=False)
    indexagent_token: str = field(default_factory=_token, repr=False)
    evolution_token: str = field(default_factory=_token, repr=False)
    gateway_secret: str = field(default_factory=_token, repr=False)

    @classmethod
    def kept_in(cls, home: Path) -> bool:
        """Whether ``home`` has secrets of ours, be they of an older version."""
        return set(_read(_file(home))) >= _OLDEST

    @classmethod
    def of(cls, home: Path) -> Secrets:
        """Those of ``home``, made and written (for its owner only) on first use; a home of an older version is given what it lacks."""
        path = _file(home)
        kept = _read(path)
        try:
            made = cls(**kept)
        except TypeError:
            kept, made = {}, cls()
        if set(kept) == set(asdict(made)):
            return made
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(made), file)
        new.replace(path)
        return made
