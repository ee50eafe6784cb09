from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from dean_provider.local.templates import prepare


class Makers:
    """Databases in a folder, and how often one was made from nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates = folder / "templates"
        self.made: list[str] = []

    def prepare(self, name: str, sign: str = "sign", before: Callable[[], None] = lambda: None) -> list[str]:
        """Prepare the database ``name``; returns its tables."""
        path = self.folder / f"{name}.db"

        def make() -> None:
            self.made.append(name)
            before()
            with closing(sqlite3.connect(path)) as database:
                database.execute(f"CREATE TABLE of_{name} (x)")

        prepare(f"sqlite:///{path}?timeout=60", self.templates, sign, make)
        with closing(sqlite3.connect(path)) as database:
            return [name for (name,) in database.execute("SELECT name FROM sqlite_master")]


@pytest.fixture
def makers(tmp_path: Path) -> Makers:
    return Makers(tmp_path)


def test_the_second_is_a_copy_of_the_first_as_it_was_made(makers: Makers):
    assert makers.prepare("first") == ["of_first"]
    with closing(sqlite3.connect(makers.folder / "first.db")) as database:
        database.execute("CREATE TABLE later (x)")
    assert makers.prepare("second") == ["of_first"]
    assert makers.made == ["first"]


def test_what_another_software_made_is_no_template(makers: Makers):
    makers.prepare("first", "older")
    assert makers.prepare("second", "newer") == ["of_second"]


def test_of_several_at_once_one_makes_it_and_the_others_wait(makers: Makers):
    others = threading.Event()

    def before() -> None:
        assert others.wait(10)

    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(makers.prepare, "first", before=before)]
        while not makers.made:
            assert not waiting[0].done()
            time.sleep(0)
        waiting += [pool.submit(makers.prepare, name) for name in ("second", "third")]
        others.set()
        assert [each.result() for each in waiting] == [["of_first"]] * 3
    assert makers.made == ["first"]


def test_what_could_not_be_made_is_not_kept_and_the_next_one_makes_it(makers: Makers):
    def before() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        makers.prepare("first", before=before)
    assert makers.prepare("second") == ["of_second"]


def test_the_newest_are_kept(makers: Makers):
    for number in range(6):
        makers.prepare(f"number_{number}", f"sign-{number}")
        os.utime(makers.templates / f"sign-{number}.db", (number, number))
    assert sorted(file.name for file in makers.templates.glob("*.db")) == [f"sign-{number}.db" for number in range(2, 6)]
