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


async def test_what_goes_wrong_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        await Patient().run(lambda: 1 / 0, 1)
