from __future__ import annotations

import hashlib

from pydantic import SecretStr

from dean_provider.state.signing import Keys, Verdict

OLD, NEW = "o" * 32, "n" * 32


def test_without_a_key_a_hash_is_sha_256() -> None:
    assert Keys().seal("text") == hashlib.sha256(b"text").hexdigest()
    assert Keys().judge("text", Keys().seal("text")) is Verdict.PLAIN
    assert Keys().judge("other", Keys().seal("text")) is Verdict.WRONG


def test_the_newest_key_signs_and_every_listed_one_verifies() -> None:
    both = Keys.of(SecretStr(f" {NEW} , {OLD} "))
    assert both.seal("text") == Keys([NEW]).seal("text") != Keys([OLD]).seal("text")
    for key in (OLD, NEW):
        assert both.judge("text", Keys([key]).seal("text")) is Verdict.SIGNED
        assert both.judge("other", Keys([key]).seal("text")) is Verdict.WRONG


def test_a_key_that_is_not_listed_is_told_from_a_forgery() -> None:
    assert Keys([NEW]).judge("text", Keys([OLD]).seal("text")) is Verdict.UNKNOWN_KEY
    key_id, _, digest = Keys([NEW]).seal("text").partition(":")
    assert Keys([NEW]).judge("text", f"{key_id}:{digest[:-1]}x") is Verdict.WRONG


def test_a_hash_gives_no_key_away() -> None:
    assert NEW not in Keys([NEW]).seal("text")
    assert NEW not in repr(vars(Keys([NEW]))["_signing"])
