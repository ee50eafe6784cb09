from __future__ import annotations

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.origin import ForkOf, ReplayOf
from dean_provider.contract.trial import ForkOrigin
from dean_provider.errors import InvalidConfigurationError, InvalidStateError, UnsupportedOperationError
from dean_provider.operators.origin import Asked, fork_behind, forked_settings, original_of, parent_of, replayed_settings

FORK = {"trial_id": "t-0", "generation": 3}
REPLAY = {"trial_id": "t-0"}
DIGEST = "a" * 64


def test_what_is_below_the_layer_that_asks_for_a_fork_does_not_count():
    author = {"generations": 5, "evolution_conn_id": "mine"}
    asked = Asked.of(author, {"fork": FORK, "mutation_rate": 0.3}, {"trial.seed": 4, "trial": {"elite_size": 1}})
    assert asked.trial == {"mutation_rate": 0.3, "seed": 4, "elite_size": 1}
    assert asked.provider == {"evolution_conn_id": "mine"}
    assert asked.fork == ForkOf(trial_id="t-0", generation=3)
    assert Asked.of({**author, "fork": FORK}, {"seed": 1}).trial == {"generations": 5, "seed": 1}


def test_a_fork_has_its_parents_settings_but_for_what_was_given(make_trial):
    asked = Asked.of({"fork": {**FORK, "config": {"generations": 60}}, "mutation_rate": 0.3, "poll_seconds": 1})
    parent = make_trial("completed", 5, config=TrialConfig(seed=7, generations=100, elite_size=4))
    settings = forked_settings(asked, asked.fork, parent)
    assert (settings["generations"], settings["mutation_rate"], settings["elite_size"], settings["seed"]) == (60, 0.3, 4, 7)
    assert settings["poll_seconds"] == 1
    assert set(TrialConfig.model_fields) <= set(settings)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fork": "t-0"}, "fork"),
        ({"fork": {"generation": 3}}, "fork.trial_id"),
        ({"fork": {**FORK, "generation": -1}}, "fork.generation"),
        ({"fork": {**FORK, "generations": 3}}, "fork.generations"),
        ({"fork": FORK, "replay": REPLAY}, "fork"),
        ({"replay": REPLAY, "generations": 5}, "generations"),
        ({"replay": {**REPLAY, "digest": "abc"}}, "replay.digest"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given, field):
    with pytest.raises(InvalidConfigurationError) as caught:
        Asked.of(given)
    assert [problem["field"] for problem in caught.value.details["problems"]] == [field]


def test_a_parent_is_forked_where_it_stands_unless_told(make_trial):
    parent = make_trial("running", 5)
    assert parent_of(ForkOf(trial_id="t-1"), parent).generation == 5
    assert parent_of(ForkOf(trial_id="t-1", generation=0), parent).generation == 0
    with pytest.raises(InvalidConfigurationError, match=r"fork.generation \(6\) must not be beyond .* \(5\)"):
        parent_of(ForkOf(trial_id="t-1", generation=6), parent)
    with pytest.raises(InvalidStateError):
        parent_of(ForkOf(trial_id="t-1"), make_trial("pending"))
    with pytest.raises(UnsupportedOperationError):
        parent_of(ForkOf(trial_id="t-1"), make_trial("running", 5, config=None))


def test_a_replay_has_the_recorded_settings_and_none_of_the_layers(make_trial):
    recorded = TrialConfig(seed=7, generations=9)
    original = make_trial("completed", 9, config=recorded, digest=DIGEST)
    for replay, trial in ((ReplayOf(trial_id="t-1"), original), (ReplayOf(trial_id="t-1", config={"seed": 7, "generations": 9}), None)):
        assert replayed_settings(Asked({}, {}), replay, trial) == recorded.model_dump(mode="json")
    with pytest.raises(InvalidConfigurationError, match="seed"):
        replayed_settings(Asked({}, {}), ReplayOf(trial_id="t-1", config={"generations": 9}), original)


def test_a_replay_is_compared_with_what_was_recorded(make_trial):
    original = make_trial("stopped", 4, digest=DIGEST)
    assert original_of(ReplayOf(trial_id="t-1"), original).model_dump() == {
        "trial_id": "t-1", "workflow_id": None, "generation": 4, "digest": DIGEST,
    }  # fmt: skip
    told = original_of(ReplayOf(trial_id="t-1", digest="b" * 64, generation=2), None)
    assert (told.digest, told.generation) == ("b" * 64, 2)
    for replay, trial in (
        (ReplayOf(trial_id="t-1", digest=DIGEST), None),
        (ReplayOf(trial_id="t-1"), make_trial("pending")),
    ):
        with pytest.raises(InvalidConfigurationError, match="digest"):
            original_of(replay, trial)


def test_the_replay_of_a_fork_shares_the_same_generations(make_trial):
    forked = make_trial("completed", 5, parent=ForkOrigin(trial_id="t-0", generation=2))
    assert fork_behind(ReplayOf(trial_id="t-1"), forked) == ForkOf(trial_id="t-0", generation=2)
    assert fork_behind(ReplayOf(trial_id="t-1", fork=ForkOf(trial_id="x")), None) == ForkOf(trial_id="x")
    assert fork_behind(ReplayOf(trial_id="t-1"), make_trial("completed", 5)) is None
