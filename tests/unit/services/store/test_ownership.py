from __future__ import annotations

import pytest

from dean_provider.errors import ConflictError, ConnectionFailedError
from dean_provider.services.store import Database, Ownership


def test_a_database_has_one_owner_at_a_time(database, tmp_path):
    first, waits = Ownership(database, "evolution"), []
    second = Ownership(Database(f"sqlite:///{tmp_path}/any.db"), "evolution", patience_seconds=0, sleep=waits.append)
    first.take()
    with pytest.raises(ConflictError, match="already works on this database"):
        second.take()
    first.release()
    second.take()
    second.release()
    second.database.close()


def test_it_waits_for_a_holder_that_is_just_stopping(database):
    holder = Ownership(database, "evolution")
    holder.take()
    heir = Ownership(database, "evolution", sleep=lambda _: holder.release())
    heir.take()
    heir.release()


def test_other_names_are_other_locks(database):
    first, second = Ownership(database, "one"), Ownership(database, "two", patience_seconds=0)
    first.take()
    second.take()
    first.release()
    second.release()


def test_a_file_is_kept_and_taking_it_twice_changes_nothing(database):
    owner = Ownership(database, "evolution")
    owner.take()
    owner.take()
    assert owner.keep()
    owner.release()


def test_a_database_that_is_away_is_one_clear_error():
    owner = Ownership(Database("postgresql://nobody:swordfish@127.0.0.1:9/none"), "evolution")
    with pytest.raises(ConnectionFailedError, match="cannot be used") as caught:
        owner.take()
    assert "swordfish" not in str(caught.value)
    owner.database.close()
