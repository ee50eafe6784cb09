"""Where a stream of generations goes on."""

from __future__ import annotations

import pytest

from dean_provider.contract.trial import StopTrial
from dean_provider.services.evolution.trials import Trials


@pytest.fixture
def stopped(evolution_app, store_trial, generation_of):
    """The id of a stopped trial with generations 0 and 1."""
    store_trial("t")
    records = evolution_app.records
    records.begin("t")
    for _ in range(2):
        before = records.load("t")
        records.commit(before, generation_of(before), 0)
    Trials(evolution_app.database, evolution_app.conductor, None, evolution_app.now, lambda _: None).stop(StopTrial(trial_id="t"))
    return "t"


def told(evolution, trial_id, last_event_id):
    """The ids of the generations that a stream tells."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    answer = evolution.get(f"/api/v1/trials/{trial_id}/stream", headers=headers)
    assert answer.status_code == 200, answer.text
    assert "event: end" in answer.text
    return [int(line[4:]) for line in answer.text.splitlines() if line.startswith("id: ")]


@pytest.mark.parametrize(("last_event_id", "rest"), [(None, [0, 1]), ("0", [1]), ("1", []), ("999999999", [])])
def test_a_stream_goes_on_after_the_last_generation_the_caller_has(evolution, stopped, last_event_id, rest):
    assert told(evolution, stopped, last_event_id) == rest


@pytest.mark.parametrize(
    "last_event_id",
    ["", "-1", "1.0", "1e3", "one", b"\xb2", "1000000000", "10000000000", "9" * 5000],
    ids=["empty", "negative", "real", "power", "word", "superscript", "long", "longer", "longest"],
)
def test_what_no_stream_gives_as_an_id_counts_as_none(evolution, stopped, last_event_id):
    assert told(evolution, stopped, last_event_id) == [0, 1]
