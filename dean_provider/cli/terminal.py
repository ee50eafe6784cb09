"""Everything the commands print: results on stdout, all else on stderr; rich on a terminal, plain lines in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import rich_click as click

from dean_provider.errors import DeanError

__all__ = ["print_error", "print_json", "print_problem", "print_table"]


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; in a pipe, aligned lines that are never wrapped or cut."""
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
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_error(error: DeanError) -> None:
    """The error as a person wants it, on stderr: what is wrong, where, and what to do."""
    problems = error.details.get("problems")
    if isinstance(problems, list) and problems and all(isinstance(problem, Mapping) for problem in problems):
        _line("Error", f"{error.message.partition(': ')[0]}.", "bold red")
        for problem in problems:
            _print_listed(problem)
        if omitted := error.details.get("omitted"):
            _line("  …", f"and {omitted} more.")
        return
    _line("Error", error.message, "bold red")
    for suggestion in error.suggestions:
        _line("  →", suggestion, "cyan")


def print_problem(error: DeanError) -> None:
    """The error as a program wants it, on stdout: the same problem document the services send."""
    from dean_provider.contract.problem import to_problem

    print_json(to_problem(error).model_dump(mode="json"))


def _print_listed(problem: Mapping[str, Any]) -> None:
    field, value, rule = problem.get("field", ""), problem.get("value"), str(problem.get("rule", ""))
    given = "" if value is None or rule.startswith(str(field)) else f" = {value}"
    _line("  -", rule if rule.startswith(str(field)) else f"{field}{given} {rule}", "yellow")
    for mark, key in (("in", "origin"), ("→", "suggestion")):
        if problem.get(key):
            _line(f"    {mark}", str(problem[key]), "cyan" if key == "suggestion" else "dim")


def _line(mark: str, text: str, style: str = "dim") -> None:
    separator = ": " if mark == "Error" else " "
    if not sys.stderr.isatty():
        click.echo(f"{mark}{separator}{text}", err=True)
        return
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True).print(Text.assemble((f"{mark}{separator}", style), text))
