from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.report import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (3.14159, "3.14"),
        (-3.14159, "\u22123.14"),
        (0.456789, "0.457"),
        (1234.5, "1,234.50"),
        (12345.6, "12,346"),
        (0.00012, "1.20e\u22124"),
        (1.5e12, "1.50e12"),
        (None, "\u2013"),
        (math.nan, "\u2013"),
        (-math.inf, "\u2212∞"),
    ],
)
def test_number(value, shown):
    assert text.number(value) == shown


@given(st.floats(-1e300, 1e300))
def test_numbers_are_short_and_close(value):
    shown = text.number(value)
    assert len(shown) <= 16
    assert float(shown.replace(",", "").replace("\u2212", "-")) == pytest.approx(value, rel=6e-3, abs=0)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (8.44, "8.4 s"),
        (59.96, "1 min"),
        (72, "1 min 12 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (273_600, "3 d 4 h"),
        (None, "\u2013"),
    ],
)
def test_duration(seconds, shown):
    assert text.duration(seconds) == shown


@pytest.mark.parametrize(("share", "shown"), [(0, "0"), (0.0123, "1.2"), (0.4096, "41"), (2, "200")])
def test_percentage(share, shown):
    assert text.percentage(share) == f"{shown}\u202f%"


@pytest.mark.parametrize(("value", "shown"), [(0, "0.00"), (0.156, "0.16"), (0.0043, "0.004"), (1, "1.00")])
def test_proportion(value, shown):
    assert text.proportion(value) == shown


def test_instant_is_utc_whatever_the_zone():
    moment = datetime(2026, 11, 22, 18, 41, 3, tzinfo=timezone(timedelta(hours=2)))
    assert text.instant(moment) == "2026-11-22 16:41:03 UTC"
    assert text.instant(datetime(2026, 11, 22, 16, 41, 3)) == "2026-11-22 16:41:03 UTC"  # noqa: DTZ001
    assert text.instant(None) == "\u2013"


def test_agents_of_a_population_are_short_by_generation_and_position():
    assert text.short_id("5b1e9c40-2f6c-5d0a-9e3c-0d6a4a1f7b11:60:3") == "60:3"
    assert text.short_id("agent") == "agent"
    assert text.short_id("5b1e9c40-2f6c-5d0a-9e3c-0d6a4a1f7b11") == "5b1e9…a1f7b11"


def test_plural():
    assert [text.plural(amount, "batch", "batches") for amount in (0, 1, 2000)] == ["0 batches", "1 batch", "2,000 batches"]
