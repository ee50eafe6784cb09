"""The list of trials in the page, in a real browser: how soon it can be used, and how smoothly it scrolls through every trial.

    python benchmarks/page.py [--trials 10000] [--rounds 5] [--chromium /usr/bin/chromium] [--json]

Airflow's API server on SQLite in a temporary folder, filled in bulk; Chromium without a screen, on this machine, 1360 by 900. Nothing is
cached between rounds: each is a browser profile of its own. interactive: from the beginning of the navigation until the first rows are
there and can be pressed; long tasks: what held the browser's main thread for more than 50 ms until then. scrolling: from the first trial
to the last one, so many pixels a frame, later pages loaded on the way; as many frames of an empty document say what the machine does at
best.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway import EVERYBODY, Server, fill
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine

from dean_provider.local.supervisor import Supervisor

WATCH = """
window.longTasks = [];
const keep = (list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration));
new PerformanceObserver(keep).observe({ type: 'longtask', buffered: true });
"""
FIRST_ROW = "[role=rowgroup] [role=row] a"
STEPS = """
async ([step, most]) => {
  const box = document.querySelector('[role=region][aria-label=Rows]');
  const frames = [];
  window.longTasks.length = 0;
  let still = 0, before = 0;
  let last = await new Promise(requestAnimationFrame);
  while (frames.length < most && still < 240) {
    if (box) { box.scrollTop += step; still = box.scrollTop === before ? still + 1 : 0; before = box.scrollTop; }
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  const moving = frames.slice(0, frames.length - still);
  return { frames: moving, longTasks: [...window.longTasks], bottom: before, rows: document.querySelectorAll('[role=row]').length };
}
"""


def summary(frames: list[float]) -> dict[str, float]:
    ordered = sorted(frames)
    return {
        "frames": len(frames),
        "median ms": round(statistics.median(frames), 1),
        "p95 ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "worst ms": round(ordered[-1], 1),
        "over 33 ms %": round(100 * sum(frame > 33.4 for frame in frames) / len(frames), 1),
    }


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    return page


def interactive(browser: Browser, url: str) -> dict[str, float]:
    page = opened(browser, url)
    page.wait_for_selector(FIRST_ROW)
    found: dict[str, float] = page.evaluate(
        "({ seconds: performance.now() / 1000, tasks: window.longTasks.reduce((sum, one) => sum + one, 0) })"
    )
    page.context.close()
    return found


def scrolled(browser: Browser, url: str, trials: int, step: int) -> dict[str, Any]:
    page = opened(browser, url)
    page.wait_for_selector(FIRST_ROW)
    told = page.evaluate(STEPS, [step, 20_000])
    page.wait_for_timeout(500)
    count = int(page.get_by_role("status").get_by_text("trial").inner_text().split(" ")[0].replace(",", ""))
    if count != trials:
        raise RuntimeError(f"{count} of {trials} trials were reached")
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    page.context.close()
    empty = opened(browser, "about:blank")
    floor = empty.evaluate(STEPS, [step, min(len(told["frames"]), 600)])
    empty.context.close()
    return {
        "list": summary(told["frames"]),
        "empty document": summary(floor["frames"]),
        "long tasks": len(told["longTasks"]),
        "long tasks ms": round(sum(told["longTasks"])),
        "rows in the document": told["rows"],
        "script heap MB": round(heap, 1),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Supervisor(Path(folder) / "run") as supervisor:
        home = Path(folder) / "airflow"
        (home / "dags").mkdir(parents=True)
        server = Server(supervisor, home, f"sqlite:///{home}/airflow.db")
        server.migrate()
        engine = create_engine(server.url)
        fill(engine, 0, options.trials, argparse.Namespace(generations=2, events=0))
        engine.dispose()
        with server.running("api-server", **EVERYBODY), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox", "--enable-precise-memory-info"])
            url = f"{server.address}/dean/page/trials"
            interactive(browser, url)
            rounds = [interactive(browser, url) for _ in range(options.rounds)]
            scrolling = scrolled(browser, url, options.trials, options.step)
            browser.close()
    seconds = [one["seconds"] for one in rounds]
    return {
        "trials": options.trials,
        "interactive s": {"median": round(statistics.median(seconds), 2), "least": round(min(seconds), 2), "most": round(max(seconds), 2)},
        "long tasks until then ms": round(statistics.median(one["tasks"] for one in rounds)),
        "scrolling": scrolling,
        "python": platform.python_version(),
    }


def run(parser: argparse.ArgumentParser, measured: Callable[[argparse.Namespace], dict[str, Any]]) -> None:
    """Measure in a browser what the arguments ask for, and print it."""
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sys.stdout.write(json.dumps(measured(options), indent=None if options.json else 1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--step", type=int, default=600, help="pixels a frame")
    run(parser, measure)


if __name__ == "__main__":
    main()
