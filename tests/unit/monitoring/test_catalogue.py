"""Every figure that is told is in the catalogue, and so on the reference page."""

from __future__ import annotations

import re

from dean_provider.config import ProviderSettings
from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.host import host_samples
from dean_provider.monitoring.statistics import STATISTICS
from dean_provider.plugins.api.app import build_app
from dean_provider.plugins.api.surroundings import Surroundings

UNITS = {"_seconds": "seconds", "_bytes": "bytes", "_ratio": "ratio"}


def test_what_the_gateway_counts_is_in_it() -> None:
    around = Surroundings(ProviderSettings())
    build_app(around.settings, around=around, identify=lambda _: None, jobs=lambda _: [])
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    names = {f"{family.name}{ending}" for family in around.instruments.registry.collect() for ending in endings[family.type]}
    assert names <= set(CATALOGUE)


def test_so_is_what_machines_and_statistics_tell() -> None:
    assert {sample.name for sample in host_samples()} <= set(CATALOGUE)
    assert set(STATISTICS) <= set(CATALOGUE)


def test_names_say_type_and_unit() -> None:
    for name, metric in CATALOGUE.items():
        assert re.fullmatch(r"dean_[a-z0-9_]+", name)
        assert metric.help.endswith(".")
        for ending, unit in UNITS.items():
            assert not name.endswith(ending) or metric.unit == unit, name
        if metric.type is MetricType.COUNTER:
            assert name.endswith(("_total", "_sum", "_count", "_bucket")), name
