"""Readings as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.reading import Family, Reading, Sample

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """A reading so many seconds after the start, with counters and gauges by name."""

    def make(seconds: float, *samples: Sample, counters: tuple[str, ...] = (), **more: Any) -> Reading:
        families = {one.name: Family(MetricType.COUNTER if one.name in counters else MetricType.GAUGE) for one in samples}
        return Reading(START + timedelta(seconds=seconds), "host/1", 10.0, samples=samples, families=families, **more)

    return make
