"""What a hash is made with: SHA-256, or HMAC-SHA-256 under the newest key of ``[dean] audit_key``.

A signed hash begins with its key's id, so that a reader knows which key to take and a missing one is not mistaken for a forgery.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from pydantic import SecretStr

__all__ = ["Keys", "Verdict", "installed_keys", "is_signed"]

ID_LENGTH = 8


class Verdict(str, Enum):
    """What looking at a hash told."""

    PLAIN = "plain"
    SIGNED = "signed"
    WRONG = "wrong"
    UNKNOWN_KEY = "unknown key"


class Keys:
    """The keys of an installation; without any, hashes are plain.

    :param keys: newest first. The first signs; all verify.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = {_key_id(key): key.encode() for key in keys}
        self._signing = _key_id(keys[0]) if keys else None

    @classmethod
    def of(cls, setting: SecretStr | None) -> Keys:
        """The keys in a value of ``audit_key``: separated by commas, newest first."""
        listed = setting.get_secret_value().split(",") if setting is not None else []
        return cls([key.strip() for key in listed if key.strip()])

    @property
    def signing(self) -> bool:
        """Whether hashes are signed."""
        return self._signing is not None

    def seal(self, text: str) -> str:
        """The hash of ``text``: 64 hexadecimal digits, after the key's id and a colon where there is a key."""
        if self._signing is None:
            return hashlib.sha256(text.encode()).hexdigest()
        return f"{self._signing}:{_signature(self._keys[self._signing], text)}"

    def judge(self, text: str, seal: str) -> Verdict:
        """Whether ``seal`` is the hash of ``text``, and how it was made."""
        key_id, colon, digest = seal.rpartition(":")
        if not colon:
            right = hashlib.sha256(text.encode()).hexdigest()
            return Verdict.PLAIN if hmac.compare_digest(right, digest) else Verdict.WRONG
        if key_id not in self._keys:
            return Verdict.UNKNOWN_KEY
        right = _signature(self._keys[key_id], text)
        return Verdict.SIGNED if hmac.compare_digest(right, digest) else Verdict.WRONG

    def vouch(self, text: str, seal: str) -> bool:
        """Whether ``seal`` is the hash of ``text`` as this installation makes it: with a key, a plain one is not enough."""
        return self.judge(text, seal) is (Verdict.SIGNED if self.signing else Verdict.PLAIN)


def is_signed(seal: str) -> bool:
    """Whether a hash says that a key made it."""
    return ":" in seal


def _key_id(key: str) -> str:
    return hashlib.sha256(b"dean audit key " + key.encode()).hexdigest()[:ID_LENGTH]


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def installed_keys() -> Keys:
    """The keys this installation has, read once in each process.

    :raises InvalidConfigurationError: when the settings cannot work.
    """
    from dean_provider.config import resolve  # noqa: PLC0415 - reads Airflow's configuration

    return Keys.of(resolve().settings.audit_key)
