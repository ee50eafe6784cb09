"""Reading the YAML file: the values of YAML 1.2, the place of every mistake, and nothing that could hurt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dean_provider.config.document import read_file


def _read(tmp_path: Path, content: str | bytes) -> tuple[dict[str, Any], list[str]]:
    file = tmp_path / "dean.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    layer = read_file(file)
    assert all(problem.origin.startswith(f"file {file}") for problem in layer.problems)
    return {name: given.value for name, given in layer.given.items()}, [problem.rule for problem in layer.problems]


def test_scalars_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    text = """
trial:
  pattern_policy: off
  name: 2026-01-01
  repository: 1:30
  mutation_rate: 1e-2
  elite_size: 010
  seed: 12
  labels: {a: yes, b: No, c: true}
  token_budget: ~
"""
    values, problems = _read(tmp_path, text)
    assert problems == []
    assert values == {
        "pattern_policy": "off",
        "name": "2026-01-01",
        "repository": "1:30",
        "mutation_rate": 0.01,
        "elite_size": "010",
        "seed": 12,
        "labels": {"a": "yes", "b": "No", "c": True},
        "token_budget": None,
    }


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n", "null\n"])
def test_an_empty_file_gives_nothing(tmp_path: Path, content: str) -> None:
    assert _read(tmp_path, content) == ({}, [])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("trial:\n  seed: [1\n", "line 3, column 1: is not valid YAML: expected ',' or ']', but got '<stream end>'"),
        ("trial:\n\tseed: 1\n", "line 2, column 1: is not valid YAML: found character '\\t' that cannot start any token"),
        ("trial: {seed: 1}\ntrial: {seed: 2}\n", "line 2, column 1: trial is given twice"),
        ("trial:\n  seed: 1\n  seed: 2\n", "line 3, column 3: seed is given twice"),
        ("trial:\n  labels:\n  - {a: 1, a: 2}\n", "line 3, column 12: a is given twice"),
        ("- 1\n", "line 1, column 1: must be a mapping of settings to values"),
        ("poll_seconds: &a 1\nfailure_tolerance: *a\n", "line 2, column 20: aliases (*name) are not supported"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1, column 4: tags (!name) are not supported"),
        ("poll_seconds: !!float 1\n", "line 1, column 15: tags (!name) are not supported"),
        ("1: 2\n", "line 1, column 1: a name must be text"),
        ("? [a]\n: 2\n", "line 1, column 3: a name must be text"),
        ("a: 1\n--- \nb: 2\n", "line 2, column 1: is not valid YAML: expected a single document in the stream but found another document"),
        (b"a: 1\nb: \xff\n", "line 2, column 4: is not UTF-8 text"),
        ("a: 1\nbc: \x07\n", "line 2, column 5: holds a character that YAML does not allow"),
        ("a: " + "[" * 40, "line 1, column 23: is nested too deeply"),
        ("a: " + "[" * 100_000, "line 1, column 23: is nested too deeply"),
        ("a: [" + "1," * 60_000, "line 1, column 99997: holds too many values"),
        ("a: " + "x" * 300_000, "is larger than 256 KiB"),
    ],
)
def test_a_mistake_names_its_line_and_column(tmp_path: Path, content: str | bytes, rule: str) -> None:
    values, problems = _read(tmp_path, content)
    assert (values, problems) == ({}, [rule])


def test_a_folder_or_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert [problem.rule for problem in read_file(tmp_path).problems] == ["cannot be read: Is a directory"]
    assert [problem.rule for problem in read_file(tmp_path / "none").problems] == ["does not exist"]


def test_each_value_knows_its_line(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\n\ntrial:\n  # first\n  seed: 4\n  nonsense: 5\n")
    layer = read_file(file)
    assert layer.given["poll_seconds"].origin == f"file {file} line 1"
    assert layer.given["seed"].origin == f"file {file} line 5"
    assert layer.problems[0].origin == f"file {file} line 6"
    assert layer.problems[0].field == "nonsense"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert _read(tmp_path, b"\xef\xbb\xbfpoll_seconds: 2\n") == ({"poll_seconds": 2}, [])
