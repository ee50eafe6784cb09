"""What Airflow's trigger form sends: every field of the form, those nobody touched included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dean_provider.config.layer import TRIAL
from dean_provider.config.option import trial_options

__all__ = ["without_defaults"]


def without_defaults(conf: Mapping[str, Any]) -> dict[str, Any]:
    """``conf`` without the values that equal the code's default, so that the layers below still speak.

    Only a trial's fields, and only what is certainly a default; all else stays for :func:`resolve` to take or refuse.
    """
    kept = {}
    for name, value in conf.items():
        if name == TRIAL and isinstance(value, Mapping):
            inner = {field: item for field, item in value.items() if not _is_default(field, item)}
            kept.update({TRIAL: inner} if inner else {})
        elif not _is_default(name, value):
            kept[name] = value
    return kept


def _is_default(name: Any, value: Any) -> bool:
    option = trial_options().get(name) if isinstance(name, str) else None
    plain = list(value) if isinstance(value, tuple) else value
    return option is not None and bool(plain == option.default)
