"""What produced the trial: the run, and the software on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from dean_provider.report.text import spaced

__all__ = ["origins", "web_address"]

NAMES = {"dag_id": "DAG", "run_id": "DAG run"}


def origins(run: Mapping[str, str], versions: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and value of what is known of the run, then of the service's software where it says something else.

    :param run: facts of the run, in the order to show them; a web address under ``url`` becomes a link elsewhere.
    :param versions: software of the service that ran the trial.
    """
    shown = {name: value for name, value in run.items() if value and not (name == "url" and web_address(value))}
    rows = [(NAMES.get(name, spaced(name)), value) for name, value in shown.items()]
    rows += [(f"{name} (service)", value) for name, value in sorted(versions.items()) if run.get(name) != value]
    return rows


def web_address(url: str) -> str:
    """``url`` when it is safe to link to, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
