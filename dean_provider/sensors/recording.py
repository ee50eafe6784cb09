"""What sensors tell the recorder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dean_provider.recording.carried import hand_on, nearest, take_over
from dean_provider.recording.failure import failure, is_final
from dean_provider.recording.tasks import recorder_for
from dean_provider.triggers.task_state import TaskIdentity, correlation_of

if TYPE_CHECKING:
    from dean_provider.handle import RecordRef
    from dean_provider.recording.recorder import Recorder

__all__ = ["recording"]


@contextmanager
def recording(operator: Any, ref: RecordRef | None, context: Any, *, begins: bool = False, resumed: bool = False) -> Iterator[Recorder]:
    """Whom ``operator`` tells what happens. What earlier steps could not tell comes first; what this one cannot goes on to the next.

    :param begins: without this step there is no trial: if it fails for good, so has the trial.
    :param resumed: it has taken over from earlier steps before.
    """
    recorder = recorder_for(ref, TaskIdentity.of(context).as_arguments(), correlation_id=correlation_of(context), log=operator.log)
    if not resumed:
        take_over(context, recorder, nearest(operator) if recorder.on else ())
    try:
        yield recorder
    except Exception as error:
        if begins and is_final(error, context):
            recorder.announce(failure(error, context))
        raise
    finally:
        if recorder.backlog and recorder.backlog.since is None:
            asyncio.run(recorder.flush())
        hand_on(context, recorder)
