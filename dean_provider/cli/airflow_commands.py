"""``airflow dean …``: what Airflow's own command line is told. Every ``airflow`` command imports this module, so it knows only names."""

from __future__ import annotations

import argparse
from typing import Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

__all__ = ["COMMANDS", "get_commands"]

COMMANDS = {
    "agents": "Look at the agents of a trial",
    "alerts": "Look at alerts and see to them; check rules, and write them for Prometheus and Grafana",
    "audit": "Verify the record of what happened, write it to a file, and take it from one",
    "config": "Show the settings and check files of them",
    "demo": "Run a real trial on a real Airflow of its own and show what it found",
    "login": "Sign in at an Airflow, for the commands that ask it",
    "logout": "Sign out again",
    "patterns": "Look at patterns and apply them",
    "service": "Run the reference IndexAgent and Evolution API",
    "state": "Make the state again from the events, look at it as it was, and delete what is old",
    "status": "Show how the services, the record and your trials are",
    "trial": "Start trials, follow them and steer them",
    "up": "Start the services and an Airflow of their own, and stay until Ctrl-C",
    "version": "Print the versions of dean, of Python and of what it stands on",
    "whoami": "Show as whom you speak to which Airflow",
}


class _Words(Arg):
    """Everything that follows, ``--help`` and other options included, for dean to understand."""

    def add_to_parser(self, parser: argparse.ArgumentParser) -> None:
        parser.prefix_chars = ""  # no word begins an option of Airflow's
        parser.add_argument("words", nargs=argparse.REMAINDER)


def get_commands() -> list[GroupCommand]:
    """One Airflow command for each of dean's."""
    words = _Words(flags=("words",))  # type: ignore[no-untyped-call]
    subcommands = [ActionCommand(name=name, help=text, func=_forward, args=(words,)) for name, text in COMMANDS.items()]
    return [GroupCommand(name="dean", help="Evolution trials", subcommands=subcommands)]


def _forward(arguments: Any) -> None:
    from dean_provider.cli.main import main

    raise SystemExit(main([arguments.subcommand, *arguments.words], program="airflow dean"))
