"""Commands a reader can copy: run the trial again, recompute its digest."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from dean_provider.config.masking import without_logins
from dean_provider.contract.keys import FORK, REPLAY
from dean_provider.contract.origin import ForkOf, ReplayOf
from dean_provider.contract.trial import Trial, TrialStatus

__all__ = ["Repeat", "digest_commands", "repeat"]

DAG_ID = "dean_evolution_trial"
"""Comes with this package and runs a trial and nothing else. The trial's own DAG may do much more, and ignore what it is given."""


@dataclass(frozen=True)
class Repeat:
    """How to run a trial again.

    :param command: starts it from a shell where Airflow is.
    :param compares: whether the digests are compared at the end.
    :param recorded: does the same from the record, through the gateway; empty where there is none.
    """

    command: str
    compares: bool
    recorded: str = ""


def repeat(trial: Trial, reached: tuple[int, str] | None, connections: Mapping[str, str], workflow_id: str = "") -> Repeat | None:
    """How to run ``trial`` again exactly as it was; ``None`` when its service does not tell how it was configured.

    The command gives every setting, those that are null or the default too: one left out would be whatever an installation says.

    :param reached: a generation and the digest up to it, to compare with; ``None`` where the service has no digests.
    :param connections: the settings that name the connections to its services.
    :param workflow_id: the trial's execution, where it is recorded.
    """
    if trial.config is None:
        return None
    settings = without_logins(trial.config.model_dump(mode="json"))
    replay = _replay(trial, settings, reached)
    if replay is not None:
        asked: dict[str, Any] = {REPLAY: replay}
    elif trial.parent is not None:
        asked = {FORK: {**trial.parent.model_dump(mode="json"), "config": settings}}
    else:
        asked = {"trial": settings}
    conf = json.dumps({**asked, **connections}, ensure_ascii=False)
    from_record = workflow_id and replay is not None and trial.status is TrialStatus.COMPLETED
    return Repeat(
        command=f"airflow dags trigger {DAG_ID} --conf {shlex.quote(conf)}",
        compares=replay is not None,
        recorded=f"dean trial replay {shlex.quote(workflow_id)} --wait" if from_record else "",
    )


def _replay(trial: Trial, settings: dict[str, Any], reached: tuple[int, str] | None) -> dict[str, Any] | None:
    """What a run is asked for to replay ``trial``, needing nobody who remembers it. Not without a seed or a digest."""
    if reached is None or settings["seed"] is None:
        return None
    generation, digest = reached
    try:
        fork = ForkOf(trial_id=trial.parent.trial_id, generation=trial.parent.generation) if trial.parent else None
        replay = ReplayOf(trial_id=trial.trial_id, config=settings, fork=fork, generation=generation, digest=digest)
    except ValidationError:  # a service's own form of ids or digests
        return None
    return replay.model_dump(mode="json", exclude_none=True)


def digest_commands(trial_id: str, digest: str, credential: str = "") -> str:
    """Commands that fetch a trial's history from the Evolution API, recompute its digest and compare it with ``digest``.

    :param credential: what the header that authenticates calls begins with, see :class:`~dean_provider.report.data.ReportData`.
    """
    address = f"$EVOLUTION_API/api/v1/trials/{quote(trial_id, safe='')}/export"
    return (
        f'curl --fail {_authenticated(credential)}--output history.jsonl "{address}"\n'
        f"python -m dean_provider.recompute_digest history.jsonl {shlex.quote(digest)}"
    )


def _authenticated(credential: str) -> str:
    """The options of curl for a credential that the reader has in a variable; curl itself asks for a password."""
    if not credential:
        return ""
    if credential == "Authorization: Basic":
        return '--user "$EVOLUTION_USER" '
    if re.fullmatch(r"[\w: -]+", credential, re.ASCII):
        return f'--header "{credential} $EVOLUTION_TOKEN" '
    return f'--header {shlex.quote(f"{credential} ")}"$EVOLUTION_TOKEN" '
