"""The complete configuration, defaults marked."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dean_provider.config.masking import without_logins
from dean_provider.contract.config import TrialConfig
from dean_provider.report.text import NONE

__all__ = ["Setting", "settings"]


@dataclass(frozen=True)
class Setting:
    name: str
    value: str
    default: bool
    description: str


def settings(config: TrialConfig | None) -> list[Setting]:
    """Every field in the order of the schema; empty for services that store no configuration."""
    if config is None:
        return []
    values, defaults = config.model_dump(mode="json"), TrialConfig().model_dump(mode="json")
    return [
        Setting(name, _text(values[name]), values[name] == defaults[name], field.description or "")
        for name, field in TrialConfig.model_fields.items()
    ]


def _text(value: object) -> str:
    if value is None or value in ([], {}):
        return NONE
    public = without_logins(value)
    return public if isinstance(public, str) else json.dumps(public, ensure_ascii=False)
