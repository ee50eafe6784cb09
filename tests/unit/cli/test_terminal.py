"""What is printed: nothing that other people wrote steers a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.cli.terminal import print_error, print_json, print_line, print_pairs, print_table, print_text, told, visible
from dean_provider.errors import NotFoundError

HOSTILE = "\x1b]0;owned\x07\x1b[2J\rname\u202e\x9b31m"
STEERING = [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0x202E)]


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_steers_a_terminal(terminal: bool, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    print_text(HOSTILE)
    print_pairs([(HOSTILE, HOSTILE)])
    print_table((HOSTILE,), [(HOSTILE,)])
    print_error(NotFoundError(HOSTILE, suggestions=[HOSTILE]))
    out, err = capsys.readouterr()
    assert "name" in out
    assert "name" in err
    assert [sign for sign in STEERING if sign in out + err] == []


@given(st.text())
def test_what_is_visible_stays_and_the_rest_is_spelled_out(text: str) -> None:
    shown = visible(text)
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    assert visible(shown) == shown
    if all(sign.isprintable() or sign == "\n" for sign in text):
        assert shown == text


def test_a_value_of_several_lines_stays_below_itself(capsys) -> None:
    print_pairs([("one", "a\nb"), ("three", "c")])
    assert capsys.readouterr().out == "one    a\n       b\nthree  c\n"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_data_on_a_line_is_one_line(value: object) -> None:
    assert "\n" not in visible(told(value))


def test_data_on_a_line_leaves_out_what_is_empty() -> None:
    assert told({"a": None, "b": 0, "c": {"d": 1.23456789, "e": "", "f": [1]}, "g": False, "h": True}) == "b=0  d=1.23457  f=[1]  h=true"


def test_json_is_ascii_and_whole(capsys) -> None:
    print_json({"name": HOSTILE})
    out = capsys.readouterr().out
    assert json.loads(out) == {"name": HOSTILE}
    assert out.isascii()
    print_line({"name": HOSTILE})
    assert len(capsys.readouterr().out.splitlines()) == 1
