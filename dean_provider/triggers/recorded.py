"""Following a trial, and telling the recorder beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dean_provider.recording.followed import FollowedTrial, History
from dean_provider.triggers.following import Watch, follow

if TYPE_CHECKING:
    from dean_provider.recording.recorder import Log, Recorder

__all__ = ["UNRECORDED", "follow_recorded"]

FINISH_SECONDS = 15.0
"""How long an event waits for the record to be completed; a later step does the rest."""

UNRECORDED = "unrecorded"
"""In an event: that the record is not complete, and what could not be told."""


async def follow_recorded(service: History, watch: Watch, recorder: Recorder, *, log: Log) -> dict[str, Any]:
    """:func:`~dean_provider.triggers.following.follow`, with everything it sees told to ``recorder``, which never slows it down."""
    if not recorder.on:
        return await follow(service, watch, log=log)
    followed = FollowedTrial(recorder, service, watch.trial_id)
    try:
        event = await follow(service, watch, log=log, observe=followed.observe)
        complete = await followed.finish(FINISH_SECONDS)
    finally:
        followed.abandon()
    return event if complete else {**event, UNRECORDED: {"backlog": recorder.backlog.as_json()}}
