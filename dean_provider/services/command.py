"""``python -m dean_provider.services indexagent|evolution|all``."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from dean_provider.errors import ConfigurationError, DeanError, InvalidConfigurationError

if TYPE_CHECKING:
    from dean_provider.services.web.settings import ServiceSettings

__all__ = ["main", "run"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dean_provider.services", description="Start the reference services.")
    commands = parser.add_subparsers(dest="service", required=True, metavar="indexagent|evolution|all")
    for name, text in (("indexagent", "start IndexAgent"), ("evolution", "start the Evolution API")):
        command = commands.add_parser(name, help=text, description=f"{text}; every option is also an environment variable, see the docs.")
        command.add_argument("--host")
        command.add_argument("--port", type=int)
        command.add_argument("--database", dest="database_url", metavar="URL")
        command.add_argument("--log-level")
        command.add_argument("--lifeline", type=int, metavar="FD", help="stop when the other end of this inherited pipe closes")
        if name == "evolution":
            command.add_argument("--indexagent-url", metavar="URL")
            command.add_argument("--workers", type=int)
    both = commands.add_parser("all", help="start both", description="Start both and keep them together: when one ends, so does the other.")
    both.add_argument("--host")
    both.add_argument("--indexagent-port", type=int)
    both.add_argument("--evolution-port", type=int)
    both.add_argument("--lifeline", type=int, metavar="FD", help="stop when the other end of this inherited pipe closes")
    return parser


Settings = TypeVar("Settings", bound="ServiceSettings")


def _settings(kind: type[Settings], given: dict[str, Any]) -> Settings:
    try:
        return kind(**given)
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        problems = [
            {"field": f"{prefix}{'.'.join(map(str, found['loc'])).upper()}", "rule": found["msg"].removeprefix("Value error, ")}
            for found in error.errors(include_input=False, include_url=False)
        ]
        text = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems)
        raise InvalidConfigurationError(f"The settings cannot work: {text}.", details={"problems": problems}) from None


def _start_both(given: dict[str, Any], lifeline: int | None) -> int:
    from dean_provider.services.evolution.settings import EvolutionSettings  # noqa: PLC0415  each service imports only what it needs
    from dean_provider.services.indexagent.settings import IndexAgentSettings  # noqa: PLC0415
    from dean_provider.services.together import run_both  # noqa: PLC0415

    def listening(kind: type[ServiceSettings], port: str) -> tuple[str, int]:
        said = _settings(kind, {name: given[key] for name, key in (("host", "host"), ("port", port)) if key in given})
        return said.host, said.port

    return run_both(listening(IndexAgentSettings, "indexagent_port"), listening(EvolutionSettings, "evolution_port"), lifeline)


def _start(arguments: argparse.Namespace) -> int:
    given = {key: value for key, value in vars(arguments).items() if value is not None}
    service, lifeline = given.pop("service"), given.pop("lifeline", None)
    if service == "all":
        return _start_both(given, lifeline)
    if service == "indexagent":
        from dean_provider.services.indexagent import start as indexagent  # noqa: PLC0415

        return indexagent.run(_settings(indexagent.IndexAgentSettings, given), lifeline)
    from dean_provider.services.evolution import start as evolution  # noqa: PLC0415

    return evolution.run(_settings(evolution.EvolutionSettings, given), lifeline)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a service until it is stopped.

    :returns: 0 after a clean stop; 1, or what it ended with itself, when one of two ended by itself.
    :raises DeanError: it cannot be started.
    """
    try:
        return _start(_parser().parse_args(arguments))
    except KeyboardInterrupt:
        return 0


def _status(error: DeanError) -> int:
    """The exit status for what kept a service from starting; the program ``dean`` has the same."""
    if isinstance(error, ConfigurationError):
        return 3
    return 4 if error.retryable else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The same as a program: what is wrong is one line on stderr.

    :returns: 0 after a clean stop, 2 for a wrong command line, 3 for settings that cannot work, 4 when something it needs cannot be
        reached, 1 for anything else that is wrong.
    """
    # What a service imports stays. Python's collector of cycles would walk it again and again, a third of the time a start takes.
    gc.set_threshold(50_000, 50, 100)
    try:
        return run(arguments)
    except DeanError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  this is the command's output
        return _status(error)
