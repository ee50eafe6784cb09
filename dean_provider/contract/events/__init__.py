"""Orchestration events: what happened, told as facts and kept as events.

Importing this package registers every fact, so :func:`read_fact` knows them all.
"""

from dean_provider.contract.events import installation, pattern, trial, workflow
from dean_provider.contract.events.envelope import Actor, ActorKind, Event, EventPage, ReportedFact
from dean_provider.contract.events.fact import Fact, UnknownFact, fact_type, fact_types, read_fact, register, upcaster

__all__ = [
    "Actor",
    "ActorKind",
    "Event",
    "EventPage",
    "Fact",
    "ReportedFact",
    "UnknownFact",
    "fact_type",
    "fact_types",
    "installation",
    "pattern",
    "read_fact",
    "register",
    "trial",
    "upcaster",
    "workflow",
]
