from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest

from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.indexagent.settings import IndexAgentSettings

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "services.md").read_text()


def _rows():
    """Default and description by variable."""
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `DEAN_"))
    return {name.strip("`"): (default, text) for name, default, text in cells}


def _default(field):
    value = field.default.value if isinstance(field.default, Enum) else field.default
    return "" if value in (None, "") else f"`{value}`"


@pytest.mark.parametrize("settings", [IndexAgentSettings, EvolutionSettings])
def test_every_setting_is_documented_with_its_default(settings):
    prefix = settings.model_config["env_prefix"]
    documented = {name: row for name, row in _rows().items() if name.startswith(prefix)}
    made = {f"{prefix}{name.upper()}": (_default(field), field.description) for name, field in settings.model_fields.items()}
    if settings is EvolutionSettings:
        made["DEAN_EVOLUTION_WORKERS"] = ("cores", settings.model_fields["workers"].description)
    assert documented == made
