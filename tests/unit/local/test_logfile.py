from __future__ import annotations

from pathlib import Path

from dean_provider.local.logfile import reason_in, tail


def test_the_last_line_that_speaks_of_an_error_is_the_reason(tmp_path: Path):
    log = tmp_path / "x.log"
    log.write_text("starting\nOSError: [Errno 98] address already in use\n\x1b[31mValueError: second\x1b[0m\nshutting down\n\n")
    assert reason_in(log) == "ValueError: second"


def test_where_to_read_about_an_error_is_no_reason(tmp_path: Path):
    log = tmp_path / "x.log"
    log.write_text(
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked\n[SQL: UPDATE job SET state=?]\n"
        "(Background on this error at: https://sqlalche.me/e/20/e3q8)\n"
    )
    assert reason_in(log) == "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked"


def test_without_one_it_is_the_last_line(tmp_path: Path):
    log = tmp_path / "x.log"
    log.write_text("starting\nleaving\n")
    assert reason_in(log) == "leaving"


def test_no_log_has_no_reason(tmp_path: Path):
    assert reason_in(tmp_path / "none.log") == ""
    assert tail(tmp_path / "none.log") == []


def test_the_reason_is_one_line_of_bounded_length(tmp_path: Path):
    log = tmp_path / "x.log"
    log.write_text("RuntimeError: " + "x" * 100_000 + "\n")
    reason = reason_in(log)
    assert len(reason) <= 240
    assert "\n" not in reason


def test_the_tail_of_a_large_log_is_its_end(tmp_path: Path):
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {number}\n" for number in range(100_000)))
    assert tail(log, 2) == ["line 99998", "line 99999"]
