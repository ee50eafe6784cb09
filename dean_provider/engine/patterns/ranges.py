"""Patterns as facts about genomes: which genomes match one, and how one is imposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dean_provider.contract.pattern import PatternBody, TraitRange
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.arrays import Booleans, Floats
from dean_provider.engine.space import SpaceArrays
from dean_provider.errors import InvalidConfigurationError

__all__ = ["impose", "matches"]


@dataclass(frozen=True)
class _GeneRange:
    """A range of one gene of the genome: from ``low`` to ``high``, or one of ``values`` in order."""

    low: float
    high: float
    values: Floats | None

    def holds(self, genes: Floats) -> Booleans:
        if self.values is not None:
            return np.isin(genes, self.values)
        return (genes >= self.low) & (genes <= self.high)

    def draw(self, size: int, *, whole: bool, rng: np.random.Generator) -> Floats:
        """Values within the range, uniformly."""
        unit = rng.random(size)
        if self.values is not None:
            return self.values[(unit * len(self.values)).astype(np.int64)]
        if whole:
            low, high = np.ceil(self.low), np.floor(self.high)
            steps: Floats = np.minimum(low + np.floor(unit * (high - low + 1.0)), high)
            return steps
        values: Floats = np.minimum(self.low + unit * (self.high - self.low), self.high)
        return values

    def within(self, other: _GeneRange) -> _GeneRange | None:
        """What both ranges allow; ``None`` when nothing."""
        values = self.values if self.values is not None else other.values
        low, high = max(self.low, other.low), min(self.high, other.high)
        if values is None:
            return _GeneRange(low, high, None) if low <= high else None
        kept = values[self.holds(values) & other.holds(values)]
        return _GeneRange(low, high, kept) if len(kept) else None


def matches(space: SearchSpace, genomes: Floats, body: PatternBody) -> Booleans:
    """Which genomes a pattern says the truth about: every range holds.

    :raises InvalidConfigurationError: the pattern is not about this space.
    """
    held = np.ones(len(genomes), dtype=np.bool_)
    for given in body.ranges:
        gene, allowed = _resolve(space, given)
        held &= allowed.holds(genomes[:, gene])
    return held


def impose(space: SearchSpace, genomes: Floats, bodies: Sequence[PatternBody], rng: np.random.Generator) -> Floats:
    """Copies of genomes in which every pattern holds: genes outside a range are drawn anew within it, all others stay.

    Ranges of one gene are met together; of two that exclude each other the later wins.

    :raises InvalidConfigurationError: a pattern is not about this space.
    """
    ranges: dict[int, _GeneRange] = {}
    for body in bodies:
        for given in body.ranges:
            gene, allowed = _resolve(space, given)
            both = allowed.within(ranges[gene]) if gene in ranges else allowed
            ranges[gene] = _nonempty(space, gene, both) or allowed
    changed, whole = genomes.copy(), SpaceArrays.of(space).whole
    for gene, allowed in sorted(ranges.items()):
        drawn = allowed.draw(len(genomes), whole=bool(whole[gene]), rng=rng)
        changed[:, gene] = np.where(allowed.holds(genomes[:, gene]), genomes[:, gene], drawn)
    return changed


def _nonempty(space: SearchSpace, gene: int, allowed: _GeneRange | None) -> _GeneRange | None:
    """The range, or ``None`` when no value of the gene lies in it."""
    if allowed is None or allowed.values is not None or not SpaceArrays.of(space).whole[gene]:
        return allowed
    return allowed if np.ceil(allowed.low) <= np.floor(allowed.high) else None


def _resolve(space: SearchSpace, given: TraitRange) -> tuple[int, _GeneRange]:
    """The gene of a range and the range within the gene's bounds."""
    arrays = SpaceArrays.of(space)
    part = arrays.slices.get(given.trait)
    if part is None or given.index >= part.stop - part.start:
        raise _refusal(given, "must be about a gene of the search space")
    gene = part.start + given.index
    low = max(arrays.low[gene], -np.inf if given.low is None else given.low)
    high = min(arrays.high[gene], np.inf if given.high is None else given.high)
    allowed = _GeneRange(float(low), float(high), None)
    if given.values is not None:
        values = np.unique(np.array(given.values, dtype=np.float64))
        kept = values[allowed.holds(values) & (~arrays.whole[gene] | (values == np.floor(values)))]
        allowed = _GeneRange(allowed.low, allowed.high, kept)
        if not len(kept):
            raise _refusal(given, "must allow a value of the gene")
    if low > high or _nonempty(space, gene, allowed) is None:
        raise _refusal(given, "must allow a value of the gene")
    return gene, allowed


def _refusal(given: TraitRange, rule: str) -> InvalidConfigurationError:
    value = given.model_dump(mode="json")
    problem = {"field": f"ranges.{given.trait}[{given.index}]", "value": value, "rule": rule}
    return InvalidConfigurationError(f"The range of {given.trait}[{given.index}] {rule}.", details={**problem, "problems": [problem]})
