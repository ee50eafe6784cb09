from __future__ import annotations

import json
from datetime import datetime, timezone
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.sdk import AssetAlias, ObjectStoragePath
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem

from dean_provider.contract.pattern import Pattern
from dean_provider.contract.population import Agent, Lineage
from dean_provider.contract.trial import GenerationPage, Scores, Verification
from dean_provider.errors import ConnectionFailedError, EvaluationError, UnsupportedOperationError
from dean_provider.links import REPORT_KEY
from dean_provider.operators import PublishReportOperator

VERIFICATION = Verification(
    trial_id="t-1",
    agent_id="a-60",
    genome=[1.0],
    traits={"x": [1.0]},
    exact=True,
    scores=Scores(train=3.0, validation=3.1, test=3.2),
    baselines={"best_fit": Scores(test=5.4)},
    verified_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
)
LINEAGE = Lineage(agent=Agent(agent_id="a-60", genome=[1.0]), ancestors=[])


@pytest.fixture
def answers(make_trial, make_generation):
    """What both services say about a trial that has completed."""

    def make(status="completed", **changes):
        trial = make_trial(status, 2, best_agent_id="a-60", digest="d" * 64, tokens_used=180)

        def progress(request):
            return GenerationPage(trial=trial, generations=[make_generation(number) for number in range(request.start, 3)])

        evolution = {
            "read_trial": trial,
            "progress": progress,
            "verify_trial": VERIFICATION,
            "read_pattern": Pattern(pattern_id="k", description="x is high"),
        }
        return {**evolution, **changes}, {"read_lineage": LINEAGE}

    return make


@pytest.fixture
def publish(run, make_context, handle, tmp_path):
    def act(states=None, awaits=("await_evolution",), try_number=1, **kwargs):
        states_of_run = {"manual__2026-01-01T00:00:00+00:00": states or {}}
        context = make_context("publish_report", get_task_states=lambda **_: states_of_run, try_number=try_number)
        operator = PublishReportOperator(
            **{"task_id": "publish_report", "trial": handle(), "report_uri": tmp_path.as_uri(), "awaits": awaits, **kwargs}
        )
        return SimpleNamespace(result=lambda: run(operator, context), context=context, operator=operator)

    return act


def written(tmp_path):
    return {str(path.relative_to(tmp_path)): path.read_text() for path in Path(tmp_path).rglob("*.html")}


def test_writes_the_report_and_returns_the_outcome(publish, services, answers, tmp_path):
    services(*answers())
    act = publish(discovered={"patterns": [{"pattern_id": "k", "status": "accepted"}]})
    outcome = act.result()
    assert list(written(tmp_path)) == ["bin-packing/t-1.html"]
    assert outcome["scores"] == {"train": 3.0, "validation": 3.1, "test": 3.2}
    assert outcome["baselines"]["best_fit"]["test"] == 5.4
    assert (outcome["status"], outcome["generations"], outcome["digest"], outcome["seed"]) == ("completed", 2, "d" * 64, 1)
    assert outcome["report"].endswith("bin-packing/t-1.html")
    assert len(json.dumps(outcome)) < 2000
    assert act.context["ti"].pushed[REPORT_KEY] == outcome["report"]


def test_tells_airflow_through_the_alias(publish, services, answers):
    services(*answers())
    act = publish()
    act.result()
    (event,) = act.context["outlet_events"][AssetAlias("dean_trials")].asset_alias_events
    assert event.dest_asset_key.uri == "dean://trials/bin-packing"
    assert event.extra["trial_id"] == "t-1"
    assert event.extra["digest"] == "d" * 64
    assert AssetAlias("dean_trials") in act.operator.outlets


def test_publishing_twice_is_publishing_once(publish, services, answers, tmp_path):
    services(*answers())
    assert publish().result() == publish().result()
    assert len(written(tmp_path)) == 1


def test_the_report_may_go_to_another_storage(publish, services, answers):
    services(*answers())
    folder = f"memory://{uuid4()}/of/trials"
    report = publish(report_uri=folder).result()["report"]
    assert report == f"{folder}/bin-packing/t-1.html"
    assert "d" * 64 in ObjectStoragePath(report).read_text(encoding="utf-8")


class OnlyWritable(MemoryFileSystem):
    """A bucket whose key may put objects, and neither ask for the bucket nor make one."""

    protocol = "s3"
    cachable = False

    def mkdir(self, *_, **__):
        raise PermissionError("CreateBucket")

    makedirs = mkdir


def test_a_key_that_may_only_write_objects_is_enough(publish, services, answers):
    services(*answers())
    bucket = str(uuid4())
    store = attach("s3", conn_id=bucket, fs=OnlyWritable())
    report = publish(report_uri=f"s3://{bucket}@{bucket}/trials").result()["report"]
    assert report == f"s3://{bucket}@{bucket}/trials/bin-packing/t-1.html"
    assert store.fs.cat(f"{bucket}/trials/bin-packing/t-1.html")


def test_tells_how_to_run_it_again_and_check_it_whatever_dag_it_was_part_of(publish, services, answers, tmp_path):
    services(*answers(credential="Authorization: Bearer"))
    publish().result()
    text = unescape(written(tmp_path)["bin-packing/t-1.html"])
    assert '"evolution_conn_id": "dean_evolution_default", "indexagent_conn_id": "dean_indexagent_default"' in text
    assert "airflow dags trigger dean_evolution_trial" in text
    assert 'curl --fail --header "Authorization: Bearer $EVOLUTION_TOKEN" --output' in text


