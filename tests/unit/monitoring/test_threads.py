"""What hangs in a thread is left alone, and not joined by others of its kind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from dean_provider.monitoring.threads import Patient


async def test_what_hangs_is_not_begun_again_until_it_has_ended() -> None:
    go = threading.Event()
    begun: list[int] = []

    def hang() -> None:
        begun.append(1)
        go.wait(10)

    patient = Patient()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await patient.run(hang, 0.01)
    assert begun == [1]
    go.set()
    while patient._busy.locked():  # noqa: ASYNC110 - a thread ends
        await asyncio.sleep(0)
    assert await patient.run(lambda: 7, 1) == 7


async def test_however_much_hangs_everything_else_has_its_threads() -> None:
    go = threading.Event()
    for _ in range(40):
        with pytest.raises(TimeoutError):
            await Patient().run(lambda: go.wait(10), 0)
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 5) == 7
    go.set()


def test_the_same_without_an_event_loop() -> None:
    go, patient = threading.Event(), Patient()
    assert patient.wait(lambda: 7, 1) == 7
    with pytest.raises(ZeroDivisionError):
        patient.wait(lambda: 1 / 0, 1)
    for message in ("no answer within 0.01 s", "what was asked before still hangs"):
        with pytest.raises(TimeoutError, match=message):
            patient.wait(lambda: go.wait(10), 0.01)
    go.set()


async def test_what_goes_wrong_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        await Patient().run(lambda: 1 / 0, 1)
