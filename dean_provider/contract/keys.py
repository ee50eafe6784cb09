"""Keys of a run's conf that are no settings of a trial. Apart from their models, which a DAG file need not import."""

from __future__ import annotations

from typing import Final

__all__ = ["FORK", "REPLAY"]

FORK: Final = "fork"
REPLAY: Final = "replay"
