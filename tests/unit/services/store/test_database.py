from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.store import Database


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:", ""])
def test_only_sqlite_files_and_postgresql(url):
    with pytest.raises(InvalidConfigurationError, match="database"):
        Database(url)


def test_a_password_is_never_shown():
    with pytest.raises(InvalidConfigurationError) as caught:
        Database("mysql://user:swordfish@host/db")
    assert "swordfish" not in repr((str(caught.value), caught.value.details))


def test_sqlite_is_durable_and_waits_for_other_writers(database):
    with database.engine.connect() as connection:
        read = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    assert read == ["wal", 2, 30_000, 1]


def test_a_block_that_raises_is_undone(database):
    with database.write() as session:
        session.execute(text("CREATE TABLE t (n INTEGER)"))

    def fail():
        with database.write() as session:
            session.execute(text("INSERT INTO t VALUES (1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM t")) == 0


def test_writers_that_read_first_never_lose_an_update(database):
    with database.write() as session:
        session.execute(text("CREATE TABLE t (n INTEGER)"))
        session.execute(text("INSERT INTO t VALUES (0)"))

    def add():
        for _ in range(20):
            with database.write() as session:
                known = session.scalar(text("SELECT n FROM t"))
                session.execute(text("UPDATE t SET n = :n"), {"n": known + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(text("SELECT n FROM t")) == 80


def test_a_missing_folder_is_made(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/a/b/c.db")
    database.ping()
    database.close()
    assert (tmp_path / "a" / "b" / "c.db").exists()


def test_ping_raises_when_the_database_is_away():
    database = Database("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(OperationalError):
        database.ping()
    database.close()


def test_numbers_come_back_bit_for_bit():
    from dean_provider.services.store import Floats

    column = Floats()
    numbers = np.array([0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3])
    stored = column.process_bind_param(numbers[::-1], None)
    assert column.process_result_value(stored, None).tobytes() == numbers[::-1].tobytes()
    assert column.process_bind_param(None, None) is column.process_result_value(None, None) is None
