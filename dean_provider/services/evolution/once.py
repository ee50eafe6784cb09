"""Long work asked for several times at once is done once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["Once"]

Result = TypeVar("Result")


class Once:
    """Callers with the same key go one after another; the second finds what the first has stored."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._users: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        with self._lock:
            lock = self._keys[key]
            self._users[key] += 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                self._users[key] -= 1
                if not self._users[key]:
                    del self._users[key], self._keys[key]

    def do(self, key: str, find: Callable[[], Result | None], make: Callable[[], Result]) -> Result:
        """What ``find`` has, else what ``make`` makes."""
        found = find()
        if found is not None:
            return found
        with self._alone(key):
            found = find()
            return make() if found is None else found
