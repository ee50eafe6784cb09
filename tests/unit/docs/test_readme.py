"""What README.md shows works: its DAG, its bundle list, its conf, its links."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path
from typing import Any

import pytest

from dean_provider.contract.config import TrialConfig

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted((ROOT / "docs").rglob("*.md"))
README = (ROOT / "README.md").read_text("utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_dag_shown_is_short_and_a_dag() -> None:
    source = _block("python")
    assert len([line for line in source.splitlines() if line.strip()]) <= 20
    shown: dict[str, Any] = {}
    exec(compile(source.replace("catchup=False):", "catchup=False) as dag:"), "README.md", "exec"), shown)
    dag = shown["dag"]
    dag.validate()
    dag.check_cycle()
    assert dag.get_task("decide").upstream_task_ids == {"evolve.publish_report"}
    TrialConfig.model_validate(dag.get_task("evolve.validate_trial").trial)


def test_the_decision_shown_reads_what_a_trial_returns() -> None:
    shown: dict[str, Any] = {}
    exec(compile(_block("python"), "README.md", "exec"), shown)
    outcome = {"scores": {"test": 3.2}, "baselines": {"best_fit": {"test": 5.4}, "first_fit": {"test": 5.7}}, "report": "r.html"}
    assert shown["decide"].function(outcome) == "use it"
    assert shown["decide"].function({**outcome, "scores": {"test": 6.0}}) == "keep what we have"


def test_the_bundle_list_shown_is_what_airflow_reads() -> None:
    parser = configparser.ConfigParser()
    parser.read_string(_block("ini"))
    bundles = json.loads(parser["dag_processor"]["dag_bundle_config_list"])
    assert [bundle["name"] for bundle in bundles] == ["dags-folder", "dean"]
    for bundle in bundles:
        module, _, name = bundle["classpath"].rpartition(".")
        assert hasattr(__import__(module, fromlist=[name]), name)


def test_the_conf_shown_is_valid() -> None:
    (conf,) = re.findall(r"--conf '(.*?)'", README)
    TrialConfig.model_validate(json.loads(conf))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))]
    missing = [target for target in targets if target and "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_every_habit_named_exists() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert named <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
