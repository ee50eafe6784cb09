from __future__ import annotations

import json
import shlex
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.origin import ForkOf
from dean_provider.contract.trial import ForkOrigin
from dean_provider.report.commands import digest_commands, repeat_command

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@given(
    repository=st.text(CHARACTERS, max_size=80),
    label=st.text(CHARACTERS, min_size=1, max_size=80),
    dag_id=st.text(CHARACTERS, min_size=1, max_size=40),
)
def test_a_shell_hands_over_the_very_configuration(repository, label, dag_id):
    config = TrialConfig(seed=7, repository=repository, labels={"team": label}, token_budget=6000)
    words = shlex.split(repeat_command(config, {"dag_id": dag_id}))
    assert words[:4] == ["airflow", "dags", "trigger", dag_id]
    assert words[4] == "--conf"
    assert TrialConfig.model_validate(json.loads(words[5])) == config


def test_a_fork_is_forked_again():
    parent = ForkOrigin(trial_id="t-0", generation=3)
    conf = json.loads(shlex.split(repeat_command(TrialConfig(seed=7), {}, parent))[5])
    asked = ForkOf.model_validate(conf["fork"])
    assert (asked.trial_id, asked.generation) == ("t-0", 3)
    assert TrialConfig.model_validate(asked.config) == TrialConfig(seed=7)


def test_without_a_run_the_packaged_dag_is_named():
    assert shlex.split(repeat_command(TrialConfig(seed=7), {}))[3] == "dean_evolution_trial"
    assert repeat_command(None, {}) == ""


def test_ids_cannot_leave_the_address():
    command = digest_commands('a"; rm -rf $HOME #/../x', "$(reboot)")
    assert command.splitlines()[0] == (
        'curl --fail --output history.jsonl "$EVOLUTION_API/api/v1/trials/a%22%3B%20rm%20-rf%20%24HOME%20%23%2F..%2Fx/export"'
    )
    assert shlex.split(command.splitlines()[1]) == ["python", "docs/how-to/recompute_digest.py", "history.jsonl", "$(reboot)"]
    assert (Path(__file__).parents[3] / "docs/how-to/recompute_digest.py").is_file()
