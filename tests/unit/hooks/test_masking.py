from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.hooks.masking import MASK, mask, redacted, redacted_data, without_userinfo

texts = st.text(st.characters(blacklist_characters="*", blacklist_categories=("Cs",)), min_size=3, max_size=12)


@given(texts, st.lists(texts, max_size=4), st.text(max_size=30))
def test_no_secret_is_left(secret: str, others: list[str], around: str) -> None:
    for spelling in (secret, quote(secret, safe="")):
        assert secret not in redacted(f"{around}{spelling}{around}", [secret, *others]).replace(MASK, "\x00")


def test_longer_secrets_first() -> None:
    assert redacted("pass and password", ["pass", "password"]) == "*** and ***"
    assert redacted("ab", ["ab", ""]) == "ab"


def test_data_of_any_depth() -> None:
    assert redacted_data({"sesame": ["open sesame", 1, None, {"a": ("sesame",)}]}, ["sesame"]) == {
        MASK: ["open ***", 1, None, {"a": [MASK]}]
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ann:pw@h:1/x?token=y#z", "http://h:1/x"),
        ("https://h", "https://h"),
        ("http://a@b@h/x", "http://h/x"),
        ("/relative?x=1", "/relative"),
    ],
)
def test_urls_without_login_and_query(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown


def test_airflow_masks_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("airflow.sdk.log.mask_secret", lambda secret, name=None: told.append(secret))

    mask("short-lived-token")
    mask("abc")

    assert told == ["short-lived-token"]
