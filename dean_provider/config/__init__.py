"""Layered settings: one schema, every value's origin, and every problem at once."""

from dean_provider.config.combination import Resolved
from dean_provider.config.option import Option, options, trial_options
from dean_provider.config.problem import ConfigProblem
from dean_provider.config.resolution import OverrideSource, check_file, check_names, resolve
from dean_provider.config.settings import ProviderSettings
from dean_provider.config.stored import VARIABLE

__all__ = [
    "VARIABLE",
    "ConfigProblem",
    "Option",
    "OverrideSource",
    "ProviderSettings",
    "Resolved",
    "check_file",
    "check_names",
    "options",
    "resolve",
    "trial_options",
]
