"""Our tables in Airflow's metadata database. Nobody else reads them: this package does, for everybody.

Events are the truth. Executions, labels, generations and snapshots are folded from them and can be made again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint, Uuid, literal_column
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dean_provider.contract.events.envelope import ActorKind
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.state.columns import CopiedJson, Json, UtcDateTime

__all__ = [
    "BY_PEOPLE",
    "SELDOM",
    "Base",
    "EventRow",
    "GenerationRow",
    "IncidentRow",
    "InstallationRow",
    "LabelRow",
    "LeaseRow",
    "NotificationRow",
    "ReadingRow",
    "RuleStateRow",
    "RunEndingRow",
    "SilenceRow",
    "SnapshotRow",
    "TicketRow",
    "WorkflowRow",
]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declares our tables; their names begin with ``dean_``."""

    metadata = MetaData(naming_convention=NAMES)


def _workflow() -> Mapped[UUID]:
    return mapped_column(Uuid(), ForeignKey("dean_workflow_executions.id", ondelete="CASCADE"), primary_key=True)


class InstallationRow(Base):
    """The one row that says which ``system`` workflow is this database's own; others come by import."""

    __tablename__ = "dean_installations"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    system_workflow_id: Mapped[UUID] = mapped_column(Uuid())


class LeaseRow(Base):
    """Which process does what only one needs to do, until when."""

    __tablename__ = "dean_leases"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ReadingRow(Base):
    """What was found last, packed: ``kind`` says by whom, ``name`` which of them."""

    __tablename__ = "dean_readings"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime())
    body: Mapped[bytes] = mapped_column(LargeBinary)


