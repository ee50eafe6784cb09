"""What trials optimise: the interface, the registry and the objectives that come with the package."""

from __future__ import annotations

from dean_provider.engine.objectives.objective import NoParameters, Objective
from dean_provider.engine.objectives.registry import describe, load_objective, registered

__all__ = ["NoParameters", "Objective", "describe", "load_objective", "registered"]
