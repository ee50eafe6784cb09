"""Generated secrets of one home: nothing is reachable with a password that stands in a manual."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["Secrets"]


def _token() -> str:
    return secrets.token_urlsafe(64)


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
    def of(cls, home: Path) -> Secrets:
        """Those of ``home``, made and written (for its owner only) on first use; a home of an older version is given what it lacks."""
        path = home / "secrets.json"
        try:
            kept = json.loads(path.read_text())
            made = cls(**kept)
        except (OSError, ValueError, TypeError):
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
