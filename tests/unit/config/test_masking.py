"""What may be shown of a value."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from pydantic import SecretStr

from dean_provider.config.masking import holds_login, masked, shown, without_logins


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


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("https://bob:s3cretToken@git.example.org/x.git", "https://***@git.example.org/x.git"),
        ("HTTPS://s3cretToken@git.example.org/x.git", "HTTPS://***@git.example.org/x.git"),
        ("ftp://bob:s3cretToken@host/x", "ftp://***@host/x"),
        ("see redis://:s3cretToken@cache and https://ann:s3cretToken@b", "see redis://***@cache and https://***@b"),
        ('{"a":"https://bob:s3cretToken@host"}', '{"a":"https://***@host"}'),
    ],
)
def test_a_login_in_an_address_is_hidden(text: str, seen: str) -> None:
    assert holds_login(text)
    assert without_logins(text) == shown(text) == seen
    assert without_logins({text: [1, {"x": (text, None)}]}) == {seen: [1, {"x": [seen, None]}]}


@pytest.mark.parametrize("text", ["https://bob:s3cret/To@ken@host/x", "redis://:s3cret?To#ken@host"])
def test_a_login_that_is_not_quoted_is_hidden_too(text: str) -> None:
    assert without_logins(text) == f"{text.partition('://')[0]}://***@{text.rpartition('@')[2]}"


@pytest.mark.parametrize(
    "text",
    [
        "s3://aws_default@reports/dean",
        "ssh://git@git.example.org/x.git",
        "git@git.example.org:x.git",
        "https://example.org:8443/x",
        "a@b: c://d",
    ],
)
def test_what_is_no_login_stays(text: str) -> None:
    assert not holds_login(text)
    assert without_logins(text) == text


@pytest.mark.parametrize("text", ["https://" * 100_000 + "@", "@" + "://a" * 100_000, "@" + "x" * 1_000_000, "://:" * 100_000 + "@"])
def test_no_text_takes_long_to_look_through(text: str) -> None:
    began = time.process_time()
    without_logins(text)
    holds_login(text)
    assert time.process_time() - began < 1


def test_long_values_are_cut() -> None:
    assert len(shown("x" * 10_000)) == 200


def test_a_secret_of_any_kind_is_hidden() -> None:
    assert shown({"password": "pass"}, secret=True) == "***"