class TicketRow(Base):
    """Opens one live socket; gone once it was used.

    :param subject: whose it is, encrypted like passwords of connections.
    """

    __tablename__ = "dean_tickets"
    __table_args__ = (Index("ix_dean_tickets_expires_at", "expires_at"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    subject: Mapped[str] = mapped_column(Text)


class RunEndingRow(Base):
    """A DAG run with executions has ended, and nobody has told them yet. Written in the transaction in which it ended.

    :param clear_number: how often the run had been cleared, which tells one end of it from the next.
    """

    __tablename__ = "dean_run_endings"

    dag_id: Mapped[str] = mapped_column(String(250), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(250), primary_key=True)
    clear_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(50), primary_key=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class WorkflowRow(Base):
    """One execution. ``sequence`` and ``head_hash`` are the end of its chain; ``state`` holds what has no column of its own."""

    __tablename__ = "dean_workflow_executions"
    __table_args__ = (
        Index("ix_dean_workflows_created", "created_at", "id"),
        Index("ix_dean_workflows_status", "status", "created_at", "id"),
        Index("ix_dean_workflows_dag", "dag_id", "created_at", "id"),
        Index("ix_dean_workflows_completed", "completed_at", "id"),
        Index("ix_dean_workflows_name", "name", "created_at", "id"),
        Index("ix_dean_workflows_run", "run_id"),
        Index("ix_dean_workflows_trial", "trial_id"),
        Index("ix_dean_workflows_parent", "parent_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    workflow_type: Mapped[str] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(250))
    owner: Mapped[str | None] = mapped_column(String(1000))
    trial_id: Mapped[str | None] = mapped_column(String(250))
    population_id: Mapped[str | None] = mapped_column(String(250))
    dag_id: Mapped[str | None] = mapped_column(String(250))
    run_id: Mapped[str | None] = mapped_column(String(250))
    task_group: Mapped[str] = mapped_column(String(250))
    map_index: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[UUID | None] = mapped_column(Uuid())
    parent_generation: Mapped[int | None] = mapped_column(BigInteger)
    objective: Mapped[str | None] = mapped_column(String(250))
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    population_size: Mapped[int | None] = mapped_column(BigInteger)
    generation: Mapped[int] = mapped_column(BigInteger)
    generations: Mapped[int | None] = mapped_column(BigInteger)
    best_fitness: Mapped[float | None]
    mean_fitness: Mapped[float | None]
    diversity: Mapped[float | None]
    tokens_used: Mapped[int] = mapped_column(BigInteger)
    token_budget: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str | None] = mapped_column(String(250))
    termination_reason: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(Text)
    report_uri: Mapped[str | None] = mapped_column(String(250))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    configuration: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    sequence: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[str] = mapped_column(String(80))


class EventRow(Base):
    """One event. The hash covers ``canonical`` byte for byte; the other columns are copies for queries.

    No foreign key: the truth does not depend on what is folded from it, and nothing deletes it by cascade.
    """

    __tablename__ = "dean_orchestration_events"
    __table_args__ = (
        UniqueConstraint("workflow_id", "sequence", name="uq_dean_events_sequence"),
        UniqueConstraint("workflow_id", "idempotency_key", name="uq_dean_events_key"),
        Index("ix_dean_events_recorded", "timestamp", "workflow_id", "sequence"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    sequence: Mapped[int] = mapped_column(BigInteger)
    event_type: Mapped[str] = mapped_column(String(50))
    schema_version: Mapped[int] = mapped_column(Integer)
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime())
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(1000))
    actor_address: Mapped[str | None] = mapped_column(String(64))
    correlation_id: Mapped[str | None] = mapped_column(String(250))
    idempotency_key: Mapped[str] = mapped_column(String(250))
    details: Mapped[dict[str, Any]] = mapped_column(CopiedJson)
    previous_hash: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(80))
    canonical: Mapped[str] = mapped_column(Text)


# Small ones, for what is looked for among many: one execution's seldom events, by type and in order, and what people did anywhere.
SELDOM = EventRow.event_type != literal_column(f"'{GenerationCompleted.event_type}'")
BY_PEOPLE = EventRow.actor_kind == literal_column(f"'{ActorKind.USER.value}'")
Index("ix_dean_events_type", EventRow.workflow_id, EventRow.event_type, EventRow.sequence, postgresql_where=SELDOM, sqlite_where=SELDOM)
Index("ix_dean_events_seldom", EventRow.workflow_id, EventRow.sequence, postgresql_where=SELDOM, sqlite_where=SELDOM)
Index(
    "ix_dean_events_people",
    *(EventRow.timestamp, EventRow.workflow_id, EventRow.sequence),
    postgresql_where=BY_PEOPLE,
    sqlite_where=BY_PEOPLE,
)


class GenerationRow(Base):
    """Figures of one generation, compact and in order."""

    __tablename__ = "dean_generations"
    __table_args__ = ({"sqlite_with_rowid": False},)

    workflow_id: Mapped[UUID] = _workflow()
    generation: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    best_fitness: Mapped[float]
    mean_fitness: Mapped[float]
    worst_fitness: Mapped[float]
    diversity: Mapped[float]
    tokens_used: Mapped[int] = mapped_column(BigInteger)
    evaluations: Mapped[int] = mapped_column(BigInteger)
    retries: Mapped[int] = mapped_column(BigInteger)
    intervened: Mapped[bool]
    elapsed_seconds: Mapped[float]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    best_agent_id: Mapped[str] = mapped_column(Text)


class LabelRow(Base):
    """A label of a trial, for filters."""

    __tablename__ = "dean_labels"
    __table_args__ = (Index("ix_dean_labels_value", "key", "value"),)

    workflow_id: Mapped[UUID] = _workflow()
    key: Mapped[str] = mapped_column(String(250), primary_key=True)
    value: Mapped[str] = mapped_column(String(250))


class SnapshotRow(Base):
    """What the events up to ``sequence`` fold into, so that nobody has to begin at the first. ``seal`` is over all of it."""

    __tablename__ = "dean_snapshots"

    workflow_id: Mapped[UUID] = _workflow()
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    head_hash: Mapped[str] = mapped_column(String(80))
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    seal: Mapped[str] = mapped_column(String(80))


class IncidentRow(Base):
    """One incident, folded from the events of the ``system`` workflow in which it was raised.

    :param dag_id: of the trial it is about; none when it is about the installation.
    """

    __tablename__ = "dean_incidents"
    __table_args__ = (
        Index("ix_dean_incidents_raised", "workflow_id", "raised_at", "incident_id"),
        Index("ix_dean_incidents_status", "workflow_id", "status", "raised_at"),
        Index("ix_dean_incidents_fingerprint", "workflow_id", "fingerprint", "episode"),
        Index("ix_dean_incidents_trial", "trial"),
    )

    workflow_id: Mapped[UUID] = _workflow()
    incident_id: Mapped[str] = mapped_column(String(250), primary_key=True)
    rule: Mapped[str] = mapped_column(String(250))
    severity: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(Text)
    value: Mapped[float | None]
    threshold: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(50))
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    fingerprint: Mapped[str] = mapped_column(String(250))
    episode: Mapped[int] = mapped_column(BigInteger)
    trial: Mapped[UUID | None] = mapped_column(Uuid())
    dag_id: Mapped[str | None] = mapped_column(String(250))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime())
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    acknowledged_by: Mapped[str | None] = mapped_column(String(1000))
    comment: Mapped[str] = mapped_column(Text)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SilenceRow(Base):
    """Of what nobody is notified for a while; folded like incidents."""

    __tablename__ = "dean_silences"
    __table_args__ = (Index("ix_dean_silences_ends", "workflow_id", "ends_at"),)

    workflow_id: Mapped[UUID] = _workflow()
    silence_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    rule: Mapped[str | None] = mapped_column(String(250))
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    created_by: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    comment: Mapped[str] = mapped_column(Text)


class RuleStateRow(Base):
    """What a rule saw last, and since when each of its groups is over or back under its threshold: where the next leader goes on."""

    __tablename__ = "dean_alert_rules"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None]
    since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    timers: Mapped[dict[str, Any]] = mapped_column(Json)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime())


class NotificationRow(Base):
    """That somebody was told, or is about to be told, of an incident's beginning or end over one route.

    Written before a message is handed over and again after it was, so that no other process sends it too.
    """

    __tablename__ = "dean_notifications"
    __table_args__ = (Index("ix_dean_notifications_state", "state", "claimed_at"),)

    incident_id: Mapped[str] = mapped_column(String(250), primary_key=True)
    route: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    holder: Mapped[str] = mapped_column(String(100))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    attempts: Mapped[int] = mapped_column(Integer)
    count: Mapped[int] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(Text)
