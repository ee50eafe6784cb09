"""The environment of every process started here: nothing of a user's own Airflow gets through.

People who try this already run an Airflow. One inherited ``AIRFLOW__DATABASE__SQL_ALCHEMY_CONN`` would point the demo at its
database, so inherited settings are removed by prefix, never one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["RUN_MARKER", "clean_environment"]

RUN_MARKER = "DEAN_LOCAL_RUN"
"""Variable every process of a run carries and passes on to its own children: what a run left is found by it."""

_FOREIGN = re.compile(
    r"^_*AIRFLOW|^DEAN_"  # the user's Airflow, and settings of deployed services
    r"|^PG[A-Z]|^PYTHON(PATH|HOME|STARTUP|WARNINGS|DONTWRITEBYTECODE|OPTIMIZE|SAFEPATH|INSPECT|BREAKPOINT)$"
)
_LOOPBACK = ("127.0.0.1", "localhost")


def clean_environment(inherited: Mapping[str, str], run: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a child of ours may see: ``inherited`` without foreign settings, then ours.

    :param run: id of this run, see :data:`RUN_MARKER`.
    :param extra: settings of the component itself; these win.
    """
    kept = {name: value for name, value in inherited.items() if not _FOREIGN.match(name)}
    # A proxy of the network must not be asked for loopback.
    exceptions = [part for part in kept.get("NO_PROXY", kept.get("no_proxy", "")).split(",") if part]
    no_proxy = ",".join(dict.fromkeys([*exceptions, *_LOOPBACK]))
    return {
        **kept,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        "PYTHONUNBUFFERED": "1",
        # setproctitle would write over the environment as others see it, and with it over the marker.
        "SPT_NOENV": "1",
        RUN_MARKER: run,
        **(extra or {}),
    }
