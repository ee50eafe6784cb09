"""The DAGs that the documentation shows are DAGs that Airflow takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs/how-to/write-a-dag.md", ROOT / "docs/how-to/trigger-a-trial.md"]
PAGES += [ROOT / "docs/how-to/notify.md", ROOT / "docs/how-to/propagate-patterns.md"]
SNIPPETS = [
    pytest.param(code, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
    if "DAG" in code or "dag(" in code
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_a_dag_shown_is_a_dag(code, tmp_path):
    (tmp_path / "shown.py").write_text(code)
    bag = DagBag(dag_folder=tmp_path, safe_mode=False)
    assert not bag.import_errors
    assert bag.dags
    assert all(dag.tasks for dag in bag.dags.values())
