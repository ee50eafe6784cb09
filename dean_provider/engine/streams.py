"""Random streams keyed by (seed, generation, purpose), and by nothing else.

Whoever asks for the same key gets the same numbers, in whatever process, order or attempt. The key is hashed, so that no two
keys share a stream and none depends on how NumPy spreads a list of integers over its entropy pool.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import numpy as np

__all__ = ["INITIAL", "INTERVENTION", "PATTERNS", "SELECTION", "VARIATION", "stream"]

INITIAL: Final = "initial"
PATTERNS: Final = "patterns"
SELECTION: Final = "selection"
VARIATION: Final = "variation"
INTERVENTION: Final = "intervention"


def stream(seed: int, generation: int, purpose: str) -> np.random.Generator:
    """The stream of a purpose in a generation; selection and variation carry the number of the generation they make.

    :param seed: the trial's seed, 0 or more.
    :param generation: 0 for the initial population.
    :param purpose: what the numbers are for; purposes never disturb each other.
    """
    key = sha256(f"{seed}:{generation}:{purpose}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(key[:16], "little")))
