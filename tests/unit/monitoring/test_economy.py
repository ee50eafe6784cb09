"""How many patterns there are is told rightly or not at all."""

from __future__ import annotations

import pytest
from aiohttp import web

from dean_provider.monitoring.economy import economy_source
from tests.unit.monitoring.conftest import HEALTH, START

PATTERN = {"pattern_id": "p"}


@pytest.fixture
def patterns(service, inquire):
    """The figure after a round, with so many patterns in the registry, handed out in pages."""
    pages: list[int] = []

    async def ask(count: int, *, seconds: float = 5.0) -> float | None:
        async def listed(request: web.Request) -> web.StreamResponse:
            start, limit = int(request.query.get("cursor") or 0), int(request.query["limit"])
            pages.append(start)
            end = min(count, start + limit)
            return web.json_response({"patterns": [PATTERN] * (end - start), "next_cursor": str(end) if end < count else None})

        service.answers["/health"] = {**HEALTH, "dialect": "reference", "service": "evolution"}
        service.answers["/api/v1/patterns"] = listed
        found = await economy_source(inquire(seconds), lambda: START).ask()
        return next((one.value for one in found.figures.samples if one.name == "dean_patterns"), None)

    ask.pages = pages  # type: ignore[attr-defined]
    return ask


async def test_patterns_are_counted_beyond_the_first_page(patterns) -> None:
    assert await patterns(3) == 3
    assert await patterns(5001) == 5001


async def test_patterns_that_are_too_many_to_count_are_not_told(patterns) -> None:
    assert await patterns(10_000) == 10_000
    patterns.pages.clear()
    assert await patterns(10_001) is None
    assert len(patterns.pages) == 40


async def test_a_service_that_says_how_many_there_are_is_believed(service, patterns) -> None:
    service.answers["/metrics"] = "dean_evolution_patterns 123456\n"
    assert await patterns(7) == 123456
    assert patterns.pages == []


async def test_a_registry_that_answers_slowly_is_not_waited_for(patterns, monkeypatch) -> None:
    monkeypatch.setattr("dean_provider.monitoring.economy._MOST_PAGES", 10**9)
    assert await patterns(10**9, seconds=0.3) is None
