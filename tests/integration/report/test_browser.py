"""The report in a browser: quiet, closed to the network, readable by mouse and keyboard, in both themes, on a phone, on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import Effectiveness, Pattern, Support
from dean_provider.contract.population import Agent, Lineage
from dean_provider.contract.trial import Generation, Objective, Scores, Trial, Verification
from dean_provider.report import ReportData, render

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 22, tzinfo=timezone.utc)


def generation(number: int) -> Generation:
    return Generation(
        generation=number,
        best_fitness=-6 + number / 10,
        mean_fitness=-8 + number / 10,
        worst_fitness=-9.0,
        diversity=0.9 - number / 50,
        best_agent_id=f"population:{number}:0",
        evaluations=60,
        tokens_used=60 * number,
        completed_at=START + timedelta(seconds=number),
        elapsed_seconds=number,
    )


def pattern(number: int) -> Pattern:
    return Pattern(
        pattern_id=f"pattern-{number}",
        description="a range of many genes " * 5,
        support=Support(elite_matching=14, elite_size=15, population_matching=30, population_size=60, p_value=0.001, q_value=0.01),
        effectiveness=Effectiveness(mean=number - 1, low=number - 1.5, high=number - 0.5, agents=60),
        status="accepted" if number == 2 else "refused",
    )


def agent(number: int) -> Agent:
    parents = [f"population:{number - 1}:0"] if number else []
    return Agent(agent_id=f"population:{number}:0", generation=number, genome=[], fitness=-6 + number / 10, parent_ids=parents)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    objective = Objective(
        name="bin_packing",
        description="</script><img src=http://127.0.0.1:9/x>",
        metric="excess",
        unit="%",
        direction="minimize",
        parameters_schema={},
    )
    trial = Trial(
        trial_id="t" * 100,
        status="completed",
        config=TrialConfig(seed=7, repository="https://example.org/" + "x" * 400),
        objective=objective,
        current_generation=20,
        generations=20,
        digest="a" * 64,
        error="<script>document.title = 'taken over'</script>",
    )
    verification = Verification(
        trial_id="t",
        agent_id="population:20:0",
        genome=[],
        traits={"scores": [index % 7 for index in range(151)]},
        exact=True,
        instances={"train": 12, "test": 20},
        scores=Scores(train=4.0, test=4.1),
        baselines={"best_fit": Scores(train=5.2, test=5.4), "w" * 60: Scores(train=5.9, test=6)},
        verified_at=START,
    )
    data = ReportData(
        trial=trial,
        generations=[generation(number) for number in range(21)],
        verification=verification,
        patterns=[pattern(number) for number in range(3)],
        lineage=Lineage(agent=agent(20), ancestors=[agent(number) for number in range(19, -1, -1)]),
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(data), encoding="utf-8")
    return path


@pytest.fixture
def tab(open_tab: Callable[[], object], report: Path):
    opened = open_tab()
    opened.open(report)
    return opened


def test_asks_nothing_of_the_network_and_the_browser_has_nothing_to_say(tab, report):
    assert [url for url in tab.requested if not url.startswith("data:")] == [report.as_uri()]
    assert tab.complaints == []
    assert tab.evaluate("document.title") == "bin-packing · evolution trial"


def test_pointing_at_a_chart_reads_the_values_there(tab):
    assert tab.evaluate("document.querySelector('#fitness .reading').hidden") is True
    tab.evaluate("document.querySelector('#fitness').scrollIntoView()")
    left, top, width = (
        tab.evaluate(f"document.querySelector('#fitness .area').getBoundingClientRect().{side}") for side in ("left", "top", "width")
    )
    tab.move(left + width / 2, top + 20)
    assert tab.evaluate("document.querySelector('#fitness .reading').innerText").split("\n") == [
        "generation 10",
        "best 5.00\u202f%",
        "mean 7.00\u202f%",
        "worst 9.00\u202f%",
    ]
    tab.move(1, 1)
    assert tab.evaluate("document.querySelector('#fitness .reading').hidden") is True


def test_arrow_keys_read_the_values_too(tab):
    tab.evaluate("document.querySelector('#diversity .plot').focus()")
    tab.press("ArrowLeft")
    assert tab.evaluate("document.querySelector('#diversity .reading').innerText").split("\n") == ["generation 19", "diversity 0.52"]
    tab.press("Home")
    assert tab.evaluate("document.querySelector('#diversity .reading').innerText").startswith("generation 0")
    tab.press("Escape")
    assert tab.evaluate("document.querySelector('#diversity .reading').hidden") is True


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_never_wider_than_the_screen(tab, width):
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_follows_the_theme(tab):
    def ground(theme: str) -> str:
        tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        return tab.evaluate("getComputedStyle(document.body).backgroundColor")

    assert ground("light") == "rgb(246, 247, 249)"
    assert ground("dark") == "rgb(18, 21, 27)"


def test_everything_is_open_on_paper_and_closed_again_after(tab):
    folded = "document.querySelectorAll('details:not([open])').length"
    before = tab.evaluate(folded)
    assert before > 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(folded) == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate(folded) == before


def test_says_the_same_without_its_script(open_tab, report):
    tab = open_tab()
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(report)
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "wastes 4.10\u202f% on 20 instances it never saw" in tab.evaluate("document.body.innerText")
    assert tab.evaluate("document.querySelectorAll('#fitness path').length") == 3
