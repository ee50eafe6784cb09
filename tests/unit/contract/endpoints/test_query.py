"""What a query can say, and how."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from dean_provider.contract.endpoints import query_of, query_text
from dean_provider.errors import ConfigurationError


class Colour(str, Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([], ""),
        ([("tags", [])], ""),
        ([("none", None)], ""),
        ([("tags", ["a", None, "b"])], "?tags=a&tags=b"),
        ([("tags", "a"), ("x", 1), ("tags", "b")], "?tags=a&tags=b&x=1"),
        ([("tags", ("a",)), ("tags", {"b"})], "?tags=a&tags=b"),
        ([("yes", True), ("no", [False])], "?yes=true&no=false"),
        ([("empty", ""), ("zero", 0), ("half", 0.5)], "?empty=&zero=0&half=0.5"),
        ([("name", "a&b=ä c")], "?name=a%26b%3D%C3%A4+c"),
        ([("at", datetime(2026, 1, 2, tzinfo=timezone.utc))], "?at=2026-01-02T00%3A00%3A00Z"),
        ([("colour", Colour.RED), ("id", UUID(int=1))], "?colour=red&id=00000000-0000-0000-0000-000000000001"),
        ([("raw", b"a b")], "?raw=a+b"),
    ],
)
def test_what_a_query_says(pairs: Any, text: str) -> None:
    assert query_text(query_of(pairs)) == text


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], [{"a": 1}], b"\xff"])
def test_what_no_query_says(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="The query parameter 'odd' holds") as raised:
        query_of([("odd", value)])
    assert raised.value.details["field"] == "odd"
