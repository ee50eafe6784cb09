"""Prometheus exposition text of a reading, written by the library, so that a scraper finds what it expects."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.reading import Family, Reading, Sample

__all__ = ["exposition"]

_OURS = "gateway"
"""Whose name says it."""

_HISTOGRAM = ("_bucket", "_sum", "_count")


def exposition(reading: Reading, dag_ids: Collection[str] | None = None, more: Collection[Sample] = ()) -> str:
    """:param dag_ids: only these DAGs' trials; None for all.
    :param more: samples of our own to add.
    """
    shown = [*more, *(one for one in reading.samples if dag_ids is None or one.label("dag_id") in (None, *dag_ids))]
    return generate_latest(cast("CollectorRegistry", _Told(shown, reading))).decode()


class _Told:
    """What the library asks for what to write."""

    def __init__(self, samples: list[Sample], reading: Reading) -> None:
        self._samples = samples
        self._families = reading.families

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for sample in sorted(self._samples, key=_order):
            name, kind = _family_of(sample.name, self._family(sample.name))
            family = families.get(name) or Metric(name, self._family(sample.name).help or f"As {sample.service} tells it.", kind)
            families[name] = family
            whose = {"service": sample.service} if sample.service not in ("", _OURS) else {}
            family.add_sample(sample.name, {**whose, **dict(sample.labels)}, sample.value)
        yield from families.values()

    def _family(self, name: str) -> Family:
        metric = CATALOGUE.get(name)
        return metric.family if metric else self._families.get(name, Family(MetricType.GAUGE))


def _family_of(name: str, family: Family) -> tuple[str, str]:
    """The family a sample is written in, and its type in Prometheus' words."""
    for ending in _HISTOGRAM:
        base = name.removesuffix(ending)
        if base != name and f"{base}_bucket" in CATALOGUE:
            return base, "histogram"
    if family.type is MetricType.COUNTER:
        return (name.removesuffix("_total"), "counter") if name.endswith("_total") else (name, "unknown")
    return name, "gauge"


def _order(sample: Sample) -> tuple[str, str, tuple[tuple[str, str], ...], float]:
    """A histogram's buckets stand together, in order of their bounds."""
    bound = sample.label("le")
    labels = tuple(pair for pair in sample.labels if pair[0] != "le")
    return sample.name, sample.service, labels, float(bound) if bound else 0.0
