from __future__ import annotations

import pytest
import requests

from dean_provider.sensors import deferral


class Answer:
    def __init__(self, body, ok=True):
        self._body, self._ok = body, ok

    def raise_for_status(self):
        if not self._ok:
            raise requests.HTTPError("404")

    def json(self):
        if isinstance(self._body, Exception):
            raise self._body
        return self._body


@pytest.mark.parametrize(
    ("answer", "alive"),
    [
        (Answer({"triggerer": {"status": "healthy"}}), True),
        (Answer({"triggerer": {"status": "unhealthy"}}), False),
        (Answer({"triggerer": {"status": None}}), False),
        (Answer({}), False),
        (Answer({}, ok=False), None),
        (Answer(ValueError("no JSON")), None),
        (requests.ConnectionError("refused"), None),
    ],
)
def test_whether_a_triggerer_lives_is_airflows_own_word(monkeypatch, answer, alive):
    def get(url, timeout):
        assert url.endswith("/api/v2/monitor/health")
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(requests, "get", get)
    assert deferral.triggerer_alive() is alive


def test_not_asked_to_defer_asks_nobody(monkeypatch):
    monkeypatch.setattr(deferral, "triggerer_alive", lambda: pytest.fail("asked"))
    assert deferral.defers(False) is False
