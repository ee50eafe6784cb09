"""The page in a real browser, inside a live Airflow: a trial from its start to being compared, and what a viewer may not."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.local.airflow_home import AirflowHome
from tests.integration.page.conftest import PAGE, ROOT, bundle, hook, modules
from tests.system.conftest import NEWEST, VIEWER

pytest.importorskip("playwright", reason="needs Playwright")

__all__ = ["bundle", "hook", "modules"]

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(600)]

CHROMIUM = Path(os.environ.get("DEAN_TEST_CHROMIUM", "/usr/bin/chromium"))
PICTURES = ROOT / ".dean/pictures"
PATIENCE = 60_000


def expect(shown: Any) -> Any:
    from playwright import sync_api  # a second to import: every process of the tests reads this file, and one has a browser

    sync_api.expect.set_options(timeout=60_000)
    return sync_api.expect(shown)


class Reader:
    """Somebody signed in to Airflow, and the page in the frame Airflow shows it in."""

    def __init__(self, live: Any, page: Any) -> None:
        self.live = live
        self.page = page
        self.url = live.stack.airflow_home.url
        self.mistakes: list[str] = []
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))

    @property
    def frame(self) -> Any:
        return self.page.frame_locator("iframe").first

    def open(self, path: str = "") -> Any:
        """The page at ``path``, through an address of Airflow's own that could be passed on."""
        self.page.goto(f"{self.url}/plugin/dean/dean/page/{path}")
        return self.frame

    def button(self, name: str) -> Any:
        return self.frame.get_by_role("button", name=name, exact=True)

    def sure(self, act: str) -> None:
        self.frame.get_by_role("dialog").get_by_role("button", name=act, exact=True).click()

    def status(self, status: str) -> None:
        """Wait until the trial on the screen stands so."""
        expect(self.frame.get_by_role("banner").locator("..").get_by_text(status, exact=True).first).to_be_visible()

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def is_accessible(self) -> None:
        """Nothing that axe finds wrong, in the frame as it is now."""
        (frame,) = [one for one in self.page.frames if one.url.startswith(f"{self.url}/dean/page/")]
        frame.evaluate((PAGE / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
        found = frame.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.fixture(scope="module")
def chromium(bundle: Path) -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's Chromium, or another one named by DEAN_TEST_CHROMIUM")
    assert (bundle / "index.html").exists()
    from playwright import sync_api

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def reader(live: Any, chromium: Any) -> Iterator[Callable[..., Reader]]:
    """Signs somebody in: ``reader(user, **how the browser is)``."""
    opened: list[Reader] = []

    def sign_in(user: str = AirflowHome.USER, **look: Any) -> Reader:
        url = live.stack.airflow_home.url
        credentials = {"username": user, "password": live.password(user)}
        token = httpx.post(f"{url}/auth/token", json=credentials).raise_for_status().json()["access_token"]
        context = chromium.new_context(**{"viewport": {"width": 1360, "height": 900}, **look})
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "_token", "value": token, "url": url}])
        opened.append(Reader(live, context.new_page()))
        return opened[-1]

    yield sign_in
    for one in opened:
        one.page.context.close()
    assert [mistake for one in opened for mistake in one.mistakes] == []


def generation_of(reader: Reader) -> int:
    shown = reader.frame.get_by_text(re.compile(r"^generation [\d,]+ of")).first.inner_text()
    return int(re.sub(r"\D", "", shown.split(" of ")[0]))


def named(live: Any, trial_id: str) -> Trial:
    """As the Evolution API has it; a fork has its parent's name."""
    (found,) = [one for one in live.trials("by-our-form") if one.trial_id == trial_id]
    return found


def fill_in_airflows_form(ada: Reader, *, name: str, generations: int) -> None:
    page = ada.page
    page.goto(f"{ada.url}/dags/{ada.live.dag_id}")
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.locator("[role=dialog][data-state=open]")
    for section, field, value in (("Trial", "name", name), ("Evolution", "generations", str(generations))):
        dialog.get_by_role("button", name=section, exact=True).click()
        dialog.locator(f'[name="element_{field}"]').fill(value)
    dialog.get_by_role("button", name="Trigger", exact=True).click()


def fill_in_form(ada: Reader, **settings: Any) -> None:
    """Our own form: what cannot work is said as it is typed, and cannot be started."""
    frame = ada.open("new")
    elite = frame.get_by_label("Elite size")
    elite.fill("60")
    expect(frame.get_by_text("Set elite_size to 59 or less.")).to_be_visible()
    expect(ada.button("Start the trial")).to_have_attribute("aria-disabled", "true")
    ada.is_accessible()
    elite.fill("")
    frame.get_by_label("Objective", exact=True).select_option("paced")
    for label, value in settings.items():
        frame.get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(str(value))
    frame.get_by_label("Pattern policy").select_option("off")
    expect(frame.get_by_text(re.compile("This can work and uses about"))).to_be_visible()
    expect(frame.get_by_text(re.compile(rf"-c name={settings['name']}"))).to_be_visible()
    ada.picture("new-trial")
    ada.button("Start the trial").click()


