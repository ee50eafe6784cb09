from __future__ import annotations

import asyncio

from dean_provider.hooks.loopbound import LoopBound


class Things:
    def __init__(self) -> None:
        self.made = 0
        self.closed: list[int] = []
        self.bound = LoopBound(self.make, self.close)

    async def make(self) -> int:
        await asyncio.sleep(0)
        self.made += 1
        return self.made

    async def close(self, thing: int) -> None:
        await asyncio.sleep(0)
        self.closed.append(thing)


def test_one_for_each_loop_closed_with_it() -> None:
    things = Things()

    async def use() -> tuple[int, int]:
        return await things.bound.get(), await things.bound.get()

    assert asyncio.run(use()) == (1, 1)
    assert things.closed == [1]
    assert asyncio.run(use()) == (2, 2)
    assert things.closed == [1, 2]
    assert not things.bound._held


def test_of_two_made_at_once_one_is_kept() -> None:
    things = Things()

    async def use() -> list[int]:
        return list(await asyncio.gather(*(things.bound.get() for _ in range(3))))

    kept = asyncio.run(use())

    assert len(set(kept)) == 1
    assert sorted(things.closed) == [1, 2, 3]


def test_discarded_early() -> None:
    things = Things()

    async def use() -> list[int]:
        first = await things.bound.get()
        await things.bound.discard()
        await things.bound.discard()
        assert things.closed == [1]
        return [first, await things.bound.get()]

    assert asyncio.run(use()) == [1, 2]
    assert things.closed == [1, 2]


def test_what_the_parent_made_is_left_alone() -> None:
    things = Things()

    async def use() -> None:
        await things.bound.get()
        things.bound._pid -= 1
        assert await things.bound.get() == 2
        await things.bound.discard()
        assert things.closed == [2]

    asyncio.run(use())
