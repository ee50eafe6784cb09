"""The program ``dean``: its commands, and the one place where an error becomes a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import rich_click as click

from dean_provider import __version__
from dean_provider.cli.agents import agents
from dean_provider.cli.alerts import alerts
from dean_provider.cli.audit import audit
from dean_provider.cli.config import config
from dean_provider.cli.demo import demo
from dean_provider.cli.exits import ExitCode, exit_code
from dean_provider.cli.login import login
from dean_provider.cli.logout import logout
from dean_provider.cli.options import CONTEXT
from dean_provider.cli.patterns import patterns
from dean_provider.cli.service import service
from dean_provider.cli.state import state
from dean_provider.cli.status import status
from dean_provider.cli.terminal import print_error, print_problem
from dean_provider.cli.trial import trial
from dean_provider.cli.up import up
from dean_provider.cli.version import version
from dean_provider.cli.whoami import whoami
from dean_provider.errors import ConfigurationError, DeanError

__all__ = ["dean", "main"]

DEBUG = "DEAN_DEBUG"
GROUPS = {
    "Begin": (demo, up, login, logout, whoami),
    "Trials": (trial, agents, patterns),
    "How everything is": (status, alerts),
    "The installation": (config, state, audit, service, version),
}
"""Every command, as the help lists them."""

_PANELS = [{"name": title, "commands": [str(command.name) for command in commands]} for title, commands in GROUPS.items()]


class UsageError(ConfigurationError):
    """The command does not exist, or not with these options and arguments."""

    error_code = "usage"
    status = 400
    title = "The command cannot be understood"


class BugError(DeanError):
    """A mistake in dean itself."""

    error_code = "bug"
    title = "A mistake in dean itself"


@click.group(context_settings=CONTEXT)
@click.rich_config({"command_groups": {"*": _PANELS}, "style_commands_table_column_width_ratio": (1, 7)})
@click.version_option(__version__, "--version", prog_name="dean", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help=f"Show the traceback of an error. {DEBUG}=1 does the same.")
def dean(*, debug: bool) -> None:
    """Evolution trials on Apache Airflow.

    `dean demo` shows one on this machine; `dean login` signs in at an Airflow that has dean-provider, for `dean trial start`.
    """
    del debug  # main() looks for it, because a mistake may come before any option is read


for command in (command for commands in GROUPS.values() for command in commands):
    dean.add_command(command)


def main(arguments: Sequence[str] | None = None, *, program: str = "dean") -> int:
    """Run a command.

    :param arguments: its words; the process's unless given.
    :param program: what usage messages call the program.
    :returns: the exit code, one of :class:`ExitCode`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = dean.main(args=words, prog_name=program, standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _quiet()
    except Exception as error:
        if _debugging(words):
            raise
        return _report(error, as_json="--json" in words)
    return result if isinstance(result, int) else ExitCode.OK


def _report(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, click.ClickException) and not as_json:
        error.show()
        return error.exit_code
    known, code = _known(error)
    (print_problem if as_json else print_error)(known)
    return code


def _known(error: Exception) -> tuple[DeanError, int]:
    """``error`` as one of ours, and its exit code."""
    if isinstance(error, DeanError):
        return error, exit_code(error)
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message()), error.exit_code
    if isinstance(error, OSError):
        return DeanError(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"), ExitCode.FAILURE
    hint = f"Run it again with {DEBUG}=1 and report what it shows."
    return BugError(f"{type(error).__name__}: {error}", suggestions=[hint]), ExitCode.BUG


def _debugging(words: Sequence[str]) -> bool:
    return "--debug" in words[:1] or os.environ.get(DEBUG, "").lower() in ("1", "true", "yes", "on")


def _quiet() -> int:
    """The reader of our output has gone (``| head``): nothing more can be said, not even by the interpreter as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.FAILURE


if __name__ == "__main__":
    sys.exit(main())
