"""Reading the record. Every list goes by keys, so that a page costs the same wherever it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    RowMapping,
    Select,
    String,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from dean_provider.contract.events import Event, EventPage
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.workflow import (
    SYSTEM,
    Head,
    ListAudit,
    ListEvents,
    ListWorkflows,
    MetricsPage,
    MetricsPoint,
    ReadMetrics,
    Workflow,
    WorkflowDetail,
    WorkflowPage,
    WorkflowStatus,
)
from dean_provider.errors import NotFoundError
from dean_provider.state.chain import event_of
from dean_provider.state.cursor import read_cursor, read_place, read_rank, write_cursor, write_place, write_rank
from dean_provider.state.statements import table_of
from dean_provider.state.tables import BY_PEOPLE, SELDOM, EventRow, GenerationRow, LabelRow, WorkflowRow

__all__ = ["audit", "list_events", "list_workflows", "open_workflows", "read_metrics", "read_workflow"]

_workflows = table_of(WorkflowRow)
_events = table_of(EventRow)
_generations = table_of(GenerationRow)
_summary = [_workflows.c[name] for name in Workflow.model_fields]
OPEN = [status.value for status in WorkflowStatus if not status.ended]
ESCAPE = "\\"


def list_workflows(session: Session, request: ListWorkflows, *, dag_ids: Collection[str] | None) -> WorkflowPage:
    """Executions in the order asked for.

    :param dag_ids: only those of these DAGs; None for all, the ``system`` workflow included.
    :raises InvalidConfigurationError: for a foreign cursor.
    """
    conditions = [*_filters(request), *([] if dag_ids is None else [_workflows.c.dag_id.in_(sorted(dag_ids))])]
    rows = _in_order(session, select(*_summary).where(*conditions), request)
    page, more = rows[: request.limit], len(rows) > request.limit
    cursor = write_rank(_order(request), page[-1][request.sort.value], page[-1]["id"]) if more else None
    return WorkflowPage(workflows=[Workflow.model_validate(dict(row)) for row in page], next_cursor=cursor)


def read_workflow(session: Session, workflow_id: UUID) -> WorkflowDetail:
    """Everything the record says about one execution.

    :raises NotFoundError: when there is none.
    """
    row = session.execute(select(_workflows).where(_workflows.c.id == workflow_id)).mappings().one_or_none()
    if row is None:
        raise _none(workflow_id)
    head = Head(sequence=row["sequence"], hash=row["head_hash"])
    return WorkflowDetail.model_validate({**row["state"], **row, "head": head})


def list_events(session: Session, request: ListEvents) -> EventPage:
    """Events of one execution in order, or from the last one back.

    :raises NotFoundError: when there is no such execution.
    :raises InvalidConfigurationError: for a foreign cursor.
    """
    key = read_cursor(request.cursor, int)
    sequence = _events.c.sequence
    # one lower bound at most: SQLite seeks by the first it is given and reads on to the other
    lower = request.after if key is None or request.newest_first else max(request.after, key[0])
    conditions = [_events.c.workflow_id == request.workflow_id, sequence > lower]
    if key is not None and request.newest_first:
        conditions.append(sequence < key[0])
    if request.event_type is not None:
        conditions.append(_events.c.event_type == request.event_type)
    if not request.generations or request.event_type not in (None, GenerationCompleted.event_type):
        conditions.append(SELDOM)
    order = sequence.desc() if request.newest_first else sequence
    statement = select(_events.c.canonical, _events.c.hash).where(*conditions).order_by(order).limit(request.limit + 1)
    events = [event_of(canonical, sealed) for canonical, sealed in session.execute(statement)]
    if not events:
        _exists(session, request.workflow_id)
    page = events[: request.limit]
    return EventPage(events=page, next_cursor=write_cursor(page[-1].sequence) if len(events) > request.limit else None)


def read_metrics(session: Session, request: ReadMetrics) -> MetricsPage:
    """Figures per generation, thinned out by the database.

    :raises NotFoundError: when there is no such execution.
    """
    state = session.execute(select(_workflows.c.state).where(_workflows.c.id == request.workflow_id)).scalar()
    if state is None:
        raise _none(request.workflow_id)
    runs = _clipped(state["reached"], request.start, request.end)
    count = sum(last - first + 1 for first, last in runs)
    statement = (
        select(_generations)
        .where(_generations.c.workflow_id == request.workflow_id)
        .order_by(_generations.c.generation)
        .limit(request.points)
    )
    if count > request.points:
        wanted = _chosen(runs[0][0], runs[-1][1], request.points)
        statement = statement.join(wanted, _generations.c.generation == wanted.c.n)
    else:
        statement = statement.where(*_between_generations(request))
    rows = session.execute(statement).mappings()
    return MetricsPage(generations=count, sampled=count > request.points, points=[MetricsPoint.model_validate(dict(row)) for row in rows])


def open_workflows(session: Session, limit: int = 100, after: UUID | None = None, *, workflow_type: str | None = None) -> list[Workflow]:
    """Executions that have not ended, by id.

    :param after: only ids above this one: the last of the page before.
    """
    conditions = [_workflows.c.status.in_(OPEN), _workflows.c.workflow_type != SYSTEM]
    conditions += [] if after is None else [_workflows.c.id > after]
    conditions += [] if workflow_type is None else [_workflows.c.workflow_type == workflow_type]
    statement = select(*_summary).where(*conditions).order_by(_workflows.c.id).limit(limit)
    return [Workflow.model_validate(dict(row)) for row in session.execute(statement).mappings()]


def audit(session: Session, request: ListAudit, *, dag_ids: Collection[str] | None = None, installation: bool = True) -> EventPage:
    """Events that people caused, in whatever execution, newest first; what an execution was told at one instant, last first.

    :param dag_ids: only in executions of these DAGs; None for all.
    :param installation: also in executions of no DAG.
    :raises InvalidConfigurationError: for a foreign cursor.
    """
    conditions: list[ColumnElement[bool]] = [BY_PEOPLE, *_permitted(dag_ids, installation=installation)]
    for column, value in ((_events.c.actor_name, request.actor), (_events.c.event_type, request.event_type)):
        conditions += [] if value is None else [column == value]
    conditions += [] if request.workflow_id is None else [_events.c.workflow_id == request.workflow_id]
    conditions += _between(_events.c.timestamp, request.recorded_after, request.recorded_before)
    order = [_events.c.timestamp, _events.c.workflow_id, _events.c.sequence]
    place = read_place(request.cursor)
    if place is not None:
        conditions.append(tuple_(*order) < tuple_(*(literal(part, column.type) for part, column in zip(place, order, strict=True))))
    statement = select(_events.c.canonical, _events.c.hash, *order).where(*conditions)
    rows = session.execute(statement.order_by(*(column.desc() for column in order)).limit(request.limit + 1)).all()
    page, more = rows[: request.limit], len(rows) > request.limit
    events: list[Event] = [event_of(row.canonical, row.hash) for row in page]
    return EventPage(events=events, next_cursor=write_place(*page[-1][2:]) if more else None)


def _permitted(dag_ids: Collection[str] | None, *, installation: bool) -> list[ColumnElement[bool]]:
    if dag_ids is None and installation:
        return []
    mine = _workflows.c.dag_id.is_not(None) if dag_ids is None else _workflows.c.dag_id.in_(sorted(dag_ids))
    allowed = or_(mine, _workflows.c.dag_id.is_(None)) if installation else mine
    return [exists().where(_workflows.c.id == _events.c.workflow_id, allowed)]


def _in_order(session: Session, statement: Select[Any], request: ListWorkflows) -> Sequence[RowMapping]:
    """One row more than asked for. Rows of equal value go by id; those without a value come last."""
    column, row_id = _workflows.c[request.sort.value], _workflows.c.id
    place = read_rank(request.cursor, _order(request), column.type.python_type)
    if place is not None:
        statement = statement.where(_behind(column, *place, descending=request.descending))

    def direction(one: ColumnElement[Any]) -> ColumnElement[Any]:
        return one.desc() if request.descending else one.asc()

    unknown_last = [column.is_(None)] if column.nullable else []
    return (
        session.execute(statement.order_by(*unknown_last, direction(column), direction(row_id)).limit(request.limit + 1)).mappings().all()
    )


def _behind(column: ColumnElement[Any], value: Any, row_id: UUID, *, descending: bool) -> ColumnElement[bool]:
    """Whether a row comes after the one with that value and id."""
    ids = _workflows.c.id
    if value is None:
        return column.is_(None) & (ids < row_id if descending else ids > row_id)
    place = tuple_(literal(value, column.type), literal(row_id, ids.type))
    behind: ColumnElement[bool] = tuple_(column, ids) < place if descending else tuple_(column, ids) > place
    return or_(column.is_(None), behind) if column.nullable else behind


def _order(request: ListWorkflows) -> str:
    return f"{'-' if request.descending else '+'}{request.sort.value}"


def _filters(request: ListWorkflows) -> list[ColumnElement[bool]]:
    named = ("workflow_type", "dag_id", "run_id", "objective", "name", "owner", "parent_id")
    given = [(_workflows.c[name], getattr(request, name)) for name in named]
    found = [column == value for column, value in given if value is not None]
    if request.status is not None:
        found.append(_workflows.c.status == request.status.value)
    if request.label is not None:
        key, _, value = request.label.partition("=")
        found.append(exists().where(LabelRow.workflow_id == _workflows.c.id, LabelRow.key == key, LabelRow.value == value))
    if request.search:
        found.append(_holding(request.search))
    return found + _between(_workflows.c.created_at, request.created_after, request.created_before)


def _holding(search: str) -> ColumnElement[bool]:
    """Whether names or ids hold the text; an id is found by any beginning of it."""
    text = search.lower()
    for special in (ESCAPE, "%", "_"):
        text = text.replace(special, ESCAPE + special)
    columns = ("name", "trial_id", "dag_id", "run_id")
    inside = [func.lower(_workflows.c[name]).like(f"%{text}%", escape=ESCAPE) for name in columns]
    plain = func.replace(cast(_workflows.c.id, String), "-", "")
    return or_(*inside, plain.like(f"{text.replace('-', '')}%", escape=ESCAPE))


def _between(column: ColumnElement[Any], after: datetime | None, before: datetime | None) -> list[ColumnElement[bool]]:
    return [*([] if after is None else [column > after]), *([] if before is None else [column < before])]


def _clipped(runs: Sequence[Sequence[int]], start: int, end: int | None) -> list[tuple[int, int]]:
    """What of the runs of recorded generations lies in the range: so that nobody has to count rows."""
    clipped = [(max(first, start), last if end is None else min(last, end)) for first, last in runs]
    return [(first, last) for first, last in clipped if first <= last]


def _between_generations(request: ReadMetrics) -> list[ColumnElement[bool]]:
    column = _generations.c.generation
    return [column >= request.start, *([] if request.end is None else [column <= request.end])]


def _chosen(first: int, last: int, points: int) -> CTE:
    """The first generation, and the last one of each of ``points - 1`` buckets of equal width, the last generation among them.

    Made in the database and looked up by key, so that a million generations cost no more than the points that are shown.
    """
    width = -(-(last - first) // (points - 1))
    series = select(literal(last, BigInteger).label("n")).cte("wanted", recursive=True)
    series = series.union_all(select(series.c.n - width).where(series.c.n - width > first))
    return union_all(select(series.c.n), select(literal(first, BigInteger))).cte("chosen")


def _exists(session: Session, workflow_id: UUID) -> None:
    if session.execute(select(_workflows.c.id).where(_workflows.c.id == workflow_id)).first() is None:
        raise _none(workflow_id)


def _none(workflow_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no record of {workflow_id}.", details={"workflow_id": str(workflow_id)})
