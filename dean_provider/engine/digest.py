"""The digest of a trial: a hash chain over every generation's genomes and fitness, and nothing else.

    digest(-1) = ""
    digest(g)  = hex SHA-256 of: digest(g-1) as ASCII | agents | genes | genomes, row by row | fitness

with the two counts as unsigned 64-bit and all numbers as IEEE 754 doubles, everything little-endian. A negative zero counts as zero,
because not every JSON writer keeps its sign. ``dean_provider/recompute_digest.py`` computes the same from an exported history.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.typing import ArrayLike

from dean_provider.errors import InvalidConfigurationError

__all__ = ["extend"]


def extend(previous: str, genomes: ArrayLike, fitness: ArrayLike) -> str:
    """The digest up to and including a generation.

    :param previous: digest up to the generation before; empty for generation 0.
    :param genomes: shape (size, genes).
    :param fitness: shape (size,).
    :raises InvalidConfigurationError: shapes that do not fit, or a number that is not finite.
    """
    rows = np.ascontiguousarray(genomes, dtype="<f8") + 0.0
    values = np.ascontiguousarray(fitness, dtype="<f8") + 0.0
    if rows.ndim != 2 or values.shape != rows.shape[:1]:
        raise InvalidConfigurationError(f"genomes {rows.shape} and fitness {values.shape} are not of one generation.")
    if not (np.isfinite(rows).all() and np.isfinite(values).all()):
        raise InvalidConfigurationError("A digest is defined for finite numbers only.")
    counts = np.array(rows.shape, dtype="<u8")
    return sha256(previous.encode("ascii") + counts.tobytes() + rows.tobytes() + values.tobytes()).hexdigest()
