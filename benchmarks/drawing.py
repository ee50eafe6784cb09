"""What the page draws, in a real browser: how soon what is recorded is on the screen, and curves of 100,000 points.

    python benchmarks/drawing.py [--updates 200] [--rate 10] [--clients 50] [--points 100000] [--chromium /usr/bin/chromium] [--json]

Airflow's API server on SQLite in a temporary folder; Chromium without a screen, on this machine, 1360 by 900, with a trial open.

update: so many times, at that rate, a generation of the trial is told over HTTP, as a task tells it, while other sockets are open too. Its
delay runs from the time of its recording, as the event itself says, until the first frame that shows it has been drawn: the page's words
name the generation (a MutationObserver sees them change), the next animation frame has come, and the task after it runs.

chart: the page is given so many generations as the answer to its question for them (the server itself answers with at most some thousands)
and draws its three charts of five curves. hide: a curve is hidden, and shown again. cursor: frames while the pointer moves over the curves,
one step a frame. zoom: a part is chosen with the pointer, and all is shown again. Each until it has been drawn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import platform
import statistics
import tempfile
import threading
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from gateway import EVERYBODY, Server
from live import NAMESPACE, SECRET, connect, fact, new_trial, paced, tell
from page import run, summary
from playwright.sync_api import Browser, Page, Route, sync_playwright

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import TrialRequested, TrialStarted, TrialValidated
from dean_provider.local.supervisor import Supervisor

DAG = "dag-3"
CONNECTION = json.dumps({"conn_type": "dean_gateway", "password": SECRET})
AFTER_PAINT = "const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
WATCH = """
() => {
  window.drawn = {};
  const words = document.querySelector('figcaption [aria-live]');
  const look = () => {
    const found = /generation (\\d+)/.exec(words.textContent);
    if (!found || found[1] in window.drawn) return;
    window.drawn[found[1]] = null;
    requestAnimationFrame(() => setTimeout(() => { window.drawn[found[1]] = performance.timeOrigin + performance.now(); }));
  };
  new MutationObserver(look).observe(words, { characterData: true, childList: true, subtree: true });
}
"""
HIDE = f"""
async (rounds) => {{
  {AFTER_PAINT}
  const button = document.querySelector('figcaption button');
  const times = [];
  for (let round = 0; round < rounds; round += 1) {{
    await painted();
    const start = performance.now();
    button.click();
    await painted();
    times.push(performance.now() - start);
  }}
  return times;
}}
"""
CURSOR = """
async (steps) => {
  const over = document.querySelector('.u-over');
  const box = over.getBoundingClientRect();
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 0; step < steps; step += 1) {
    const clientX = box.left + (box.width - 2) * (step / steps) + 1;
    over.dispatchEvent(new MouseEvent('mousemove', { clientX, clientY: box.top + box.height / 2, bubbles: true }));
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}
"""
ZOOM = f"""
async (rounds) => {{
  {AFTER_PAINT}
  const over = document.querySelector('.u-over');
  const box = over.getBoundingClientRect();
  const at = (share) => ({{ clientX: box.left + box.width * share, clientY: box.top + box.height / 2, bubbles: true, button: 0 }});
  const times = [];
  for (let round = 0; round < rounds; round += 1) {{
    over.dispatchEvent(new MouseEvent('mousemove', at(0.2)));
    over.dispatchEvent(new MouseEvent('mousedown', at(0.2)));
    over.dispatchEvent(new MouseEvent('mousemove', at(0.7)));
    document.dispatchEvent(new MouseEvent('mousemove', at(0.7)));
    await painted();
    let start = performance.now();
    document.dispatchEvent(new MouseEvent('mouseup', at(0.7)));
    await painted();
    times.push(performance.now() - start);
    start = performance.now();
    over.dispatchEvent(new MouseEvent('dblclick', at(0.5)));
    await painted();
    times.push(performance.now() - start);
  }}
  return times;
}}
"""


def quantiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "times": len(ordered),
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "worst ms": round(ordered[-1], 1),
    }


def begun(name: str) -> list[Any]:
    """The facts of a trial that has just started."""
    config = TrialConfig(name=name, objective="sphere", generations=100_000, seed=1).model_dump(mode="json")
    facts = [TrialRequested(name=name), TrialValidated(trial_id=str(uuid4()), config=config), TrialStarted(trial_id="t", population_id="p")]
    return [ReportedFact.of(one).model_dump(mode="json") for one in facts]


def recorded(address: str, token: str, trial: str) -> dict[int, float]:
    """When each generation was recorded, in milliseconds since the epoch."""
    found, cursor = {}, None
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        while True:
            asked = {"limit": 500, "event_type": "generation.completed", **({"cursor": cursor} if cursor else {})}
            page = http.get(f"/dean/api/v1/workflows/{trial}/events", params=asked).raise_for_status().json()
            for event in page["events"]:
                at = datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))
                found[event["details"]["generation"]["generation"]] = 1000 * at.timestamp()
            cursor = page.get("next_cursor")
            if not cursor:
                return found


def beside(work: Coroutine[Any, Any, None]) -> None:
    """Do something asynchronous in a thread: Playwright has a loop of its own in this one."""
    thread = threading.Thread(target=asyncio.run, args=[work])
    thread.start()
    thread.join()


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
    page.goto(url)
    page.wait_for_selector(".uplot canvas", timeout=120_000)
    return page


def updates(browser: Browser, address: str, token: str, options: argparse.Namespace) -> dict[str, Any]:
    trial = new_trial()
    port = int(address.rsplit(":", 1)[1])

    async def first() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
            await tell(http, trial, [*begun("drawn"), fact(0)])

    async def rest() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
            others = await connect(options.clients - 1, "/dean/ws/events", port, token, http)
            async for number in paced(options.updates, options.rate):
                await tell(http, trial, [fact(number + 1)])
            await asyncio.sleep(2)
            for other in others:
                other.transport.abort()

    beside(first())
    page = opened(browser, f"{address}/dean/page/trials/{trial}")
    page.wait_for_selector("[role=status]:has-text('live')")
    page.evaluate(WATCH)
    telling = threading.Thread(target=asyncio.run, args=[rest()])
    telling.start()
    while telling.is_alive():
        page.wait_for_timeout(200)
    drawn: dict[str, float] = page.evaluate("window.drawn")
    page.context.close()
    written = recorded(address, token, trial)
    delays = [at - written[int(number)] for number, at in drawn.items() if at is not None and int(number) > 0]
    return {"sockets": options.clients, "a second": options.rate, "recorded": len(written) - 1, "drawn": quantiles(delays)}


def curve(points: int) -> str:
    """An answer of the gateway with figures of so many generations."""
    page = [
        {
            "generation": number,
            "best_fitness": 1 - math.exp(-number / points * 4),
            "mean_fitness": 0.8 - math.exp(-number / points * 3) + 0.05 * math.sin(number),
            "worst_fitness": 0.2 + 0.1 * math.sin(number * 7),
            "diversity": 0.5 + 0.3 * math.cos(number / points * 9) + 0.02 * math.sin(number * 3),
            "tokens_used": 60 * number,
            "evaluations": 60,
            "retries": 0,
            "intervened": False,
            "elapsed_seconds": float(number),
            "completed_at": "2026-01-01T00:00:00Z",
            "best_agent_id": "a",
        }
        for number in range(points)
    ]
    return json.dumps({"points": page, "generations": points, "sampled": False})


def chart(browser: Browser, address: str, options: argparse.Namespace) -> dict[str, Any]:
    trial = new_trial()

    async def begin() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
            await tell(http, trial, [*begun("long"), fact(0)])

    beside(begin())
    answer = curve(options.points)
    page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()

    def give(route: Route) -> None:
        route.fulfill(body=answer, content_type="application/json")

    page.route("**/generations?*", give)
    page.goto(f"{address}/dean/page/trials/{trial}")
    page.wait_for_selector(".uplot canvas", timeout=120_000)
    page.wait_for_timeout(3000)
    shown = page.locator("figcaption [aria-live]").first.inner_text()
    if shown != f"generation {options.points - 1}":
        raise RuntimeError(f"The page shows {shown!r}, not {options.points} generations.")
    found = {
        "points": options.points,
        "hide": quantiles(page.evaluate(HIDE, 20)),
        "cursor": summary(page.evaluate(CURSOR, 300)),
        "zoom": quantiles(page.evaluate(ZOOM, 10)),
    }
    page.context.close()
    return found


def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Supervisor(Path(folder) / "run") as supervisor:
        home = Path(folder) / "airflow"
        (home / "dags").mkdir(parents=True)
        server = Server(supervisor, home, f"sqlite:///{home}/airflow.db")
        server.migrate()
        ours = {"AIRFLOW__DEAN__LIVE_CLIENTS_PER_USER": "5000", "AIRFLOW__DEAN__NAMESPACE": str(NAMESPACE)}
        more = {"AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT": CONNECTION, **ours, **EVERYBODY}
        with server.running("api-server", **more) as token, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
            found = {
                "update": updates(browser, server.address, token, options),
                "chart": chart(browser, server.address, options),
                "python": platform.python_version(),
            }
            browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10.0, help="updates a second")
    parser.add_argument("--clients", type=int, default=50, help="sockets open at the same time, the page's among them")
    parser.add_argument("--points", type=int, default=100_000)
    run(parser, measure)


if __name__ == "__main__":
    main()