@pytest.mark.parametrize("state", ["failed", "upstream_failed"])
def test_a_trial_that_was_not_awaited_with_success_is_reported_and_fails(publish, services, answers, tmp_path, state):
    services(*answers("stopped"))
    act = publish(states={"await_evolution": state})
    with pytest.raises(AirflowFailException, match="stopped, and await_evolution did not succeed"):
        act.result()
    assert written(tmp_path)
    assert not act.context["outlet_events"][AssetAlias("dean_trials")].asset_alias_events


def test_one_marked_success_is_published_as_far_as_it_came(publish, services, answers):
    evolution, _ = services(*answers("stopped"))
    assert publish(states={"await_evolution": "success"}).result()["status"] == "stopped"
    assert not evolution.requests("verify_trial")


def test_one_marked_success_that_still_runs_is_stopped_first(publish, services, answers, make_trial):
    evolution, indexagent = answers("running")
    stopped = make_trial("stopped", 2, best_agent_id="a-60")
    evolution |= {"read_trial": [evolution["read_trial"], stopped], "stop_trial": stopped}
    evolution, _ = services(evolution, indexagent)
    assert publish(states={"await_evolution": "success"}).result()["status"] == "stopped"
    assert len(evolution.requests("stop_trial")) == 1


def test_or_left_by_its_policy(publish, services, answers, handle):
    evolution, _ = services(*answers("running"))
    assert publish(states={"await_evolution": "success"}, trial=handle(on_kill="leave")).result()["status"] == "running"
    assert not evolution.requests("stop_trial")


def test_by_itself_it_goes_by_the_trials_status(publish, services, answers):
    services(*answers("running"))
    with pytest.raises(AirflowFailException, match="is running"):
        publish(awaits=()).result()


@pytest.mark.parametrize(
    ("part", "error", "words"),
    [
        ("verify_trial", UnsupportedOperationError("none"), "no such operation"),
        ("verify_trial", EvaluationError("A packing is invalid."), "A packing is invalid"),
        ("progress", UnsupportedOperationError("none"), "no such operation"),
        ("read_pattern", UnsupportedOperationError("none"), "no such operation"),
    ],
)
def test_what_a_service_lacks_becomes_a_note(publish, services, answers, tmp_path, part, error, words):
    evolution, indexagent = answers(**{part: error})
    services(evolution, indexagent)
    publish(discovered={"patterns": [{"pattern_id": "k", "status": "accepted"}]}).result()
    assert words in written(tmp_path)["bin-packing/t-1.html"]


OPTIONAL = ["progress", "read_pattern", "read_lineage"]
NEEDED = ["read_trial", "verify_trial"]
LAST_TRY = 4


@pytest.fixture
def away(publish, services, answers):
    """Publishing while the services answer everything but these operations."""

    def act(*parts, **kwargs):
        evolution, indexagent = answers()
        down = dict.fromkeys(parts, ConnectionFailedError("refused"))
        services({**evolution, **down}, {**indexagent, **down})
        return publish(discovered={"patterns": [{"pattern_id": "k", "status": "accepted"}]}, **kwargs)

    return act


@pytest.mark.parametrize(("part", "try_number"), [*((part, LAST_TRY - 1) for part in OPTIONAL), *((part, LAST_TRY) for part in NEEDED)])
def test_a_service_that_is_away_is_tried_again(away, tmp_path, part, try_number):
    with pytest.raises(AirflowException) as failure:
        away(part, try_number=try_number).result()
    assert not isinstance(failure.value, AirflowFailException)
    assert not written(tmp_path)


def test_on_the_last_try_what_the_outcome_does_not_need_is_left_out(away, tmp_path):
    act = away(*OPTIONAL, try_number=LAST_TRY)
    outcome = act.result()
    assert (outcome["digest"], outcome["scores"]["test"]) == ("d" * 64, 3.2)
    (event,) = act.context["outlet_events"][AssetAlias("dean_trials")].asset_alias_events
    assert event.extra["digest"] == "d" * 64
    for part in ("The history of generations", "The list of patterns", "The lineage of the best agent"):
        assert f"{part} is missing: refused" in written(tmp_path)["bin-packing/t-1.html"]


@pytest.mark.parametrize(("generation", "digest", "agrees"), [(2, "d" * 64, True), (2, "e" * 64, False)])
def test_a_replay_needs_no_history_to_be_compared_where_it_ended(away, handle, generation, digest, agrees):
    original = {"trial_id": "t-0", "generation": generation, "digest": digest}
    outcome = away("progress", try_number=LAST_TRY, trial={**handle(), "original": original}).result()
    assert outcome["replay"] == {**original, "agrees": agrees}


def test_one_that_was_compared_earlier_does(away, handle, tmp_path):
    original = {"trial_id": "t-0", "generation": 1, "digest": "d" * 64}
    with pytest.raises(AirflowException, match="refused"):
        away("progress", try_number=LAST_TRY, trial={**handle(), "original": original}).result()
    assert not written(tmp_path)


def test_without_a_folder_given_reports_go_below_airflows_home(publish, services, answers, monkeypatch, tmp_path):
    services(*answers())
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert publish(report_uri=None).result()["report"] == (tmp_path / "dean/reports/bin-packing/t-1.html").as_uri()
