"""What ends a trial that cannot go on, and a service whose IndexAgent hangs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.population import GenerationRef
from dean_provider.contract.trial import StartTrial, TerminationReason, TrialStatus
from dean_provider.errors import ServiceError
from dean_provider.testing import Fault, MockServices

pytestmark = pytest.mark.integration


def test_running_time_ends_a_trial_at_a_boundary(tmp_path, caller_of, small):
    with MockServices(tmp_path) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        trial = caller.run(small(generations=100_000, max_time_seconds=1))
        assert trial.termination_reason is TerminationReason.MAX_TIME
        assert 1 <= trial.elapsed_seconds < 10
        assert trial.best_agent_id is not None


def test_running_time_ends_a_trial_whose_indexagent_stays_away(tmp_path, caller_of, small):
    with MockServices(tmp_path, evolution={"patience_seconds": 3}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        trial_id = caller.start(small(generations=100_000, max_time_seconds=1)).trial_id
        caller.wait(trial_id, lambda trial: trial.current_generation >= 0)
        services.indexagent.faults.add(Fault(status=503, times=None))
        ended = caller.wait(trial_id)
        assert (ended.status, ended.termination_reason) == (TrialStatus.COMPLETED, TerminationReason.MAX_TIME), ended.error
        assert ended.best_agent_id is not None
        assert 1 <= ended.elapsed_seconds < 10
        services.indexagent.faults.clear()
        last = GenerationRef(population_id=ended.population_id, generation=ended.current_generation)
        deadline = time.monotonic() + 10
        while caller.call(indexagent.READ_GENERATION, last).fitness is None:
            assert time.monotonic() < deadline, "IndexAgent was not told the last fitness when it was back"
            time.sleep(0.05)


def test_a_trial_that_waits_too_long_for_indexagent_fails_with_the_reason(tmp_path, caller_of, small):
    with MockServices(tmp_path, evolution={"patience_seconds": 0.5}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        caller.populate(small(), "population-of-lonely")
        services.indexagent.faults.add(Fault(status=503, times=None))
        request = StartTrial(trial_id="lonely", population_id="population-of-lonely", config=small())
        assert caller.call(evolution.START_TRIAL, request).status is TrialStatus.PENDING
        ended = caller.wait("lonely")
        assert (ended.status, ended.termination_reason) == (TrialStatus.FAILED, TerminationReason.ERROR)
        assert ended.error == "A scripted failure."


def test_wrong_credentials_for_indexagent_are_not_the_callers(tmp_path, caller_of, small):
    with MockServices(tmp_path, indexagent={"token": "right"}, evolution={"indexagent_token": "wrong"}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        with pytest.raises(ServiceError, match="refuses the Evolution API's credentials") as caught:
            caller.call(evolution.START_TRIAL, StartTrial(trial_id="t", population_id="p", config=small()))
        assert caught.value.status == 502


def test_a_service_whose_indexagent_hangs_still_stops(tmp_path, small):
    """Nothing answers on the socket: calls are open when the service is told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {**os.environ, "DEAN_EVOLUTION_INDEXAGENT_URL": url, "DEAN_EVOLUTION_SHUTDOWN_SECONDS": "1"}
        command = [sys.executable, "-m", "dean_provider.services", "evolution", "--port", "0", "--workers", "1"]
        started = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        )
        try:
            address = started.stdout.readline().split()[-1]
            body = StartTrial(trial_id="t", population_id="p", config=small()).model_dump(mode="json")
            assert httpx.post(f"{address}/api/v1/trials", json=body, timeout=30).status_code == 200
            threading.Thread(target=_ignore, args=(address, body), daemon=True).start()
            time.sleep(0.3)
            before = time.monotonic()
            started.send_signal(signal.SIGTERM)
            assert started.wait(30) == 0
            assert time.monotonic() - before < 8
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            started.stdout.close()


def _ignore(address, body):
    try:
        httpx.post(f"{address}/api/v1/trials", json={**body, "trial_id": "u"}, timeout=30)
    except httpx.HTTPError:
        return
