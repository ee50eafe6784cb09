"""Callers that speak of the same thing go one after another."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turns"]


class Turns:
    """One lock for each key somebody has or waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._users: defaultdict[str, int] = defaultdict(int)

    def __len__(self) -> int:
        with self._lock:
            return len(self._keys)

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Alone with ``key``; other keys do not wait."""
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
