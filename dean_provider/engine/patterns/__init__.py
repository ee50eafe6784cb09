"""Patterns: what fit agents have in common, how that is found, imposed on others, and measured."""

from __future__ import annotations

from dean_provider.engine.patterns.detection import Detected, detect, hypotheses
from dean_provider.engine.patterns.effectiveness import effectiveness
from dean_provider.engine.patterns.ranges import impose, matches

__all__ = ["Detected", "detect", "effectiveness", "hypotheses", "impose", "matches"]
