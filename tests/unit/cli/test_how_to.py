"""Every command that docs/how-to/use-the-command-line.md shows works as it stands there."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from uuid import UUID

import pytest

PAGE = (Path(__file__).parents[3] / "docs/how-to/use-the-command-line.md").read_text("utf-8")
WORDS = [shlex.split(re.split(r" [|>]|;", line)[0]) for line in re.findall(r"^\$ (?:if )?dean (.*)$", PAGE, re.MULTILINE)]
KNOWN = ("3f2a0000-0000-5000-8000-000000000000", "9c1b0000-0000-5000-8000-000000000000")


def test_the_page_shows_commands() -> None:
    assert len(WORDS) > 20


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_it_works(words: list[str], signed_in, dean, trial, point, agent, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("packing.yaml").write_text("trial:\n  generations: 9\n")
    done = {"digest": "cafe", "scores": None}
    signed_in.add(trial("packing", "completed", 4, **done), *(trial(f"t{name}", "completed", 4, id=UUID(name)) for name in KNOWN))
    signed_in.points[trial("packing").id] = [point(4)]
    signed_in.agents = [agent("p-4-0", 4)]
    if words[0] == "login":
        monkeypatch.setattr("sys.stdin", io.StringIO("correct horse"))
        words = ["login", "--url", signed_in.url, "-u", "ada", "--password-stdin"]
    if "--wait" in words:
        ended = [trial(name, "completed", 4, **done) for name in ("packing", "new", "child", "replay of packing")]
        signed_in.before["read_trial"] = lambda: signed_in.add(*ended)
    assert dean(*words)[0] == 0
