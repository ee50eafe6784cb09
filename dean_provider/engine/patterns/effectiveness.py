"""What a pattern is worth: a mean change of fitness and its confidence interval."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dean_provider.contract.pattern import Effectiveness
from dean_provider.errors import InvalidConfigurationError

__all__ = ["effectiveness"]

CONFIDENCE: Final = 0.95


def effectiveness(deltas: ArrayLike) -> Effectiveness:
    """Mean and 95 % interval of paired differences: fitness with the pattern imposed minus fitness without, by agent.

    The interval is Student's; it needs about 30 agents to hold for differences of any distribution.

    :raises InvalidConfigurationError: fewer than two differences.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - a tenth of a second that only this needs

    values = np.asarray(deltas, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise InvalidConfigurationError("An interval needs at least two differences.")
    mean = float(values.mean())
    half = float(stdtrit(len(values) - 1, 0.5 + CONFIDENCE / 2)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Effectiveness(mean=mean, low=mean - half, high=mean + half, agents=len(values))
