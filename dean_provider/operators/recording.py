"""How a step of a trial tells the recorder what it did, whatever Airflow operator it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from dean_provider.triggers.task_state import TaskIdentity, correlation_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.handle import RecordRef
    from dean_provider.recording.recorder import Recorder

__all__ = ["RecordingStep"]

LONGEST_TEXT = 2000


class RecordingStep:
    """What an operator of Airflow's needs beside itself to be a step that is recorded."""

    log: Any

    @asynccontextmanager
    async def recording(
        self, ref: RecordRef | None, context: Context, *, last: bool = False, begins: bool = False
    ) -> AsyncIterator[Recorder]:
        """Whom this step tells what happens. What earlier steps could not tell comes first; what this one cannot goes on to the next.

        :param last: no other step comes after this one, so it takes over from all that came before, not only from the nearest.
        :param begins: without this step there is no trial: if it fails for good, so has the trial.
        """
        from dean_provider.recording.carried import all_before, hand_on, nearest, take_over
        from dean_provider.recording.failure import failure, is_final

        recorder = self.recorder(ref, context)
        if recorder.on:
            take_over(context, recorder, all_before(self) if last else nearest(self))
        try:
            yield recorder
        except Exception as error:
            if begins and is_final(error, context):
                await recorder.tell(failure(error, context))
            raise
        finally:
            if recorder.backlog and recorder.backlog.since is None:
                await recorder.flush()
            hand_on(context, recorder)

    def recorder(self, ref: RecordRef | None, context: Context) -> Recorder:
        """Who takes facts about a trial from this task."""
        from dean_provider.recording.tasks import recorder_for

        task = TaskIdentity.of(context).as_arguments()
        return recorder_for(ref, task, correlation_id=correlation_of(context), log=self.log)
