from __future__ import annotations

import importlib.util
import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.origin import ForkOf, ReplayOf
from dean_provider.contract.trial import ForkOrigin, Trial
from dean_provider.report.commands import digest_commands, repeat

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
CONNECTIONS = {"evolution_conn_id": "ours", "indexagent_conn_id": "theirs"}
REACHED = (60, "f4" * 32)


def trial(config, **fields):
    return Trial(**{"trial_id": "t-1", "status": "completed", "config": config, **fields})


def conf_of(command):
    words = shlex.split(command)
    assert words[:5] == ["airflow", "dags", "trigger", "dean_evolution_trial", "--conf"]
    return json.loads(words[5])


@given(
    repository=st.text(CHARACTERS, max_size=80),
    label=st.text(CHARACTERS, min_size=1, max_size=80),
    reached=st.sampled_from([None, REACHED]),
)
def test_a_shell_hands_over_the_very_configuration(repository, label, reached):
    config = TrialConfig(seed=7, repository=repository, labels={"team": label}, token_budget=6000)
    conf = conf_of(repeat(trial(config), reached, CONNECTIONS).command)
    settings = conf["replay"]["config"] if reached else conf["trial"]
    assert settings == config.model_dump(mode="json")
    assert conf.items() >= CONNECTIONS.items()


def test_a_fork_is_forked_again():
    forked = trial(TrialConfig(seed=7), parent=ForkOrigin(trial_id="t-0", generation=3))
    replay = ReplayOf.model_validate(conf_of(repeat(forked, REACHED, {}).command)["replay"])
    assert replay.fork == ForkOf(trial_id="t-0", generation=3)
    asked = ForkOf.model_validate(conf_of(repeat(forked, None, {}).command)["fork"])
    assert (asked.trial_id, asked.generation) == ("t-0", 3)
    assert asked.config == TrialConfig(seed=7).model_dump(mode="json")


def test_digests_are_compared_where_there_are_any():
    again = repeat(trial(TrialConfig(seed=7)), REACHED, {})
    replay = ReplayOf.model_validate(conf_of(again.command)["replay"])
    assert (replay.trial_id, replay.generation, replay.digest) == ("t-1", *REACHED)
    assert again.compares
    for seed, reached in ((7, None), (None, REACHED), (7, (60, "a form of its own"))):
        assert not repeat(trial(TrialConfig(seed=seed)), reached, {}).compares


def test_a_recorded_trial_can_be_replayed_from_its_record_once_it_is_complete():
    completed = trial(TrialConfig(seed=7))
    assert repeat(completed, REACHED, {}, "w-1").recorded == "dean trial replay w-1 --wait"
    assert not repeat(completed, REACHED, {}).recorded
    assert not repeat(completed.model_copy(update={"status": "stopped"}), REACHED, {}, "w-1").recorded


def test_without_a_configuration_nothing_can_be_run_again():
    assert repeat(trial(None), REACHED, CONNECTIONS) is None


def test_no_login_of_an_address_stands_in_a_command():
    config = TrialConfig(seed=7, repository="https://bob:s3cretToken@git.example.org/x.git")
    for reached in (REACHED, None):
        assert "s3cretToken" not in repeat(trial(config), reached, CONNECTIONS).command


def test_ids_cannot_leave_the_address():
    command = digest_commands('a"; rm -rf $HOME #/../x', "$(reboot)")
    assert command.splitlines()[0] == (
        'curl --fail --output history.jsonl "$EVOLUTION_API/api/v1/trials/a%22%3B%20rm%20-rf%20%24HOME%20%23%2F..%2Fx/export"'
    )
    python, m, module, *arguments = shlex.split(command.splitlines()[1])
    assert (python, m, *arguments) == ("python", "-m", "history.jsonl", "$(reboot)")
    assert importlib.util.find_spec(module).origin.endswith("/dean_provider/recompute_digest.py")


@pytest.mark.parametrize(
    ("credential", "options"),
    [
        ("", []),
        ("Authorization: Bearer", ["--header", "Authorization: Bearer s3cret"]),
        ("X-$(id)-`id`:", ["--header", "X-$(id)-`id`: s3cret"]),
        ("Authorization: Basic", ["--user", "ann"]),
    ],
)
def test_a_shell_puts_in_the_readers_own_credential(credential, options):
    fetch = digest_commands("t-1", "d", credential).splitlines()[0]
    show = f'curl() {{ printf "%s\\n" "$@"; }}; {fetch}'
    env = {"EVOLUTION_API": "http://e", "EVOLUTION_TOKEN": "s3cret", "EVOLUTION_USER": "ann"}
    words = subprocess.run(["sh", "-c", show], env=env, capture_output=True, text=True, check=True).stdout.splitlines()
    assert words == ["--fail", *options, "--output", "history.jsonl", "http://e/api/v1/trials/t-1/export"]
