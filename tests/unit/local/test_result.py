from __future__ import annotations

import io
import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from rich.console import Console

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import Scores, TerminationReason, Trial, TrialStatus, Verification
from dean_provider.errors import TrialFailedError
from dean_provider.local.closing import show_result
from dean_provider.local.result import DemoResult, Record

TABLE = [0.1 * number for number in range(151)]


def trial(**fields: object) -> Trial:
    given = {
        "trial_id": "trial-1",
        "status": TrialStatus.COMPLETED,
        "termination_reason": TerminationReason.GENERATIONS,
        "config": TrialConfig(seed=7),
        "current_generation": 60,
        "tokens_used": 3720,
        "digest": "ab" * 32,
        "elapsed_seconds": 9.87654,
    }
    return Trial(**{**given, **fields})


def verification(**fields: object) -> Verification:
    given = {
        "trial_id": "trial-1",
        "agent_id": "agent-9",
        "genome": TABLE,
        "traits": {"scores": TABLE},
        "exact": True,
        "instances": {"train": 12, "validation": 12, "test": 20},
        "scores": Scores(train=3.0, validation=3.1, test=3.2),
        "baselines": {"first_fit": Scores(train=6, validation=6, test=5.74), "best_fit": Scores(train=6, validation=6, test=5.37)},
        "verified_at": datetime(2026, 1, 1, tzinfo=timezone.utc),
    }
    return Verification(**{**given, **fields})


def result(**fields: object) -> DemoResult:
    record = Record(workflow_id="trial-1", head="69:abcdef")
    return DemoResult.of(
        trial(**fields), verification(), dag_run_id="run-1", report=Path("/r/demo.html"), total_seconds=44.444, record=record
    )


def test_the_json_object_is_the_documented_one():
    assert result().to_json() == {
        "trial_id": "trial-1",
        "dag_run_id": "run-1",
        "status": "completed",
        "termination_reason": "generations",
        "generations": 60,
        "population_size": 60,
        "seed": 7,
        "digest": "ab" * 32,
        "excess": {"train": 3.0, "validation": 3.1, "test": 3.2},
        "baselines": {"first_fit": 5.74, "best_fit": 5.37},
        "best_agent": {"id": "agent-9", "traits": TABLE},
        "tokens_used": 3720,
        "seconds": {"total_without_install": 44.44, "evolution": 9.88},
        "report": "/r/demo.html",
        "record": {"workflow_id": "trial-1", "head": "69:abcdef"},
    }


def test_the_file_holds_the_same(tmp_path: Path):
    result().write(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text()) == result().to_json()


@pytest.mark.parametrize("missing", [{"digest": None}, {"config": None}, {"config": TrialConfig(seed=None)}])
def test_without_an_outcome_there_is_no_result(missing: dict[str, object]):
    with pytest.raises(TrialFailedError):
        result(**missing)


def test_a_result_that_was_not_verified_exactly_is_none():
    with pytest.raises(TrialFailedError):
        DemoResult.of(trial(), verification(exact=False), dag_run_id="r", report=Path("/r"), total_seconds=1)


def test_people_see_the_three_policies_the_report_and_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    show_result(Console(file=out, width=120), result(), instances=20, home=Path("/h"))
    shown = out.getvalue()
    for text in ("first fit", "5.74 %", "best fit", "5.37 %", "evolved", "3.20 %", "20 instances", "40 % less", "/r/demo.html", "dean up"):
        assert text in shown


def test_people_see_where_the_record_is_and_how_to_check_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    show_result(Console(file=out, width=120), result(), instances=20, home=tmp_path / "home")
    assert "69 events" in out.getvalue()
    assert ". home/environment; airflow dean audit verify --workflow trial-1" in out.getvalue()


def test_in_a_checkout_the_next_steps_are_makes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    out = io.StringIO()
    show_result(Console(file=out, width=120), result(), instances=20, home=Path("/h"))
    for text in ("make up", "make demo ARGS=", "docs/tutorial/first-trial.md"):
        assert text in out.getvalue()


def test_a_policy_that_is_not_better_is_not_praised():
    out = io.StringIO()
    worse = result().model_copy(update={"excess": result().excess.model_copy(update={"test": 6.0})})
    show_result(Console(file=out, width=120), worse, instances=20, home=Path("/h"))
    assert "less than best fit" not in out.getvalue()
