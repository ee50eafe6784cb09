"""What events are called where they are watched live: one name for each fact, and the same pattern for all of them.

``area.thing.happening``: the area is what it concerns (a trial's evolution, patterns, the run that carries it, the installation), and what
happens stands as a plain word, so that a client can take all of an area by its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["EVENT_NAMES", "event_name"]

EVENT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "workflow.opened": "orchestration.workflow.open",
        "trial.requested": "evolution.trial.request",
        "trial.validated": "evolution.trial.validate",
        "services.checked": "orchestration.services.check",
        "population.initialized": "evolution.population.initialize",
        "trial.started": "evolution.trial.start",
        "generation.completed": "evolution.generation.complete",
        "diversity.intervened": "evolution.diversity.intervene",
        "budget.warned": "economy.budget.warn",
        "budget.exhausted": "economy.budget.exhaust",
        "trial.paused": "evolution.trial.pause",
        "trial.resumed": "evolution.trial.resume",
        "run.ended": "orchestration.run.end",
        "trial.completed": "evolution.trial.complete",
        "trial.failed": "evolution.trial.fail",
        "trial.cancelled": "evolution.trial.cancel",
        "trial.compensated": "orchestration.trial.compensate",
        "report.published": "evolution.report.publish",
        "trial.forked": "evolution.trial.fork",
        "trial.replayed": "evolution.trial.replay",
        "trial.reconciled": "orchestration.trial.reconcile",
        "recorder.missed": "orchestration.recorder.miss",
        "pattern.discovered": "evolution.pattern.discover",
        "pattern.refused": "evolution.pattern.refuse",
        "pattern.applied": "evolution.pattern.apply",
        "approval.asked": "evolution.approval.ask",
        "approval.given": "evolution.approval.give",
        "propagation.planned": "evolution.propagation.plan",
        "pattern.tried": "evolution.pattern.try",
        "pattern.propagated": "evolution.pattern.propagate",
        "pattern.quarantined": "evolution.pattern.quarantine",
        "propagation.completed": "evolution.propagation.complete",
        "propagation.failed": "evolution.propagation.fail",
        "propagation.compensated": "evolution.propagation.compensate",
        "configuration.changed": "installation.configuration.change",
        "service.registered": "installation.service.register",
        "service.removed": "installation.service.remove",
        "tokens.allocated": "economy.tokens.allocate",
        "history.deleted": "installation.history.delete",
        "history.imported": "installation.history.import",
        "alert.raised": "monitoring.alert.raise",
        "alert.acknowledged": "monitoring.alert.acknowledge",
        "alert.resolved": "monitoring.alert.resolve",
        "alert_rules.read": "monitoring.rules.read",
        "silence.added": "monitoring.silence.add",
        "silence.ended": "monitoring.silence.end",
    }
)
"""Name on the wire by name in the record."""


def event_name(event_type: str) -> str:
    """The name on the wire; of a fact that nobody here knows, its own below ``other``."""
    return EVENT_NAMES.get(event_type, f"other.{event_type}")
