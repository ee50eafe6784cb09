"""Databases of PostgreSQL, kept and copied."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from dean_provider.errors import ServiceFailureError
from dean_provider.local.templates import prepare

pytestmark = pytest.mark.integration


def execute(url: str, statement: str) -> list[tuple]:
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_the_second_database_is_a_copy_of_the_first(new_database: Callable[[str], str], tmp_path: Path):
    first, second, third = (new_database(f"templates_{number}") for number in range(3))
    made: list[str] = []

    def make(url: str) -> None:
        made.append(url)
        execute(url, "CREATE TABLE kept (id serial PRIMARY KEY, text varchar DEFAULT 'it''s'); INSERT INTO kept DEFAULT VALUES")

    prepare(first, tmp_path, "sign", lambda: make(first))
    prepare(second, tmp_path, "sign", lambda: make(second))
    execute(second, "INSERT INTO kept DEFAULT VALUES")
    assert execute(second, "SELECT id, text FROM kept ORDER BY id") == [(1, "it's"), (2, "it's")]
    assert made == [first]
    execute(third, "CREATE TABLE kept (other int)")
    with pytest.raises(ServiceFailureError, match=r'psql failed.*relation "kept" already exists'):
        prepare(third, tmp_path, "sign", lambda: make(third))
