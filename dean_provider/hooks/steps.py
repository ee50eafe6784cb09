"""What a call needs done outside of itself, each step in two ways: synchronously, and on an event loop.

A call is written once, as a generator that yields steps and is sent their results (:mod:`dean_provider.hooks.exchange`). Which way its
steps are done is all that tells a synchronous call from an asynchronous one.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from asgiref.sync import sync_to_async

from dean_provider.hooks.breaker import Admission, CircuitBreaker
from dean_provider.hooks.channel import Channel, Line
from dean_provider.hooks.message import Answer, Outgoing

__all__ = ["Admit", "Compute", "LookUp", "Mask", "Pause", "Send", "Settle", "Step", "Steps", "arun", "run"]

T = TypeVar("T")


class Step(ABC):
    """One thing to be done."""

    @abstractmethod
    def do(self, channel: Channel) -> Any:
        """Do it; may block."""

    @abstractmethod
    async def ado(self, channel: Channel) -> Any:
        """Do it without blocking the event loop."""


Steps = Generator[Step, Any, T]


@dataclass(frozen=True)
class LookUp(Step):
    """Resolve the connection, unless somebody has since version ``than``. Gives the line to use."""

    than: int = 0

    def do(self, channel: Channel) -> Line:
        return channel.look_up(self.than)

    async def ado(self, channel: Channel) -> Line:
        before = channel.line
        # Not the SDK's own asynchronous look-up: before 3.3.2 it can deadlock, and under `airflow dags test` it misses stored connections.
        line: Line = await sync_to_async(channel.look_up)(self.than)
        if before is not None and before is not line:
            await before.retire()
        return line


@dataclass(frozen=True)
class Admit(Step):
    """Ask a circuit breaker whose state is shared."""

    breaker: CircuitBreaker

    def do(self, channel: Channel) -> Admission:  # noqa: ARG002
        return self.breaker.admit()

    async def ado(self, channel: Channel) -> Admission:  # noqa: ARG002
        return await self.breaker.aadmit()


@dataclass(frozen=True)
class Settle(Step):
    """Tell a circuit breaker whose state is shared how an admitted call ended."""

    breaker: CircuitBreaker
    admission: Admission
    error: BaseException | None = None

    def do(self, channel: Channel) -> None:  # noqa: ARG002
        self.breaker.settle(self.admission, self.error)

    async def ado(self, channel: Channel) -> None:  # noqa: ARG002
        await self.breaker.asettle(self.admission, self.error)


@dataclass(frozen=True)
class Send(Step):
    """Send a request."""

    line: Line
    request: Outgoing

    def do(self, channel: Channel) -> Answer:  # noqa: ARG002
        return self.line.sync.send(self.request)

    async def ado(self, channel: Channel) -> Answer:  # noqa: ARG002
        return await self.line.asynchronous.send(self.request)


@dataclass(frozen=True)
class Pause(Step):
    """Wait."""

    seconds: float

    def do(self, channel: Channel) -> None:
        channel.clock.sleep(self.seconds)

    async def ado(self, channel: Channel) -> None:
        await channel.clock.asleep(self.seconds)


@dataclass(frozen=True)
class Mask(Step):
    """Keep a secret out of the logs. In a task this talks to the supervisor, so on a loop it happens in a thread."""

    secret: str

    def do(self, channel: Channel) -> None:
        channel.conceal(self.secret)

    async def ado(self, channel: Channel) -> None:
        await sync_to_async(channel.conceal)(self.secret)


@dataclass(frozen=True)
class Compute(Step):
    """Run something that may take the processor long enough to hold up a loop."""

    work: Callable[[], Any]

    def do(self, channel: Channel) -> Any:  # noqa: ARG002
        return self.work()

    async def ado(self, channel: Channel) -> Any:  # noqa: ARG002
        return await asyncio.to_thread(self.work)


def run(steps: Steps[T], channel: Channel) -> T:
    """Do all steps of a call synchronously and return what it returns."""
    try:
        step = next(steps)
        while True:
            try:
                result = step.do(channel)
            except BaseException as error:  # noqa: BLE001, PERF203 - whatever it is, the call decides what becomes of it
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


async def arun(steps: Steps[T], channel: Channel) -> T:
    """:func:`run` on the running event loop, which is never blocked."""
    try:
        step = next(steps)
        while True:
            try:
                result = await step.ado(channel)
            except BaseException as error:  # noqa: BLE001, PERF203 - whatever it is, the call decides what becomes of it
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value
