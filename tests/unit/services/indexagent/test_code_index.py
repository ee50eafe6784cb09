from __future__ import annotations

from datetime import datetime, timezone

import pytest

from dean_provider.contract.service import Empty, SearchCode
from dean_provider.errors import InvalidConfigurationError, NotFoundError
from dean_provider.services.indexagent.code_index import CodeIndex
from dean_provider.services.indexagent.settings import IndexAgentSettings


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "repository"
    (root / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("fitness")
    (root / "a.py").write_text("# nothing\n\ndef fitness_of(agent):\n    return agent.fitness\n")
    (root / "deep" / "b.py").write_text("fitness = 1\nfitness = 2\n")
    (root / "binary.bin").write_bytes(b"fitness\0")
    (root / "latin.txt").write_bytes("fitness é".encode("latin-1"))
    (root / "large.txt").write_text("fitness " * 1000)
    (tmp_path / "outside.txt").write_text("fitness outside")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "loop").symlink_to(root)
    return root


@pytest.fixture
def index(folder):
    made = CodeIndex({"demo": folder}, lambda: datetime(2026, 1, 1, tzinfo=timezone.utc), seconds=1000, max_files=100, max_bytes=4000)
    made.refresh()
    yield made
    made.close()


def found(index, query, **more):
    return {(result.path, result.line) for result in index.search(SearchCode(query=query, **more)).results}


def test_it_finds_lines_with_every_word(index):
    assert found(index, "fitness") == {("a.py", 4), ("deep/b.py", 1)}
    assert found(index, "def fitness_of") == {("a.py", 3)}
    assert found(index, "fitness nowhere") == set()


def test_links_binaries_large_files_and_metadata_are_left_out(index):
    assert index.status(Empty()).repositories == {"demo": 2}
    assert index.status(Empty()).indexed_at is not None


def test_it_follows_changes(index, folder):
    (folder / "a.py").write_text("diversity\n")
    (folder / "deep" / "b.py").unlink()
    index.refresh()
    assert found(index, "fitness") == set()
    assert found(index, "diversity") == {("a.py", 1)}


@pytest.mark.parametrize("query", ['"', "'; DROP TABLE file; --", "fitness OR 1", "NEAR(a b)", "a:b*", "^x", "()", "é"])
def test_a_query_is_words_and_nothing_else(index, query):
    index.search(SearchCode(query=query))
    assert found(index, "fitness")


def test_only_registered_repositories(index):
    with pytest.raises(NotFoundError) as caught:
        index.search(SearchCode(query="fitness", repository="/etc"))
    assert caught.value.details["registered"] == ["demo"]
    assert found(index, "fitness", repository="demo", limit=1) <= {("a.py", 4), ("deep/b.py", 1)}


def test_the_number_of_files_is_bounded(folder):
    index = CodeIndex({"demo": folder}, lambda: datetime.now(timezone.utc), seconds=1000, max_files=1, max_bytes=4000)
    index.refresh()
    assert index.status(Empty()).repositories == {"demo": 1}
    index.close()


def test_repositories_are_registered_by_setting(folder):
    settings = IndexAgentSettings(repositories=f"demo={folder}, other={folder}")
    assert settings.registered_repositories() == {"demo": folder, "other": folder}
    for wrong in ("demo", f"={folder}", "demo=/nowhere/at/all"):
        with pytest.raises(InvalidConfigurationError):
            IndexAgentSettings(repositories=wrong).registered_repositories()
