"""Fewer points with the same shape, so that a hundred thousand generations draw as fast as sixty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["kept", "spread"]


def kept(length: int, series: Iterable[Sequence[float]], buckets: int) -> list[int]:
    """Positions worth drawing: first, last, and each series' least and greatest value in each of ``buckets`` equal runs.

    Shared by all series, so that a reader pointing at a place sees values of one and the same generation. At most
    ``2 * len(series) * buckets + 2`` positions; all of them when there are no more than that.

    :param length: points in each series.
    """
    columns = list(series)
    if length <= 2 * max(1, len(columns)) * buckets + 2:
        return list(range(length))
    positions = {0, length - 1}
    for bucket in range(buckets):
        run = range(bucket * length // buckets, (bucket + 1) * length // buckets)
        for column in columns:
            positions.add(min(run, key=column.__getitem__))
            positions.add(max(run, key=column.__getitem__))
    return sorted(positions)


def spread(length: int, limit: int) -> list[int]:
    """At most ``limit`` positions (two or more) of ``length``, evenly spread, with the first and the last."""
    if length <= limit:
        return list(range(length))
    return sorted({round(step * (length - 1) / (limit - 1)) for step in range(limit)})
