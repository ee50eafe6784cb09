"""Everything the commands print: results on stdout, all else on stderr; rich on a terminal, plain lines in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import rich_click as click

from dean_provider.errors import DeanError

__all__ = [
    "STYLES",
    "print_error",
    "print_json",
    "print_line",
    "print_note",
    "print_pairs",
    "print_problem",
    "print_table",
    "print_text",
    "told",
    "visible",
]

STYLES = {
    "requested": "cyan",
    "preparing": "cyan",
    "running": "cyan",
    "paused": "yellow",
    "completed": "green",
    "failed": "bold red",
    "cancelled": "magenta",
    "healthy": "green",
    "degraded": "yellow",
    "unhealthy": "bold red",
}
"""How words that say how something stands are shown."""


def visible(text: str) -> str:
    """``text`` without what would steer a terminal: names and reasons are other people's. Line breaks stay."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


def _cell(text: str) -> str:
    """:func:`visible` on one line."""
    return visible(text).replace("\n", " ")


def print_text(text: str) -> None:
    """A sentence, or several lines, on stdout."""
    click.echo(visible(text))
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, indent=2))


def print_line(value: Any) -> None:
    """One JSON document on a line of its own, at once: its reader may be waiting."""
    click.echo(json.dumps(value, separators=(",", ":")))
    sys.stdout.flush()


def print_note(text: str) -> None:
    """Something beside the result, on stderr."""
    click.echo(visible(text), err=True)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values, one below the other; a value may have several lines."""
    width = max((len(name) for name, _ in pairs), default=0)
    if not sys.stdout.isatty():
        for name, value in pairs:
            shown = visible(value).replace("\n", "\n" + " " * (width + 2))
            click.echo(f"{_cell(name).ljust(width)}  {shown}".rstrip())
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(Text(_cell(name)), Text(visible(value), style=STYLES.get(value, "")))
    Console().print(table)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; in a pipe, aligned lines that are never wrapped or cut."""
    columns, rows = [_cell(name) for name in columns], [[_cell(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        widths = [max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns))]
        for row in (columns, *rows):
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    Console().print(table)


def told(value: Any, name: str = "") -> str:
    """Data on a line, as ``name=value``; what is empty is left out, and inside of mappings only the last name is told."""
    if isinstance(value, Mapping):
        return "  ".join(part for key, item in value.items() if (part := told(item, str(key))))
    if value is None or value is False or value in ("", []):
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    return " ".join(f"{name}={text}".split())


def print_error(error: DeanError) -> None:
    """The error as a person wants it, on stderr: what is wrong, where, and what to do."""
    problems = error.details.get("problems")
    if isinstance(problems, list) and problems and all(isinstance(problem, Mapping) for problem in problems):
        _line("Error", f"{error.message.partition(': ')[0].rstrip('.')}.", "bold red")
        for problem in problems:
            _print_listed(problem)
        if omitted := error.details.get("omitted"):
            _line("  …", f"and {omitted} more.")
        return
    _line("Error", error.message, "bold red")
    for suggestion in error.suggestions:
        _line("  →", suggestion, "cyan")


def print_problem(error: DeanError) -> None:
    """The error as a program wants it, on stdout: the same problem document the services send. On one line, as JSON Lines want it."""
    from dean_provider.contract.problem import to_problem

    print_line(to_problem(error).model_dump(mode="json"))


def _print_listed(problem: Mapping[str, Any]) -> None:
    field, value, rule = problem.get("field", ""), problem.get("value"), str(problem.get("rule", ""))
    given = "" if value is None or rule.startswith(str(field)) else f" = {value}"
    _line("  -", rule if rule.startswith(str(field)) else f"{field}{given} {rule}", "yellow")
    for mark, key in (("in", "origin"), ("→", "suggestion")):
        if problem.get(key):
            _line(f"    {mark}", str(problem[key]), "cyan" if key == "suggestion" else "dim")


def _line(mark: str, text: str, style: str = "dim") -> None:
    separator, text = ": " if mark == "Error" else " ", visible(text)
    if not sys.stderr.isatty():
        click.echo(f"{mark}{separator}{text}", err=True)
        return
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True).print(Text.assemble((f"{mark}{separator}", style), text))
