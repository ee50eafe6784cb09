"""Run as a process of its own: outlives the supervisor, however that dies, and ends what it leaves.

    python -m dean_provider.local.guardian HOME RUN < pipe

The kernel kills a dead supervisor's direct children, but not theirs. The guardian holds the reading end of a pipe whose other end only the
supervisor has: when it closes, the supervisor is gone. An orderly one has removed its ledger by then, and nothing is left to do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dean_provider.errors import ConfigurationError
from dean_provider.local.ledger import Ledger, Lock

__all__ = ["main"]

_LOCK_WAIT_SECONDS = 5.0


def main(home: Path, run: str) -> None:
    """Wait for the supervisor's end, then sweep its run unless the next supervisor does so already."""
    while os.read(0, 1):
        pass
    if not _left(home, run):
        return
    lock = Lock(home)
    try:
        # The kernel may close the pipe a moment before it releases the dead supervisor's lock.
        lock.acquire(wait_seconds=_LOCK_WAIT_SECONDS)
    except (ConfigurationError, OSError):
        return
    ledger = _left(home, run)
    if ledger:
        ledger.sweep()
    lock.release()


def _left(home: Path, run: str) -> Ledger | None:
    """The run's ledger, if it is still there."""
    ledger = Ledger.read(home)
    return ledger if ledger and ledger.run == run else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
