"""Figures that a service tells of itself: Prometheus text, also as one JSON string, or JSON. Bounded, whatever it sends."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.finding import Figures
from dean_provider.monitoring.reading import Family, Sample

__all__ = ["MOST_SAMPLES", "figures_of"]

MOST_SAMPLES = 400
"""Of one service."""
MOST_LINES = 20_000
_LONGEST_LABEL, _MOST_LABELS, _LONGEST_HELP = 128, 8, 200
_DEEPEST, _MOST_FIELDS = 3, 100
_NAME = re.compile(r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$")
_UNSPELT = re.compile(r"[^a-zA-Z0-9_]+")
_ONE_EACH = frozenset({"agent_id", "trial_id", "workflow_id", "run_id", "job_id", "population_id"})
"""Labels with a value for each of something there may be any number of: no figures with them are kept."""


def figures_of(body: bytes, service: str, prefix: str) -> Figures:
    """What ``body`` tells, whichever form it has.

    :param prefix: before the names of figures in JSON, which have none of their own.
    :raises ValueError: when it is no such thing.
    """
    text = body.decode("utf-8", errors="strict").lstrip()
    if text[:1] == '"':
        unwrapped = _json(text)
        text = unwrapped if isinstance(unwrapped, str) else ""
    elif text[:1] in ("{", "["):
        return _collected(_leaves(_json(text), _UNSPELT.sub("_", prefix)), service)
    if text.count("\n") > MOST_LINES:
        raise ValueError(f"more than {MOST_LINES} lines")
    return _collected(_told(text), service)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


Told = tuple[str, dict[str, str], float, Family]


def _told(text: str) -> Iterator[Told]:
    found = False
    for family in text_string_to_metric_families(text):
        found = True
        counts = family.type in ("counter", "histogram", "summary")
        for sample in family.samples:
            if sample.name.endswith(("_bucket", "_created")) or (family.type == "summary" and "quantile" in sample.labels):
                continue
            kind = MetricType.COUNTER if counts or sample.name.endswith("_total") else MetricType.GAUGE
            yield sample.name, sample.labels, float(sample.value), Family(kind, family.unit, family.documentation[:_LONGEST_HELP])
    if not found and text.strip():
        raise ValueError("no figures")


def _leaves(value: Any, name: str, depth: int = 0) -> Iterator[Told]:
    """Numbers in a JSON document, named by where they are in it."""
    if isinstance(value, bool | int | float):
        yield name, {}, float(value), Family(MetricType.GAUGE)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in list(value.items())[:_MOST_FIELDS]:
            yield from _leaves(inner, f"{name}_{_UNSPELT.sub('_', str(key))}", depth + 1)


def _collected(told: Iterator[Told], service: str) -> Figures:
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], Sample] = {}
    families: dict[str, Family] = {}
    dropped = 0
    for name, given, value, family in told:
        if not _NAME.match(name) or name in CATALOGUE or math.isnan(value) or not _ONE_EACH.isdisjoint(given):
            continue
        labels = tuple(sorted((f"exported_{key}" if key == "service" else key, text[:_LONGEST_LABEL]) for key, text in given.items()))
        if len(labels) > _MOST_LABELS or (len(samples) >= MOST_SAMPLES and (name, labels) not in samples):
            dropped += 1
            continue
        samples[name, labels] = Sample(name, value, service, labels)
        families.setdefault(name, family)
    return Figures(tuple(samples.values()), families, dropped)
