"""Asking before something is done that cannot simply be undone."""

from __future__ import annotations

import sys

import rich_click as click
from click.exceptions import Exit

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.terminal import print_note

__all__ = ["sure"]


def sure(question: str, *, yes: bool, as_json: bool) -> None:
    """Go on only if a person agrees, or has agreed with ``--yes``.

    :raises click.UsageError: when there is nobody to ask.
    :raises Exit: when the person does not.
    """
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is nobody to ask: give --yes.")
    if not click.confirm(question, err=True):
        print_note("Nothing was done.")
        raise Exit(ExitCode.FAILURE)
