from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import ListGenerations, StopTrial, Trial, TrialRef, TrialStatus
from dean_provider.engine.digest import extend
from dean_provider.errors import NotFoundError, RateLimitedError
from dean_provider.testing import MockServices

pytestmark = pytest.mark.integration


def events(text):
    """Server-sent events as (event, id, data)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


def test_a_stream_tells_every_generation_once_and_how_it_ended(caller, small):
    trial = caller.run(small())
    text = caller.call(evolution.STREAM_TRIAL, TrialRef(trial_id=trial.trial_id)).text
    *generations, end = events(text)
    assert [(kind, number, data["generation"]) for kind, number, data in generations] == [("generation", str(i), i) for i in range(6)]
    assert (end[0], Trial.model_validate(end[2])) == ("end", trial)


def test_a_stream_goes_on_after_the_last_event_the_caller_has(caller, small):
    trial = caller.run(small())
    answer = caller.send(evolution.STREAM_TRIAL, TrialRef(trial_id=trial.trial_id), headers={"Last-Event-ID": "3"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [number for kind, number, _ in events(answer.text) if kind == "generation"] == ["4", "5"]


def test_a_stream_follows_a_running_trial_and_beats_while_it_is_paused(caller, services, small):
    started = caller.start(small(generations=40))
    caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id))
    seen, beats = [], 0
    url = f"{services.evolution.url}/api/v1/trials/{started.trial_id}/stream"
    with caller.http.stream("GET", url) as answer:
        for line in answer.iter_lines():
            beats += line.startswith(":")
            if beats == 2:
                beats = 100
                caller.call(evolution.RESUME_TRIAL, TrialRef(trial_id=started.trial_id))
            if line.startswith("id: "):
                seen.append(int(line[4:]))
    assert seen == list(range(41))
    assert beats >= 100


def test_a_stream_of_nobody_is_not_found(caller):
    with pytest.raises(NotFoundError):
        caller.call(evolution.STREAM_TRIAL, TrialRef(trial_id="nobody"))


def test_a_long_poll_waits_for_the_generation_and_no_longer(caller, small):
    started = caller.start(small(generations=10))
    seen = []
    while len(seen) < 11:
        request = ListGenerations(trial_id=started.trial_id, start=len(seen), wait_seconds=30)
        before = time.monotonic()
        page = caller.call(evolution.LIST_GENERATIONS, request)
        assert time.monotonic() - before < 10
        assert page.generations or (not seen and page.trial.status is TrialStatus.RUNNING)
        seen += [row.generation for row in page.generations]
    assert seen == list(range(11))
    caller.wait(started.trial_id)
    before = time.monotonic()
    page = caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=started.trial_id, start=11, wait_seconds=30))
    assert page.generations == []
    assert time.monotonic() - before < 5


def test_a_long_poll_ends_when_the_status_changes_or_time_is_up(caller, small):
    started = caller.start(small(generations=5000))
    caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id))
    request = ListGenerations(trial_id=started.trial_id, start=10**6, wait_seconds=0.3)
    before = time.monotonic()
    assert caller.call(evolution.LIST_GENERATIONS, request).trial.status is TrialStatus.PAUSED
    assert time.monotonic() - before >= 0.3
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.call, evolution.LIST_GENERATIONS, request.model_copy(update={"wait_seconds": 30}))
        while "dean_evolution_waiting_calls 1" not in caller.http.get(f"{caller.evolution_url}/metrics").text:
            time.sleep(0.02)
        before = time.monotonic()
        caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=started.trial_id))
        assert waiting.result(10).trial.status is TrialStatus.STOPPED
        assert time.monotonic() - before < 5


def test_pages_of_generations(caller, small):
    trial = caller.run(small())
    page = caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id, start=2, limit=3))
    assert [row.generation for row in page.generations] == [2, 3, 4]
    assert page.trial == trial


def test_an_export_holds_what_the_digest_is_computed_from(caller, small):
    trial = caller.run(small())
    answer = caller.send(evolution.EXPORT_TRIAL, TrialRef(trial_id=trial.trial_id))
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    chain = ""
    for number, line in enumerate(map(json.loads, answer.text.splitlines())):
        chain = extend(chain, line["genomes"], line["fitness"])
        assert (line["generation"], line["digest"]) == (number, chain)
        assert len(line["agent_ids"]) == len(line["parents"]) == len(line["variations"]) == 12
    assert number == 5
    assert chain == trial.digest


def test_the_documented_script_recomputes_the_digest_of_an_export(caller, small, tmp_path):
    trial = caller.run(small())
    (tmp_path / "history.jsonl").write_text(caller.call(evolution.EXPORT_TRIAL, TrialRef(trial_id=trial.trial_id)).text)
    script = Path(__file__).parents[3] / "dean_provider" / "recompute_digest.py"
    done = subprocess.run([sys.executable, script, tmp_path / "history.jsonl", trial.digest], capture_output=True, text=True, check=False)
    assert (done.returncode, trial.digest in done.stdout) == (0, True), done


def test_objectives_and_constraints(caller):
    objectives = {one.name: one for one in caller.call(evolution.LIST_OBJECTIVES, Empty()).objectives}
    assert {"bin_packing", "sphere", "rosenbrock", "rastrigin", "ackley"} <= objectives.keys()
    assert "dimension" in objectives["sphere"].parameters_schema["properties"]
    constraints = caller.call(evolution.READ_CONSTRAINTS, Empty())
    assert constraints.max_population_size == 10_000
    assert constraints.max_wait_seconds == 60


def test_waiting_calls_are_bounded(tmp_path, caller_of, small):
    with MockServices(tmp_path, evolution={"max_waiting_calls": 1}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        started = caller.start(small(generations=5000))
        caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id))
        request = ListGenerations(trial_id=started.trial_id, start=10**6, wait_seconds=2)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(caller.call, evolution.LIST_GENERATIONS, request)
            while "dean_evolution_waiting_calls 1" not in caller.http.get(f"{services.evolution.url}/metrics").text:
                time.sleep(0.02)
            with pytest.raises(RateLimitedError):
                caller.call(evolution.LIST_GENERATIONS, request)
            waiting.result(10)


def test_trials_beyond_the_running_ones_are_pending_and_bounded(tmp_path, caller_of, small):
    with MockServices(tmp_path, evolution={"max_running_trials": 1, "max_pending_trials": 1}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        first = caller.start(small(generations=5000))
        caller.wait(first.trial_id, lambda trial: trial.status is TrialStatus.RUNNING)
        second = caller.start(small(generations=2))
        assert caller.read(second.trial_id).status is TrialStatus.PENDING
        with pytest.raises(RateLimitedError, match="wait for their turn"):
            caller.start(small())
        caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=first.trial_id))
        assert caller.wait(second.trial_id).status is TrialStatus.COMPLETED


def test_a_stop_of_the_service_ends_long_polls_and_streams(tmp_path, caller_of, small):
    with MockServices(tmp_path) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        started = caller.start(small(generations=5000))
        caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=started.trial_id))
        pool = ThreadPoolExecutor(2)
        request = ListGenerations(trial_id=started.trial_id, start=10**6, wait_seconds=60)
        polled = pool.submit(caller.call, evolution.LIST_GENERATIONS, request)
        streamed = pool.submit(caller.call, evolution.STREAM_TRIAL, TrialRef(trial_id=started.trial_id))
        while "dean_evolution_waiting_calls 2" not in caller.http.get(f"{services.evolution.url}/metrics").text:
            time.sleep(0.02)
        before = time.monotonic()
    assert time.monotonic() - before < 5
    assert polled.result(5).trial.status is TrialStatus.PAUSED
    assert events(streamed.result(5).text) == [] or all(kind == "generation" for kind, _, _ in events(streamed.result().text))
    pool.shutdown()
