"""The page as people use it: in Airflow's UI and alone, in both themes, on a phone, with the right to act and without."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation
from tests.integration.page.browser import Reader

pytestmark = [pytest.mark.integration, pytest.mark.slow]

RUNNING = "00000000-0000-0000-0000-000000000001"
DAG, OTHER_DAG = "dean_evolution_trial", "dean_pattern_propagation"
VIEWS = {"": "Overview", "alerts": "Alerts", "services": "Services", "audit": "Audit"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory, servers: Any) -> Iterator[Any]:
    """An Airflow below a path, whose services are away, which one rule notices at once."""
    rules = tmp_path_factory.mktemp("rules") / "rules.yaml"
    rules.write_text("rules:\n  EvolutionDown: {for: 1s}\n")
    with servers() as start:
        yield start("simple", "/af", AIRFLOW__DEAN__ALERT_RULES_FILE=str(rules))


@pytest.fixture
def reader(chromium: Any, bundle: Path, airflow: Any) -> Iterator[Callable[..., Reader]]:
    """Opens a tab for somebody of that role."""
    contexts = []

    def opened(role: str = "admin", theme: str = "light", width: int = 1280) -> Reader:
        context = chromium.new_context(viewport={"width": width, "height": 860}, color_scheme=theme, locale="en-GB")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "_token", "value": airflow.tokens[role], "url": airflow.origin}])
        contexts.append(context)
        return Reader(context.new_page(), airflow.origin + airflow.prefix)

    yield opened
    for context in contexts:
        context.close()


_numbers = itertools.count()


def _generation(server: Any) -> int:
    """Tell the next generation of the running trial, as its task would."""
    number = next(_numbers)
    fact = GenerationCompleted(
        generation=Generation(
            generation=number,
            best_fitness=-6 + number / 10,
            mean_fitness=-7.0,
            worst_fitness=-9.0,
            diversity=0.8 - number / 50,
            best_agent_id=f"p:{number}:0",
            evaluations=60,
            tokens_used=60 * (number + 1),
            completed_at=datetime.now(timezone.utc),
            elapsed_seconds=float(number),
        )
    )
    body = {"origin": {"dag_id": DAG, "run_id": "running"}, "facts": [ReportedFact.of(fact).model_dump(mode="json")]}
    answer = server.send("POST", f"/dean/api/v1/workflows/{RUNNING}/events", token=server.task_token(), json=body)
    assert answer.status_code == 200, answer.text
    return number


def test_every_view_is_readable_by_anybody_in_both_themes_and_on_a_phone(reader: Callable[..., Reader], airflow: Any) -> None:
    _generation(airflow)
    for theme, width in (("light", 1280), ("dark", 390)):
        one = reader(theme=theme, width=width)
        for path, title in VIEWS.items():
            one.open(f"/dean/page/{path}")
            one.page.get_by_role("heading", level=1, name=title).wait_for()
            one.page.wait_for_load_state("networkidle")
            one.picture(f"{title.lower()}-{theme}-{width}")
            assert one.barriers() == [], title
            assert one.too_wide() == 0, title
        assert one.page.evaluate("document.documentElement.dataset.theme") == theme
        assert one.complaints == []


def test_in_airflows_ui_it_has_an_address_of_its_own_and_looks_as_airflow_does(reader: Callable[..., Reader]) -> None:
    one = reader()
    one.open("/plugin/dean")
    frame = one.page.frame_locator("iframe")
    frame.get_by_role("link", name="Services", exact=True).click()
    frame.get_by_role("heading", level=1, name="Services").wait_for()
    one.page.wait_for_url(re.compile(r"/af/plugin/dean/af/dean/page/services$"))
    one.page.reload()
    frame.get_by_role("heading", level=1, name="Services").wait_for()
    assert frame.locator("html").get_attribute("data-theme") == "light"
    one.page.evaluate("document.documentElement.className = 'dark'")
    frame.locator("html[data-theme=dark]").wait_for()
    one.picture("in-airflow")
    assert one.complaints == []


def test_it_is_a_tab_of_each_dag_and_on_one_without_trials_says_so_and_loads_nothing_else(reader: Callable[..., Reader]) -> None:
    one = reader()
    one.open(f"/dags/{DAG}/plugin/dean-dag")
    frame = one.page.frame_locator("iframe")
    frame.get_by_role("cell", name="running").first.wait_for()
    assert any("/assets/main-" in url for url in one.requested)
    one.picture("tab")
    other = reader()
    other.open(f"/dags/{OTHER_DAG}/plugin/dean-dag")
    other.page.frame_locator("iframe").get_by_text("This DAG has run no evolution trial.").wait_for()
    ours = {url.split("/dean/", 1)[1].split("?")[0] for url in other.requested if "/dean/" in url and "/icon" not in url}
    assert {re.sub(r"-[\w-]{8}\.", ".", url) for url in ours if url.startswith("page/assets")} <= {
        "page/assets/index.js",
        "page/assets/index.css",
    }
    assert {url for url in ours if url.startswith("api/")} == {"api/v1/trials"}


def test_it_moves_by_itself_over_the_socket_and_says_how_old_things_are_when_the_server_is_away(
    reader: Callable[..., Reader], airflow: Any
) -> None:
    one = reader()
    one.open("/dean/page/")
    one.page.get_by_role("status").get_by_text("live", exact=True).wait_for()
    number = _generation(airflow)
    one.page.get_by_text(re.compile(rf"generation {number}\b")).wait_for(timeout=5_000)
    one.page.context.set_offline(True)
    one.page.get_by_text(re.compile("As of")).wait_for(timeout=60_000)
    one.page.get_by_text("Airflow's API server does not answer.").first.wait_for()
    one.picture("away")
    assert one.page.get_by_text(re.compile(rf"generation {number}\b")).is_visible()
    one.page.context.set_offline(False)
    one.page.get_by_text(re.compile("As of")).wait_for(state="detached", timeout=60_000)


def test_an_alert_is_acknowledged_by_whoever_may_and_nobody_else(reader: Callable[..., Reader], airflow: Any) -> None:
    viewer, admin = reader("viewer"), reader()
    for one in (viewer, admin):
        one.open("/dean/page/alerts")
    seen, card = (one.page.get_by_role("article", name="critical: Evolution down") for one in (viewer, admin))
    refused = seen.locator("button[aria-disabled=true]", has_text="Acknowledge")
    refused.hover()
    seen.get_by_role("tooltip").filter(has_text="your role does not allow it").first.wait_for()
    card.locator("button[aria-disabled=false]", has_text="Acknowledge").press("Enter")
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("starting it again")
    admin.picture("acknowledge", whole=False)
    assert admin.barriers() == []
    dialog.get_by_role("button", name="Acknowledge").click()
    for one in (card, seen):
        one.get_by_text("admin sees to it: starting it again").wait_for()
    admin.page.get_by_role("link", name="Audit").click()
    admin.page.get_by_role("cell", name="Alert acknowledged").first.wait_for()
    (incident,) = airflow.call("GET", "/alerts?rule=EvolutionDown").json()["incidents"]
    assert (incident["status"], incident["acknowledged_by"]) == ("acknowledged", "admin")
    assert viewer.complaints == admin.complaints == []
