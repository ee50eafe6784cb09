"""Reports: into a file or a pipe, never onto a terminal."""

from __future__ import annotations

import json
from pathlib import Path


def test_into_a_file(signed_in, dean, trial, tmp_path: Path) -> None:
    signed_in.add(trial("one"))
    file = tmp_path / "report.html"
    code, out, _ = dean("trial", "report", "one", "-o", str(file), "--json")
    told = json.loads(out)
    assert (code, told["file"], told["bytes"]) == (0, str(file), file.stat().st_size)
    assert file.read_text("utf-8") == "<!doctype html><title>one \N{BULLET} report</title>"


def test_into_a_pipe(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    for words in ([], ["-o", "-"]):
        assert dean("trial", "report", "one", *words)[1] == "<!doctype html><title>one \N{BULLET} report</title>"


def test_not_onto_a_terminal_nor_into_json(signed_in, dean, trial, monkeypatch) -> None:
    signed_in.add(trial("one"))
    assert dean("trial", "report", "one", "--json")[0] == 2
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert dean("trial", "report", "one")[0] == 2
    assert signed_in.asked == []


def test_a_folder_that_is_not_there(signed_in, dean, trial, tmp_path: Path) -> None:
    signed_in.add(trial("one"))
    code, _, err = dean("trial", "report", "one", "-o", str(tmp_path / "nowhere" / "r.html"))
    assert code == 1
    assert "No such file or directory" in err
