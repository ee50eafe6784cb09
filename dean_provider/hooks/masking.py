"""Secrets: kept out of texts that people see, and made known to Airflow's masking of logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

__all__ = ["MASK", "mask", "redacted", "redacted_data", "without_userinfo"]

MASK = "***"
_SHORTEST = 3
_SHORTEST_IN_LOGS = 5


def mask(secret: str) -> None:
    """Tell Airflow to mask ``secret`` in every log. Airflow leaves very short ones alone.

    Talks to the task's supervisor: never call it on an event loop.
    """
    from airflow.sdk.log import mask_secret

    if len(secret) >= _SHORTEST_IN_LOGS:
        mask_secret(secret)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret, also in its URL-quoted form, replaced by three asterisks."""
    spellings = {form for secret in secrets if len(secret) >= _SHORTEST for form in (secret, quote(secret, safe=""))}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, MASK)
    return text


def redacted_data(value: Any, secrets: Iterable[str]) -> Any:
    """JSON data with every secret inside its strings replaced."""
    if isinstance(value, str):
        return redacted(value, secrets)
    if isinstance(value, dict):
        return {redacted(str(key), secrets): redacted_data(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_data(item, secrets) for item in value]
    return value


def without_userinfo(url: str) -> str:
    """``url`` without login and password, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
