"""A reading survives the way through the database."""

from __future__ import annotations

import zlib
from datetime import datetime, timezone

import pytest

from dean_provider.contract.monitoring import BudgetBurn, MetricType, ServiceState, ServiceStatus
from dean_provider.contract.service import Check, HealthStatus
from dean_provider.monitoring.reading import LARGEST_BODY, Family, Reading, Sample

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def test_what_was_packed_is_unpacked() -> None:
    state = ServiceState(
        name="evolution",
        kind="evolution",
        status=ServiceStatus.DEGRADED,
        since=NOW,
        checked_at=NOW,
        checks={"database": Check(status=HealthStatus.DEGRADED, message="slow")},
    )
    found = Reading(
        NOW,
        "host/1/ab",
        10.0,
        services=(state,),
        samples=(Sample.of("dean_service_up", 1.0, "evolution", kind="evolution"), Sample("x", float("inf"))),
        families={"dean_service_up": Family(MetricType.GAUGE, "", "Up."), "x": Family(MetricType.COUNTER, "seconds")},
        budget=BudgetBurn(total=10, allocated=5, consumed=3, available=5, checked_at=NOW),
    )
    assert Reading.unpack(found.pack()) == found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        zlib.compress(b"[]"),
        zlib.compress(b'{"form": 1}'),
        zlib.compress(b'{"form": 2}'),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b" " * (LARGEST_BODY + 1)),
    ],
)
def test_what_is_no_reading_is_refused_as_one(body) -> None:
    with pytest.raises(ValueError):
        Reading.unpack(body)
