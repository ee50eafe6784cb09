"""What the hub reads of the record. Everything here blocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from dean_provider.contract.live import LOOKBACK_SECONDS, MAX_POSITIONS, REMEMBERED_SECONDS, LiveEvent, Resume
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.live.reader import Reader
from dean_provider.plugins.api.live.tickets import utc_now
from dean_provider.state import news
from dean_provider.state.news import Moved, Span, Whose

__all__ = ["MOST_REPLAYED", "Backlog", "Feed", "Known", "News"]

MOST_REPLAYED = 1000
"""Events of one execution that are sent again; whoever lacks more reads them over HTTP."""
_MOST_REPLAYED_AT_ALL = 10_000
_LONGEST_ABSENCE = timedelta(hours=1)
_MOST_MOVED = 20_000
_MOST_AT_ONCE = 2000
_PAGE = 500


class Known(NamedTuple):
    """How far an execution had come when it was last looked at."""

    sequence: int
    owner: Whose
    seen_at: datetime


@dataclass(frozen=True)
class News:
    """:param more: there are more events than these."""

    events: list[LiveEvent]
    owners: dict[UUID, Whose]
    more: bool = False


@dataclass(frozen=True)
class Backlog:
    """What a client that comes back lacks.

    :param spans: what it is sent.
    :param missed: what it has to read itself, by execution up to which sequence.
    :param reached: how far the executions have come that it named, also where it lacks nothing.
    :param everything: there may be more that it has to read itself.
    """

    spans: list[Span] = field(default_factory=list)
    owners: dict[UUID, Whose] = field(default_factory=dict)
    missed: dict[UUID, int] = field(default_factory=dict)
    reached: dict[UUID, int] = field(default_factory=dict)
    everything: bool = False

    @property
    def positions(self) -> dict[UUID, int]:
        """How far it has come with that."""
        return {**self.reached, **{span.workflow_id: span.until for span in self.spans}, **self.missed}

    @property
    def before(self) -> dict[UUID, int]:
        """How far it has come before it is sent anything."""
        return {**self.positions, **{span.workflow_id: span.after for span in self.spans}}


class Feed:
    """:param sessions: opens sessions of Airflow's database."""

    def __init__(self, sessions: Sessions, now: Callable[[], datetime] = utc_now) -> None:
        self._sessions = sessions
        self._now = now

    def baseline(self) -> dict[UUID, Known]:
        """How far every execution has come that had an event lately."""
        now = self._now()
        with self._sessions() as session:
            moved = news.moved_since(session, now - timedelta(seconds=REMEMBERED_SECONDS), _MOST_MOVED)
            owners = news.whose(session, moved)
        return {one: Known(moved[one].last, owner, now) for one, owner in owners.items()}

    def look(self, known: Mapping[UUID, Known], since: datetime) -> News:
        """Events recorded after ``since`` that are not known.

        An execution of which nothing is known had no event before: all its events of this time are news.
        """
        with self._sessions() as session:
            moved = news.moved_since(session, since, _MOST_MOVED)
            spans = [span for one, found in moved.items() if (span := _news(one, found, known.get(one)))]
            if not spans:
                return News([], {})
            cut, more = _cut(spans, _MOST_AT_ONCE)
            owners = {span.workflow_id: known[span.workflow_id].owner for span in cut if span.workflow_id in known}
            owners.update(news.whose(session, {span.workflow_id for span in cut} - owners.keys()))
            return News(news.read_spans(session, cut, owners), owners, more)

    def heads(self, workflow_ids: Collection[UUID]) -> dict[UUID, int]:
        """How far executions have come."""
        with self._sessions() as session:
            return news.heads(session, workflow_ids)

    def owner(self, workflow_id: UUID) -> Whose | None:
        """Whose an execution is."""
        with self._sessions() as session:
            return news.whose(session, [workflow_id]).get(workflow_id)

    def backlog(self, resume: Resume, only: UUID | None, reader: Reader) -> Backlog:
        """What a client lacks that has come as far as ``resume`` says.

        :param only: the one execution it is about.
        """
        now, positions = self._now(), dict(resume.positions)
        if only is not None:
            positions = {one: sequence for one, sequence in positions.items() if one == only}
        since = resume.since if only is None else None
        away_too_long = since is not None and now - since > _LONGEST_ABSENCE
        with self._sessions() as session:
            reached = news.heads(session, positions)
            moved = self._moved(session, since, positions) if since is not None and not away_too_long else {}
            owners = news.whose(session, [*reached, *moved])
        reader.learn({owner.dag_id for owner in owners.values()})
        owners = {one: owner for one, owner in owners.items() if reader.follows(owner)}
        reached = {one: last for one, last in reached.items() if one in owners}
        lacking = [Span(one, positions[one], last) for one, last in reached.items() if last != positions[one]]
        lacking += [Span(one, found.first - 1, found.last) for one, found in moved.items() if one in owners]
        found = _backlog(lacking, owners, everything=away_too_long or len(moved) >= _MOST_MOVED)
        return replace(found, reached=reached)

    def _moved(self, session: Session, since: datetime, positions: Mapping[UUID, int]) -> dict[UUID, Moved]:
        found = news.moved_since(session, since - timedelta(seconds=LOOKBACK_SECONDS), _MOST_MOVED)
        return {one: moved for one, moved in found.items() if one not in positions}

    def replay(self, backlog: Backlog) -> Iterator[list[LiveEvent]]:
        """The events of a backlog, page by page."""
        rest = backlog.spans
        while rest:
            cut, _ = _cut(rest, _PAGE)
            with self._sessions() as session:
                page = news.read_spans(session, cut, backlog.owners)
            yield page
            last = cut[-1]
            whole = rest[len(cut) - 1]
            rest = rest[len(cut) :] if last == whole else [whole._replace(after=last.until), *rest[len(cut) :]]


def _news(workflow_id: UUID, moved: Moved, known: Known | None) -> Span | None:
    after = moved.first - 1 if known is None else known.sequence
    return Span(workflow_id, after, moved.last) if moved.last > after else None


def _cut(spans: list[Span], most: int) -> tuple[list[Span], bool]:
    """The first of ``spans`` with ``most`` events in all, and whether that is not all of them."""
    kept: list[Span] = []
    for span in spans:
        if most <= 0:
            return kept, True
        until = min(span.until, span.after + most)
        kept.append(span._replace(until=until))
        most -= until - span.after
        if until < span.until:
            return kept, True
    return kept, False


def _backlog(lacking: list[Span], owners: dict[UUID, Whose], *, everything: bool) -> Backlog:
    """Few events are sent again; of too many, or where the record is behind the client, it is only said that there are some."""
    spans, missed, room = [], {}, _MOST_REPLAYED_AT_ALL
    for span in lacking:
        count = span.until - span.after
        if 0 < count <= min(MOST_REPLAYED, room):
            spans.append(span)
            room -= count
        else:
            missed[span.workflow_id] = span.until
    told = dict(list(missed.items())[:MAX_POSITIONS])
    return Backlog(spans, owners, told, everything=everything or len(told) < len(missed))
