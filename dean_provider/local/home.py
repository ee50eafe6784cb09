"""The folder a run lives in. What runs there overwrites and deletes, so it has to be a folder of our own making."""

from __future__ import annotations

from pathlib import Path

from dean_provider.errors import InvalidConfigurationError
from dean_provider.local.calling import option
from dean_provider.local.secrets import Secrets

__all__ = ["MARKER", "claim", "templates_beside"]

MARKER = ".dean-home"
_NOTE = "Everything here except dags/ belongs to dean, which overwrites and deletes it.\n"
_RULE = "must be a new or empty folder, or one that dean demo or dean up made"
_OURS = ".dean"


def claim(home: Path) -> None:
    """Make ``home`` a folder of ours: a new one, an empty one, one that holds ``dags`` alone, or one that is ours already.

    :raises InvalidConfigurationError: when it is any other; nothing of it has been changed then, not even its mode.
    :raises OSError: when it cannot be read or made.
    """
    if not (home / MARKER).is_file():
        _refuse_somebody_elses(home)
        home.mkdir(parents=True, exist_ok=True)
        (home / MARKER).write_text(_NOTE)


def _refuse_somebody_elses(home: Path) -> None:
    if home.is_dir():
        free = all(entry.name == "dags" for entry in home.iterdir())
        # Before there was a marker, secrets told.
        if free or Secrets.kept_in(home):
            return
        said = f"{home} is not empty, and dean did not make it."
    elif home.exists():
        said = f"{home} is no folder."
    else:
        return
    raise InvalidConfigurationError(
        said,
        details={"field": "home", "value": str(home), "rule": _RULE},
        suggestions=[f"Name a new or an empty folder with {option('--home DIR')}."],
    )


def templates_beside(home: Path) -> Path:
    """Where databases are kept for the next fresh start: side by side in ``.dean``, homes share them; one anywhere else has its own."""
    return (home.parent if home.parent.name == _OURS else home) / "templates"
