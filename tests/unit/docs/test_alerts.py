"""What docs/how-to/alerts.md shows is taken, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dean_provider.contract.events import fact_types
from dean_provider.monitoring.alerts.book import default_book, read_book
from dean_provider.monitoring.alerts.grafana import ROWS
from dean_provider.monitoring.catalogue import CATALOGUE

PAGE = (Path(__file__).parents[3] / "docs/how-to/alerts.md").read_text("utf-8")
FILES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NEW = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("text", FILES)
def test_the_files_shown_are_valid(tmp_path: Path, text: str) -> None:
    file = tmp_path / "alerts.yaml"
    file.write_text(text, "utf-8")
    book = read_book(file)
    assert book.routes or book.changed


def test_what_the_older_systems_alerts_and_metrics_became_is_there() -> None:
    named = {name for cell in NEW for name in re.findall(r"`([A-Za-z_]+)`", cell)}
    known = {*default_book().rules, *CATALOGUE, "GatewayAbsent", "dean_gateway_request_seconds"}
    assert named - known == set()
    assert {name for name in named if name.startswith("dean_")}
    assert set(re.findall(r"row \*(\w+)\*", PAGE)) <= set(ROWS)


def test_the_events_named_are_there() -> None:
    named = set(re.findall(r"`([a-z_]+\.[a-z]+)`", PAGE))
    assert named <= set(fact_types())
