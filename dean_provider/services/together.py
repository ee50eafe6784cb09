"""Both services as two processes that live and end together."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import TypeAlias

from dean_provider.errors import ServiceUnavailableError
from dean_provider.services.web.listening import die_with, listen

__all__ = ["run_both"]

_STOP_SECONDS = 15.0
_START_SECONDS = 60.0

News: TypeAlias = "queue.SimpleQueue[_Child | None]"
"""A service that answers or has ended; ``None`` when we are told to stop."""

Address: TypeAlias = tuple[str, int]
"""Host and port; 0 picks a free one."""


class _Child:
    """One service: its first line on stdout is its address, and it ends when we do."""

    def __init__(self, name: str, arguments: Sequence[str], news: News) -> None:
        read_end, self._lifeline = os.pipe()
        command = [sys.executable, "-m", "dean_provider.services", name, "--lifeline", str(read_end), *arguments]
        self.name = name
        self.address = ""
        self._process = subprocess.Popen(  # noqa: S603  our own module under our own interpreter
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, pass_fds=(read_end,), start_new_session=True, text=True
        )
        os.close(read_end)
        threading.Thread(target=self._watch, args=(news,), daemon=True).start()

    def _watch(self, news: News) -> None:
        """Say when it answers and when it ends."""
        assert self._process.stdout is not None  # noqa: S101  we asked for a pipe
        self.address = self._process.stdout.readline().strip()
        if self.address:
            news.put(self)
            self._process.wait()
        news.put(self)

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return not self.address or self._process.poll() is not None

    @property
    def status(self) -> int:
        """Exit status of one that ended by itself, 1 when it was killed or meant to end well."""
        try:
            return max(1, self._process.wait(_STOP_SECONDS))
        except subprocess.TimeoutExpired:
            return 1

    def stop(self) -> None:
        """Ask it to stop, and insist."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._lifeline)


def _url(address: str) -> str:
    return address.rpartition(" ")[2]


def _require_free(*addresses: Address) -> None:
    """Say which port is taken before anything is started."""
    for host, port in addresses:
        if port:
            listen(host, port).close()


def _listening(address: Address) -> list[str]:
    host, port = address
    return ["--host", host, "--port", str(port)]


def run_both(indexagent: Address, evolution: Address, lifeline: int | None = None) -> int:
    """Start IndexAgent, then the Evolution API, and keep both until one ends or we are told to stop.

    :param indexagent: where it listens, and ``evolution`` likewise.
    :param lifeline: descriptor of a pipe whose closing ends both.
    :returns: 0 when told to stop; what a service that ended by itself said, or 1 when that was nothing.
    :raises ConfigurationError: a port is taken.
    :raises ServiceUnavailableError: a service hangs as it starts.
    """
    _require_free(indexagent, evolution)
    news: News = queue.SimpleQueue()

    def stop(_: int, __: FrameType | None) -> None:
        news.put(None)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    if lifeline is not None:
        die_with(lifeline)
    children: list[_Child] = []
    try:
        children.append(_Child("indexagent", _listening(indexagent), news))
        if not _answers(news):
            return _ending(children)
        url = _url(children[0].address)
        children.append(_Child("evolution", [*_listening(evolution), "--indexagent-url", url], news))
        if not _answers(news):
            return _ending(children)
        _say("Both services run; Ctrl-C stops them.")
        news.get()
        return _ending(children)
    finally:
        for child in reversed(children):
            child.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


def _answers(news: News) -> bool:
    """Wait for the next piece of news; whether it is that a service answers now."""
    try:
        child = news.get(timeout=_START_SECONDS)
    except queue.Empty:
        raise ServiceUnavailableError(f"A service did not answer within {_START_SECONDS:g} s.") from None
    if child is None or child.ended:
        return False
    _say(child.address)
    return True


def _ending(children: list[_Child]) -> int:
    """Exit status; a service that ended by itself is named."""
    fallen = [child for child in children if child.ended]
    if fallen:
        names = " and ".join(child.name for child in fallen)
        print(f"error: {names} ended by itself; its last lines are above.", file=sys.stderr)  # noqa: T201
    return max((child.status for child in fallen), default=0)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  this is the command's output
