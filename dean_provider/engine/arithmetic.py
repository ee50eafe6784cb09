"""Powers, versine and exponential that come out the same on every processor.

NumPy's own differ in the last bit between processors (with AVX-512 or without), and one bit is enough to change a digest. These use
only additions, multiplications, divisions, square roots and roundings, which IEEE 754 defines to the bit. Matrix products are avoided
in the engine for the same reason: the order of their sums depends on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dean_provider.engine.arrays import Floats

__all__ = ["Exponents", "exponential", "versine"]

SINE: Final = tuple((-1.0) ** k / math.factorial(2 * k + 1) for k in range(12))
EXPONENTIAL: Final = tuple(1.0 / math.factorial(k) for k in range(15))
LARGEST: Final = 700.0
"""Bound of the exponent, beyond which a double would overflow or vanish."""


def _series(coefficients: Sequence[float], x: Floats) -> Floats:
    """A power series by Horner's rule."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def versine(turns: Floats) -> Floats:
    """1 - cos(2 pi turns), without loss near its zeros."""
    angle = math.pi * (turns - np.rint(turns))
    sine = angle * _series(SINE, angle * angle)
    return 2.0 * sine * sine


def exponential(x: Floats) -> Floats:
    """exp(x) for ``x`` cut to [-700, 700]."""
    cut = np.clip(x, -LARGEST, LARGEST)
    twos = np.rint(cut / math.log(2.0))
    scaled: Floats = np.ldexp(_series(EXPONENTIAL, cut - twos * math.log(2.0)), twos.astype(np.int32))
    return scaled


class Exponents(np.ndarray[Any, np.dtype[np.float64]]):
    """Exponents 16, -16 and 1/16, whose powers are taken by squaring or square roots.

    Given to pymoo's operators as distribution index 15, they make ``np.power`` inside those operators reproducible. All elements are
    equal: only arithmetic with scalars gives exponents again, anything else gives a plain array.
    """

    @classmethod
    def index(cls, shape: tuple[int, ...]) -> Exponents:
        """The distribution index 15 throughout; operators raise to index + 1 and to its inverse."""
        return np.full(shape, 15.0).view(cls)

    def __array_ufunc__(self, ufunc: np.ufunc, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        plain = [value.view(np.ndarray) if isinstance(value, Exponents) else value for value in inputs]
        if ufunc is np.power and method == "__call__":
            return _power(*plain)
        result = getattr(ufunc, method)(*plain, **kwargs)
        scaled = method == "__call__" and sum(isinstance(value, np.ndarray) for value in plain) == 1
        return result.view(Exponents) if scaled and result.dtype == np.float64 else result


def _power(base: Floats, exponents: Floats) -> NDArray[np.float64]:
    """``base ** exponents`` for equal exponents: 16, -16 or 1/16.

    :raises ValueError: other exponents.
    """
    if exponents.size == 0:
        return np.ones_like(base)
    exponent = float(exponents.flat[0])
    if exponent not in (16.0, -16.0, 1.0 / 16.0):
        raise ValueError("only the exponents 16, -16 and 1/16 have reproducible powers")
    result = 1.0 / base if exponent < 0 else base
    for _ in range(4):
        result = np.sqrt(result) if exponent < 1 and exponent > 0 else result * result
    return result
