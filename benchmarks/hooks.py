"""Calls per second of the service hooks against the HTTP provider's own hook and against bare clients, side by side in one run.

    python benchmarks/hooks.py [--rounds 7] [--calls 300] [--task] [--json]

One small JSON answer, over and over, from a server in a process of its own on loopback. Rounds take turns; figures are medians over rounds.

Synchronous, one after another: the hook, ``HttpHook.run``, and a ``requests.Session`` that is kept. Asynchronous, one after another and
32 at once: the hook, a bare ``aiohttp.ClientSession`` that is kept, and ``HttpAsyncHook.run`` with a kept session. Everyone reads the
whole answer and decodes its JSON; the hook besides builds the request from a model, checks the answer against one, and minds breaker,
deadline and size.

``--task`` measures in a task of a live Airflow, started for this on free ports, with the connections in its database: there the HTTP
provider's hook asks the task's supervisor for its connection on every call. Without it they come from the environment, which flatters
that hook.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

BODY = json.dumps(
    {
        "trial_id": "t",
        "status": "running",
        "current_generation": 41,
        "generations": 60,
        "best_fitness": -0.0321,
        "diversity": 0.271,
        "tokens_used": 2520,
        "token_budget": 3660,
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }
)
ENDPOINT = "/api/v1/trials/t"
AT_ONCE = 32
DAG = """
from airflow.sdk import dag, task

@dag(schedule=None, is_paused_upon_creation=False)
def benchmark_hooks():
    @task
    def measure():
        import json, pathlib, runpy
        measured = runpy.run_path({script!r})["measure"]("{port}", {rounds}, {calls})
        pathlib.Path({out!r}).write_text(json.dumps(measured))

    measure()

benchmark_hooks()
"""


class Server(asyncio.Protocol):
    """Answers every request with the same body; as little HTTP as will do, so that it is not what is measured."""

    answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode()

    def connection_made(self, transport: Any) -> None:
        self.transport, self.seen = transport, b""

    def data_received(self, data: bytes) -> None:
        *whole, self.seen = (self.seen + data).split(b"\r\n\r\n")
        self.transport.write(self.answer * len(whole))


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


Figure = tuple[float, float]
"""Calls per second, and seconds of this process's processor time for a call."""


def timed(call: Callable[[], Any], calls: int) -> Figure:
    started, used = time.perf_counter(), time.process_time()
    for _ in range(calls):
        call()
    return calls / (time.perf_counter() - started), (time.process_time() - used) / calls


async def atimed(call: Callable[[], Awaitable[Any]], calls: int, at_once: int) -> Figure:
    each = calls // at_once

    async def some() -> None:
        for _ in range(each):
            await call()

    started, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some() for _ in range(at_once)))
    return each * at_once / (time.perf_counter() - started), (time.process_time() - used) / (each * at_once)


def synchronous(port: str, rounds: int, calls: int) -> dict[str, list[Figure]]:
    import requests
    from airflow.providers.http.hooks.http import HttpHook

    from dean_provider.contract.endpoints.evolution import READ_TRIAL
    from dean_provider.contract.trial import TrialRef
    from dean_provider.hooks import EvolutionAPIHook

    hook, theirs, ref = EvolutionAPIHook("benchmark_dean"), HttpHook("GET", "benchmark_http"), TrialRef(trial_id="t")
    session = requests.Session()
    clients = {
        "hook": lambda: hook.call(READ_TRIAL, ref),
        "HttpHook.run": lambda: theirs.run(ENDPOINT).json(),
        "requests.Session": lambda: session.get(f"http://127.0.0.1:{port}{ENDPOINT}").json(),
    }
    for call in clients.values():
        call()
    turns = [{name: timed(call, calls) for name, call in clients.items()} for _ in range(rounds)]
    return {name: [turn[name] for turn in turns] for name in clients}


async def asynchronous(port: str, rounds: int, calls: int) -> dict[str, list[Figure]]:
    import aiohttp
    from airflow.providers.http.hooks.http import HttpAsyncHook

    from dean_provider.contract.endpoints.evolution import READ_TRIAL
    from dean_provider.contract.trial import TrialRef
    from dean_provider.hooks import EvolutionAPIHook

    hook, theirs, ref = EvolutionAPIHook("benchmark_dean"), HttpAsyncHook("GET", "benchmark_http"), TrialRef(trial_id="t")
    measured: dict[str, list[Figure]] = {}
    async with aiohttp.ClientSession() as session:

        async def bare() -> Any:
            async with session.get(f"http://127.0.0.1:{port}{ENDPOINT}") as answer:
                return await answer.json()

        async def provider() -> Any:
            return await (await theirs.run(session, ENDPOINT)).json()

        clients = {"hook": lambda: hook.acall(READ_TRIAL, ref), "aiohttp": bare, "HttpAsyncHook.run": provider}
        for call in clients.values():
            await call()
        for _ in range(rounds):
            for at_once in (1, AT_ONCE):
                for name, call in clients.items():
                    figure = await atimed(call, calls * (4 if at_once > 1 else 1), at_once)
                    measured.setdefault(f"{name} ({at_once} at once)", []).append(figure)
    return measured


