from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider import errors
from dean_provider.errors import DeanError, InvalidResponseError
from dean_provider.hooks.answers import error_class, error_of, payload_of, retry_after
from dean_provider.hooks.message import Answer

NOW = 1_800_000_000.0
ASKED = {"operation": "evolution.read_trial", "method": "GET", "url": "http://service/x"}


def error(status: int, body: bytes | str = b"", headers: dict[str, str] | None = None, secrets: tuple[str, ...] = ()) -> DeanError:
    answer = Answer(status, headers or {}, body if isinstance(body, bytes) else body.encode())
    found = error_of(answer, asked=ASKED, request_id="id", now=NOW, secrets=secrets)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BusinessError"),
        (401, "AuthenticationError"),
        (403, "AuthenticationError"),
        (404, "NotFoundError"),
        (405, "UnsupportedOperationError"),
        (408, "RequestTimeoutError"),
        (409, "ConflictError"),
        (410, "NotFoundError"),
        (413, "LimitExceededError"),
        (418, "ServiceError"),
        (422, "InvalidConfigurationError"),
        (429, "RateLimitedError"),
        (500, "ServiceFailureError"),
        (501, "UnsupportedOperationError"),
        (502, "ServiceUnavailableError"),
        (503, "ServiceUnavailableError"),
        (504, "ServiceUnavailableError"),
        (507, "ResourceError"),
        (599, "ServiceFailureError"),
        (304, "InvalidResponseError"),
    ],
)
def test_a_status_alone_says_what_went_wrong(status: int, name: str) -> None:
    assert error_class(status) is getattr(errors, name)
    assert type(error(status)) is getattr(errors, name)
    assert error(status).message


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_good_answer_is_no_error(status: int) -> None:
    assert error_of(Answer(status, {}, b"no"), asked={}, request_id="", now=NOW) is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"detail": "Trial not found"}', "Not found (404): Trial not found"),
        ('{"message": "no such trial"}', "Not found (404): no such trial"),
        ("nothing here", "Not found (404): nothing here"),
        ("<!DOCTYPE html><HTML>long page</HTML>", "Not found (404)."),
        ("", "Not found (404)."),
        ("[1, 2]", "Not found (404)."),
        ('{"detail": {"nested": 1}}', "Not found (404)."),
    ],
)
def test_the_services_words_are_kept(body: str, message: str) -> None:
    assert error(404, body).message == message


def test_a_validation_lists_fields_and_rules_without_values() -> None:
    found = error(422, '{"detail": [{"type": "missing", "loc": ["query", "population_id"], "msg": "Field required", "input": "sesame"}]}')

    assert found.details["problems"] == [{"field": "query.population_id", "rule": "Field required"}]
    assert "query.population_id: Field required" in found.message
    assert "sesame" not in str(found.details)


def test_facts_of_the_call_are_added_and_those_of_the_service_kept() -> None:
    found = error(
        409, '{"error_code": "invalid_state", "message": "It ended.", "status": 409, "details": {"status": "completed", "sent": false}}'
    )

    assert type(found) is errors.InvalidStateError
    assert found.details == {**ASKED, "status": "completed"}
    assert found.request_id == "id"


@pytest.mark.parametrize("body", ['{"error_code": "made_up", "message": "Odd."}', '{"error_code": "not_found", "details": "no mapping"}'])
def test_a_problem_we_do_not_understand_stands_for_its_status(body: str) -> None:
    assert type(error(503, body)) is errors.ServiceUnavailableError


def test_messages_are_short_and_hold_no_secret() -> None:
    found = error(500, "sesame " * 1000, secrets=("sesame",))

    assert len(found.message) <= 500
    assert "sesame" not in found.message
    assert str(found).startswith(found.message)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0), ("0", 0.0), ("1.5", 1.5), ("-3", 0.0), (" 4 ", 4.0), ("", None), ("soon", None), ("inf", None), ("nan", None),
        (formatdate(NOW + 90, usegmt=True), 90.0), (formatdate(NOW - 90, usegmt=True), 0.0),
        ("Fri, 15 Jan 2027 08:01:00", 60.0), ("Fri, 32 Jan 2027 08:01:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(Answer(503, {"retry-after": value}, b""), NOW) == seconds


@given(
    st.integers(300, 599), st.binary(max_size=200), st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=30))
)
def test_whatever_a_service_answers_becomes_an_error_of_the_tree(status: int, body: bytes, headers: dict[str, str]) -> None:
    found = error(status, body, headers)

    assert isinstance(found, DeanError)
    assert found.message
    assert found.retry_after is None or found.retry_after >= 0


KEYS = st.sampled_from(["detail", "error_code", "message", "details", "suggestions", "loc", "msg", "timestamp", "status"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


@given(JSON)
def test_so_does_every_json_body(body: Any) -> None:
    import json

    assert isinstance(error(500, json.dumps(body)), DeanError)


def test_payloads() -> None:
    def payload(body: bytes, *, text: bool = False) -> Any:
        return payload_of(Answer(200, {"content-type": "text/html; charset=utf-8"}, body), text=text, asked=ASKED, request_id="id")

    assert payload(b'{"a": 1}') == {"a": 1}
    assert payload(b" ") is None
    assert payload(b'"a\\nb"') == "a\nb"
    assert payload("ä\xff".encode("latin-1"), text=True) == "��"
    with pytest.raises(InvalidResponseError, match=r"no JSON \(text/html, 6 bytes\)"):
        payload(b"<html>")
