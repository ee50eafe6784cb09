"""Commands a reader can copy: run the trial again, recompute its digest."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from urllib.parse import quote

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.keys import FORK
from dean_provider.contract.trial import ForkOrigin

__all__ = ["digest_commands", "repeat_command"]

DAG_ID = "dean_evolution_trial"


def repeat_command(config: TrialConfig | None, run: Mapping[str, str], parent: ForkOrigin | None = None) -> str:
    """A command that starts the same trial again: the whole configuration, drawn seed included.

    :param parent: where a fork left its parent; it is forked there again.
    """
    if config is None:
        return ""
    settings = config.model_dump(mode="json", exclude_none=True)
    asked = settings if parent is None else {FORK: {**parent.model_dump(mode="json"), "config": settings}}
    conf = json.dumps(asked, ensure_ascii=False)
    return f"airflow dags trigger {shlex.quote(run.get('dag_id') or DAG_ID)} --conf {shlex.quote(conf)}"


def digest_commands(trial_id: str, digest: str) -> str:
    """Commands that fetch a trial's history from the Evolution API, recompute its digest and compare it with ``digest``."""
    address = f"$EVOLUTION_API/api/v1/trials/{quote(trial_id, safe='')}/export"
    return f'curl --fail --output history.jsonl "{address}"\npython docs/how-to/recompute_digest.py history.jsonl {shlex.quote(digest)}'
