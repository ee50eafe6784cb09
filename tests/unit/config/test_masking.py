"""What may be shown of a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from dean_provider.config.masking import masked, shown


@pytest.mark.parametrize(
    ("secret", "seen"),
    [
        ("redis://:pass@host:6379/0", "redis://***@host:6379/0"),
        ("rediss://user:p@ss/w@rd@host/1", "rediss://***@host/1"),
        ("redis://host/0?password=pass", "redis://host/0?***"),
        ("redis://host:6379", "redis://host:6379"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("pass", "***"),
        ("redis://host/0 pass", "***"),
    ],
)
def test_a_secret_address_shows_no_secret(secret: str, seen: str) -> None:
    assert masked(secret) == shown(SecretStr(secret)) == seen


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("plain", "plain"),
        ("https://me:pass@host/x", "https://***@host/x"),
        (["https://me:pass@host/x"], '["https://***@host/x"]'),
        ({"a": 1}, '{"a": 1}'),
        ("\ud800\n\x1b[31m", "\\ud800\\n\\x1b[31m"),
        pytest.param(10**5000, "a number of 16610 bits", id="huge"),
        (b"raw", "a bytes"),
        (float("nan"), "nan"),
    ],
)
def test_values_are_short_and_fit_into_json(value: Any, seen: Any) -> None:
    assert shown(value) == seen
    json.dumps(shown(value), allow_nan=False).encode()


def test_long_values_are_cut() -> None:
    assert len(shown("x" * 10_000)) == 200


def test_a_secret_of_any_kind_is_hidden() -> None:
    assert shown({"password": "pass"}, secret=True) == "***"