def measure(port: str, rounds: int, calls: int) -> dict[str, dict[str, list[Figure]]]:
    """What every client did, one figure for each round."""
    warnings.simplefilter("ignore")
    return {"sync": synchronous(port, rounds, calls), "async": asyncio.run(asynchronous(port, rounds, calls))}


def in_task(port: str, rounds: int, calls: int) -> Any:
    """The same, in a task of a live Airflow."""
    from dean_provider.local.stack import Stack

    with tempfile.TemporaryDirectory(prefix="dean-bench-") as folder, Stack(Path(folder), services=False, fresh=True, plain=True) as stack:
        out = Path(folder) / "measured.json"
        for conn_id, kind in (("benchmark_dean", "dean_evolution"), ("benchmark_http", "http")):
            stack.airflow("connections", "add", conn_id, "--conn-json", connection(kind, port))
        script = str(Path(__file__).resolve())
        dag = DAG.format(script=script, port=port, rounds=rounds, calls=calls, out=str(out))
        stack.airflow_home.dags.mkdir(exist_ok=True)
        (stack.airflow_home.dags / "benchmark_hooks.py").write_text(dag)
        stack.wait_for_dag("benchmark_hooks", timeout=400)
        stack.api.call("POST", "/dags/benchmark_hooks/dagRuns", json={"dag_run_id": "r", "logical_date": None})
        stack.wait_for(
            lambda: stack.api.get("/dags/benchmark_hooks/dagRuns/r")["state"] in ("success", "failed"), "the task to end", timeout=900
        )
        return json.loads(out.read_text())


def connection(kind: str, port: str) -> str:
    extra = {"extra": {"dialect": "reference"}} if kind != "http" else {}
    return json.dumps({"conn_type": kind, "host": "127.0.0.1", "port": int(port), **extra})


def summary(measured: dict[str, dict[str, list[Figure]]]) -> dict[str, Any]:
    """Medians over the rounds; a ratio is the median of the rounds' ratios, since what disturbs one client disturbs its neighbours too."""
    rounds = {name: figures for figures_of in measured.values() for name, figures in figures_of.items()}
    pairs = [("hook", "HttpHook.run"), ("hook", "requests.Session")]
    pairs += [(f"hook ({n} at once)", f"{other} ({n} at once)") for n in (1, AT_ONCE) for other in ("aiohttp", "HttpAsyncHook.run")]
    return {
        "calls_per_second": {name: round(statistics.median(rate for rate, _ in figures)) for name, figures in rounds.items()},
        "processor_microseconds_per_call": {name: round(1e6 * min(used for _, used in figures)) for name, figures in rounds.items()},
        "ratios": {
            f"{one} / {other}": round(
                statistics.median(mine[0] / theirs[0] for mine, theirs in zip(rounds[one], rounds[other], strict=True)), 2
            )
            for one, other in pairs
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls per second of the service hooks.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--task", action="store_true", help="measure in a task of a live Airflow")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = (server.stdout.readline() if server.stdout else "").strip()
            for conn_id, kind in (("BENCHMARK_DEAN", "dean_evolution"), ("BENCHMARK_HTTP", "http")):
                os.environ[f"AIRFLOW_CONN_{conn_id}"] = connection(kind, port)
            measured = in_task(port, options.rounds, options.calls) if options.task else measure(port, options.rounds, options.calls)
        finally:
            server.terminate()
    about = {
        "where": "task" if options.task else "process",
        "rounds": options.rounds,
        "calls": options.calls,
        "python": platform.python_version(),
    }
    versions = {name: version(name) for name in ("apache-airflow", "apache-airflow-providers-http", "requests", "aiohttp")}
    result = {**about, "versions": versions, **summary(measured)}
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name, rate in result["calls_per_second"].items():
        print(f"{name:32} {rate:10.0f} calls/s {result['processor_microseconds_per_call'][name]:8} us of processor time")
    for name, ratio in result["ratios"].items():
        print(f"{name:56} {ratio:6.2f}")


if __name__ == "__main__":
    main()
