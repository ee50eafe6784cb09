from __future__ import annotations

import sqlite3

import pytest

from dean_provider.contract.service import Empty
from dean_provider.services.indexagent.app import create_app
from dean_provider.services.indexagent.code_index import CodeIndex
from dean_provider.services.indexagent.settings import IndexAgentSettings


def test_what_is_never_served_can_be_closed(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(
        "dean_provider.services.indexagent.app.CodeIndex", lambda *given, **more: made.append(CodeIndex(*given, **more)) or made[-1]
    )
    create_app(IndexAgentSettings(database_url=f"sqlite:///{tmp_path}/any.db")).state.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].status(Empty())
