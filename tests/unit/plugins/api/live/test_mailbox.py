"""What waits for one client is bounded."""

from __future__ import annotations

import asyncio
from uuid import UUID

from dean_provider.plugins.api.live.mailbox import Mailbox

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_what_fits_is_taken_in_order() -> None:
    mailbox = Mailbox(most_events=3)
    for sequence in (1, 2, 3):
        mailbox.put(ONE, sequence, "x")
    assert asyncio.run(mailbox.take()) == ({}, [(ONE, 1, "x"), (ONE, 2, "x"), (ONE, 3, "x")])


def test_too_many_are_lost_together_and_what_follows_is_kept() -> None:
    mailbox = Mailbox(most_events=3)
    for one, sequence in ((ONE, 1), (OTHER, 5), (ONE, 2), (ONE, 3), (ONE, 4)):
        mailbox.put(one, sequence, "x")
    lost, waiting = asyncio.run(mailbox.take())
    assert lost == {ONE: 3, OTHER: 5}
    assert waiting == [(ONE, 4, "x")]


def test_so_are_too_long_ones() -> None:
    mailbox = Mailbox(most_characters=10)
    mailbox.put(ONE, 1, "x" * 8)
    mailbox.put(ONE, 2, "x" * 8)
    assert asyncio.run(mailbox.take()) == ({ONE: 2}, [])
    assert len(mailbox) == 0