@NEWEST
def test_a_person_starts_watches_steers_and_compares_trials(live: Any, reader: Any) -> None:
    live.have_triggerers(1)
    ada = reader()
    fill_in_airflows_form(ada, name="by-airflows-form", generations=5)
    fill_in_form(ada, name="by-our-form", population_size=12, generations=90_000)
    expect(ada.frame.get_by_role("heading", name="by-our-form")).to_be_visible()
    expect(ada.frame.get_by_role("status").get_by_text("live")).to_be_visible()
    # It moves by itself, over the socket: nothing is asked for in between.
    before = generation_of(ada)
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url) if "/generations" in request.url else None)
    live.wait(lambda: generation_of(ada) > before, "the curves to grow", 60)
    assert asked == []
    ada.picture("running")

    ada.button("Pause").click()
    ada.sure("Pause")
    expect(ada.frame.get_by_text(re.compile(r"You asked to pause it .* It is held at generation"))).to_be_visible()
    (held,) = live.trials("by-our-form")
    assert held.status is TrialStatus.PAUSED
    ada.is_accessible()

    ada.button("Fork…").click()
    ada.frame.get_by_role("dialog").get_by_label(re.compile("Last generation shared")).fill("1")
    ada.frame.get_by_role("dialog").get_by_label("Change a setting").select_option("generations")
    ada.frame.get_by_role("dialog").get_by_label("Generations", exact=True).fill("8")
    ada.picture("fork")
    ada.sure("Fork")
    expect(ada.frame.get_by_text("fork of another trial")).to_be_visible()
    expect(ada.frame.get_by_text("completed", exact=True).first).to_be_visible()
    assert generation_of(ada) == 8
    ada.frame.get_by_role("link", name="another trial").click()

    ada.button("Resume").click()
    ada.sure("Resume")
    expect(ada.frame.get_by_text(re.compile("It is going on"))).to_be_visible()
    ada.button("Cancel").click()
    ada.sure("Cancel the trial")
    expect(ada.frame.get_by_text(re.compile("It is stopped"))).to_be_visible()
    live.wait(lambda: named(live, held.trial_id).status is TrialStatus.STOPPED, "the trial to be stopped")

    # Into Airflow from within its frame, and back by the tab of the run.
    ada.frame.get_by_role("link", name=re.compile("Airflow run")).click()
    expect(ada.page).to_have_url(re.compile(rf"/dags/{live.dag_id}/runs/"))

    frame = ada.open("trials")
    for name in ("by-airflows-form", "by-our-form"):
        expect(frame.get_by_role("link", name=name).first).to_be_visible()
        frame.get_by_role("checkbox", name=f"Compare {name}").first.check()
    ada.is_accessible()
    ada.picture("trials")
    frame.get_by_role("link", name="Compare 2").click()
    expect(frame.get_by_text("Where their settings differ")).to_be_visible()
    expect(frame.get_by_text("They have different objectives")).to_be_visible()
    ada.is_accessible()
    ada.picture("compare")


@NEWEST
def test_a_viewer_looks_and_the_page_says_what_is_so_while_a_service_is_away(live: Any, reader: Any) -> None:
    live.have_triggerers(1)
    live.trigger(live.dag_id, "looked-at", live.tiny("looked-at", generations=6))
    assert live.end(live.dag_id, "looked-at") == "success"
    vic = reader(VIEWER, color_scheme="dark", viewport={"width": 390, "height": 844})
    frame = vic.open("trials?search=looked-at")
    frame.get_by_role("link", name="looked-at").click()
    reason = f"your role may not create runs of DAG {live.dag_id}"
    for name in ("Fork…", "Replay"):
        expect(vic.button(name)).to_have_accessible_description(reason)
    vic.button("Fork…").click(force=True)
    expect(frame.get_by_role("dialog")).to_have_count(0)
    vic.picture("viewer-on-a-phone")
    assert frame.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")

    evolution, indexagent = live.stack.component("evolution"), live.stack.component("indexagent")
    for service in (evolution, indexagent):
        service.signal(signal.SIGKILL, group=True)
        assert service.wait(30)
    try:
        frame.get_by_role("tab", name="Lineage").click()
        problem = frame.get_by_role("tabpanel").get_by_role("alert")
        expect(problem).to_be_visible()
        # What the record has is there all the same.
        expect(frame.get_by_text("generation 6 of 6")).to_be_visible()
        vic.picture("service-away")
        vic.is_accessible()
    finally:
        for service in (indexagent, evolution):
            service.start()

    def back() -> bool:
        if problem.count():
            problem.get_by_role("button", name="Try again").click()
        return bool(frame.locator("[data-nodes]").count())

    live.wait(back, "the lineage to be drawn", 90)
    frame.get_by_role("tab", name="Report").click()
    expect(frame.frame_locator("iframe").get_by_text("looked-at").first).to_be_visible()
    vic.picture("report")


@pytest.mark.parametrize("stack", ["oldest"], indirect=True)
def test_the_page_opens_in_the_oldest_airflow_and_in_the_tab_of_a_dag(live: Any, reader: Any) -> None:
    """In the newest it is looked at in ``tests/integration/page``, below a path."""
    ada = reader()
    ada.page.goto(f"{ada.url}/plugin/dean")
    expect(ada.frame.get_by_role("heading", name="Overview")).to_be_visible()
    ada.frame.get_by_role("link", name="Trials", exact=True).click()
    expect(ada.frame.get_by_role("heading", name="Trials")).to_be_visible()
    ada.page.goto(f"{ada.url}/dags/{live.example}/plugin/dean-dag")
    expect(ada.frame.get_by_text("This DAG has run no evolution trial.")).to_be_visible()
