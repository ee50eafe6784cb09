"""Assets of the scheme ``dean://``: what a finished trial publishes, and what other DAGs are scheduled on.

``dean://trials/<name>`` stands for the outcomes of all trials called ``<name>``. The name is known only when the trial runs, so
the packaged tasks emit it through the alias :data:`TRIALS_ALIAS`; a DAG may be scheduled on the alias or on one asset.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult

if TYPE_CHECKING:
    from airflow.sdk import Asset

__all__ = ["TRIALS_ALIAS", "create_asset", "sanitize_uri", "trial_uri"]

TRIALS_ALIAS = "dean_trials"
_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")


def trial_uri(name: str) -> str:
    """URI of the outcomes of the trials called ``name``."""
    return f"dean://trials/{name}"


def sanitize_uri(uri: SplitResult) -> SplitResult:
    """Check and normalise a ``dean://`` URI.

    :raises ValueError: when it is not ``dean://trials/<name>``.
    """
    name = uri.path.strip("/")
    if uri.netloc.lower() != "trials" or not _NAME.match(name):
        raise ValueError("a dean:// URI is dean://trials/<name>, the name of lower-case letters, digits, dot, underscore and dash")
    if uri.query or uri.fragment:
        raise ValueError("a dean:// URI has neither query nor fragment")
    return uri._replace(netloc="trials", path=f"/{name}")


def create_asset(*, name: str, extra: dict[str, Any] | None = None) -> Asset:
    """The asset of the trials called ``name``.

    :param name: name of the trials, as in their configuration.
    :param extra: what the asset itself should carry.
    """
    from airflow.sdk import Asset

    uri = trial_uri(name)
    return Asset(name=uri, uri=uri, extra=extra or {})
