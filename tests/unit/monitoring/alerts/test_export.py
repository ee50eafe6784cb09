from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml

from dean_provider.monitoring.alerts.book import default_book
from dean_provider.monitoring.alerts.grafana import ROWS, dashboard
from dean_provider.monitoring.alerts.prometheus import expression, rule_file
from dean_provider.monitoring.catalogue import CATALOGUE

NAMES = re.compile(r"\bdean_[a-z0-9_]+")
RULES = list(default_book().rules.values())
QUERIES = [query for panels in ROWS.values() for panel in panels for query, _ in panel.queries]


@pytest.mark.parametrize("query", [*map(expression, RULES), *QUERIES])
def test_queries_are_about_figures_that_there_are_by_labels_that_they_have(query) -> None:
    names = set(NAMES.findall(query))
    assert names
    assert names <= set(CATALOGUE)
    assert all(query.count(left) == query.count(right) for left, right in ("()", "{}", "[]"))
    known = {label for name in names for label in CATALOGUE[name].labels} | {"service", "instance"}
    grouped = {label.strip() for labels in re.findall(r" by \(([^)]*)\)", query) for label in labels.split(",")}
    assert grouped <= known


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({}, "max (temperature) > 10"),
        ({"below": 1, "by": ["room"], "where": {"floor": "1"}}, 'min by (room) (temperature{floor="1"}) < 1'),
        ({"where": {"floor": ["1.a", '2"']}}, 'max (temperature{floor=~"1\\\\.a|2\\""}) > 10'),
        ({"take": "average", "over": "5m", "at_least": 2}, "max (avg_over_time(temperature[5m])) >= 2"),
        (
            {
                "take": "increase",
                "over": "1h",
                "combine": "sum",
                "divided_by": {"metric": "all_total", "at_least": 3},
                "by": ["a"],
                "above": 0.5,
            },
            (
                "max by (a) (sum by (a, instance) (increase(temperature[1h]))) / "
                "(max by (a) (sum by (a, instance) (increase(all_total[1h]))) >= 3) > 0.5"
            ),
        ),
        ({"unless": "paused", "by": ["a"]}, "max by (a) (temperature) > 10 unless (max by (a) (paused) != 0)"),
        ({"no_data": "fire"}, "max (temperature) > 10 or absent(temperature)"),
    ],
)
def test_a_condition_in_promql(rule, fields, query) -> None:
    assert expression(rule(**fields)) == query


def test_the_rule_file_holds_every_enabled_rule_with_how_long_and_what_it_says() -> None:
    (group,) = yaml.safe_load(rule_file(RULES))["groups"]
    alerts = {one["alert"]: one for one in group["rules"]}
    assert set(alerts) == {rule.name for rule in RULES} | {"GatewayAbsent"}
    assert alerts["EvolutionDown"] == {
        "alert": "EvolutionDown",
        "expr": 'min by (service) (dean_service_up{kind="evolution"}) < 1',
        "for": "2m",
        "keep_firing_for": "1m",
        "labels": {"severity": "critical"},
        "annotations": {
            "summary": "The Evolution API does not answer, or cannot serve.",
            "description": "{{ $labels.service }} does not serve.",
            "advice": "Trials wait for it and go on by themselves; look at its process and log.",
        },
    }
    assert alerts["HighErrorRate"]["annotations"]["description"].startswith(
        "{{ $labels.service }} answers {{ $value | humanizePercentage }}"
    )


QUERIES_AS_RULES = yaml.safe_dump(
    {"groups": [{"name": "dashboard", "rules": [{"record": f"shown:{number}", "expr": query} for number, query in enumerate(QUERIES)]}]}
)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool, of Debian's package prometheus")
@pytest.mark.parametrize("rules", [rule_file(RULES), QUERIES_AS_RULES], ids=["alerts", "dashboard"])
def test_prometheus_takes_the_rule_file_and_every_query_of_the_dashboard(tmp_path, rules) -> None:
    path = tmp_path / "dean.yaml"
    path.write_text(rules, "utf-8")
    checked = subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboards_panels_lie_side_by_side_and_ask_the_chosen_source() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    for one, other in pairwise(places):
        assert (one["y"], one["x"] + one["w"]) <= (other["y"], other["x"]) or one["y"] + one["h"] <= other["y"]
    for panel in panels:
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel.get("targets", []))


# Grafana's library needs it; what is in the dashboard is the same on every Python.
if sys.version_info >= (3, 11):

    def test_grafanas_own_schema_knows_everything_the_dashboard_says() -> None:
        """Read and written by Grafana's library, which drops what its schema does not have and adds what it takes for granted."""
        from grafana_foundation_sdk.cog.encoder import JSONEncoder
        from grafana_foundation_sdk.cog.plugins import register_default_plugins
        from grafana_foundation_sdk.cog.runtime import panelcfg_config
        from grafana_foundation_sdk.models.dashboard import Dashboard

        register_default_plugins()
        said = dashboard()
        understood = json.loads(JSONEncoder().encode(Dashboard.from_json(said)))
        assert list(_lost(said, understood)) == []
        kinds = {panel["type"] for panel in said["panels"]} - {"row"}
        assert kinds
        assert {kind for kind in kinds if panelcfg_config(kind) is None} == set()
        misspelt = json.loads(JSONEncoder().encode(Dashboard.from_json({**said, "refersh": "30s"})))
        assert list(_lost({**said, "refersh": "30s"}, misspelt)) == ["dashboard.refersh"]


def _lost(said: Any, understood: Any, path: str = "dashboard") -> Iterator[str]:
    """Where something was said that was not understood."""
    if isinstance(said, dict) and isinstance(understood, dict):
        for key, value in said.items():
            yield from _lost(value, understood.get(key), f"{path}.{key}")
    elif isinstance(said, list) and isinstance(understood, list) and len(said) == len(understood):
        for number, (one, other) in enumerate(zip(said, understood, strict=True)):
            yield from _lost(one, other, f"{path}[{number}]")
    elif said != understood:
        yield path
