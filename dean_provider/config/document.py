"""The YAML file: read safely, bounded in size and depth, with the place of every key and of every mistake.

It is YAML 1.2's core schema, not 1.1: ``off`` and ``no`` are text, as are dates and ``1:30``. Aliases and tags are refused, so a
file cannot grow while it is read, nor name a type.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dean_provider.config.layer import Layer, layer_of
from dean_provider.config.problem import ConfigProblem, invalid

__all__ = ["Document", "read_document", "read_file"]

LARGEST = 262_144
DEEPEST = 20
MOST_EVENTS = 50_000
NULL = "tag:yaml.org,2002:null"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """:param line, column: from 1, where the mistake is; None where it has no place."""

    def __init__(self, rule: str, line: int | None = None, column: int | None = None, suggestion: str = "") -> None:
        super().__init__(rule)
        self.rule = rule if line is None else f"line {line}, column {column}: {rule}"
        self.suggestion = suggestion


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in (
    (NULL, r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]{0,30})$", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?$",
        list("-+0123456789."),
    ),
):
    _CoreLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


@dataclass
class Document:
    """:param values: the mapping at the top.
    :param lines: the line, from 1, of each key; items of a list are named by their number, from 0.
    """

    values: dict[str, Any]
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, keys: tuple[str, ...]) -> int | None:
        """The line of a key, or of the nearest one above it that has a line."""
        return next((self.lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in self.lines), None)


def read_document(path: Path, option: str) -> Document:
    """What is in the YAML file at ``path``.

    :param option: which named the file, for the message.
    :raises InvalidConfigurationError: when it cannot be read, or is no mapping in safe YAML.
    """
    try:
        return _document(_text(path))
    except _Refused as refused:
        problem = ConfigProblem(option, str(path), refused.rule, f"file {path}", refused.suggestion)
        raise invalid([problem], subject=str(path)) from None


def read_file(path: Path, option: str = "config_file") -> Layer:
    """The settings in the YAML file at ``path``. Whatever is wrong with the file becomes a problem of the layer, never an exception.

    :param option: what named the file, for the problem.
    """
    origin = f"file {path}"
    try:
        document = _document(_text(path))
    except _Refused as refused:
        return Layer(problems=[ConfigProblem(option, str(path), refused.rule, origin, refused.suggestion)])

    def place(keys: tuple[str, ...]) -> str:
        line = document.lines.get(keys)
        return f"{origin} line {line}" if line else origin

    return layer_of(document.values, place)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _Refused("does not exist", suggestion=f"Create {path}, or correct what names it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _Refused(f"cannot be read: {reason}") from None
    if len(raw) > LARGEST:
        raise _Refused(f"is larger than {LARGEST // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8", "replace"))
        raise _Refused("is not UTF-8 text", line, column, "Save the file in UTF-8.") from None


def _document(text: str) -> Document:
    try:
        _check_bounds(text)
        loader = _CoreLoader(text)
        try:
            node = loader.get_single_node()
            if node is None or node.tag == NULL:
                return Document({})
            if not isinstance(node, yaml.MappingNode):
                raise _Refused("must be a mapping of settings to values", *_mark(node.start_mark))
            lines = _key_lines(node)
            return Document(loader.construct_document(node), lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise _Refused(f"is not valid YAML: {_finding(error)}", *_mark(error.problem_mark or error.context_mark)) from None
    except yaml.reader.ReaderError as error:
        raise _Refused("holds a character that YAML does not allow", *_place(text[: error.position])) from None
    except (yaml.YAMLError, ValueError) as error:
        raise _Refused(f"is not valid YAML: {error}") from None


def _check_bounds(text: str) -> None:
    """Look at the file's events before anything is built of them; the event parser keeps its own stack, so depth cannot break it."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or count > MOST_EVENTS:
            raise _Refused("is nested too deeply" if depth > DEEPEST else "holds too many values", *_mark(event.start_mark))
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("aliases (*name) are not supported", *_mark(event.start_mark), suggestion="Write the value out.")
        if getattr(event, "tag", None):
            raise _Refused("tags (!name) are not supported", *_mark(event.start_mark), suggestion="Write a plain value.")


def _key_lines(node: yaml.MappingNode) -> dict[tuple[str, ...], int]:
    """The line of each key. A key given twice anywhere is refused: YAML would keep the last one silently."""
    lines: dict[tuple[str, ...], int] = {}
    waiting: list[tuple[tuple[str, ...], yaml.Node]] = [((), node)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, yaml.SequenceNode):
            for number, child in enumerate(item.value):
                lines[(*path, str(number))] = child.start_mark.line + 1
                waiting.append(((*path, str(number)), child))
        elif isinstance(item, yaml.MappingNode):
            for key, value in _entries(item):
                lines[(*path, key.value)] = key.start_mark.line + 1
                waiting.append(((*path, key.value), value))
    return lines


def _entries(node: yaml.MappingNode) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    seen: set[Hashable] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise _Refused("a name must be text", *_mark(key.start_mark), suggestion="Put the name in quotes.")
        if key.value in seen:
            raise _Refused(f"{key.value} is given twice", *_mark(key.start_mark), suggestion="Remove one of the two.")
        seen.add(key.value)
    return list(node.value)


def _finding(error: yaml.MarkedYAMLError) -> str:
    """What PyYAML says, whose sentence sometimes begins in the context."""
    context, problem = error.context or "", error.problem or ""
    return f"{context} {problem}".strip() if context.startswith("expected") else problem or context


def _mark(mark: Any) -> tuple[int | None, int | None]:
    return (None, None) if mark is None else (mark.line + 1, mark.column + 1)


def _place(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows ``before``."""
    lines = before.split("\n")
    return len(lines), len(lines[-1]) + 1
