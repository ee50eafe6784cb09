"""What is watched, at one glance and over time. Of trials and incidents only what the caller may read is told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone

from dean_provider.contract.alert import Incident
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.monitoring import Overview, ReadSeries, Series, SeriesPage
from dean_provider.contract.service import Empty
from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring import history
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.resources.alerts import explained
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["OF_TRIALS", "routes"]

OF_TRIALS = "dag_id"
"""The label that only figures of a trial have: they are for whoever reads that DAG's runs."""

_RUNNING, _RECENT, _ALERTS = 50, 20, 100


def routes(around: Surroundings) -> Table:
    monitor = around.monitor

    async def read_overview(_: Empty, call: Call) -> Overview:
        await monitor.follow()
        return await around.room.cheap.run(lambda: overview(call))

    def overview(call: Call) -> Overview:
        from dean_provider.state import permitted

        dag_ids = readable(call)
        with call.sessions() as session:
            counts = permitted.count_trials(session, dag_ids=dag_ids)
            running, recent = (
                permitted.newest_trials(session, dag_ids=dag_ids, ended=ended, limit=limit)
                for ended, limit in ((False, _RUNNING), (True, _RECENT))
            )
        alerts, open_alerts = open_incidents(call, dag_ids, around.alert_rules.book())
        return Overview(
            watch=monitor.watch(),
            services=monitor.services(),
            counts=counts,
            running=running,
            recent=recent,
            alerts=alerts,
            open_alerts=open_alerts,
            budget=monitor.budget(),
            timestamp=datetime.now(timezone.utc),
        )

    async def read_series(request: ReadSeries, call: Call) -> SeriesPage:
        """:raises InvalidConfigurationError: when the range ends before it begins."""
        if request.start and request.end and request.end < request.start:
            raise InvalidConfigurationError(
                "The range ends before it begins.",
                details={"problems": [{"field": "end", "rule": "must not be before start"}]},
                suggestions=["Swap start and end."],
            )
        await monitor.follow()
        return await around.room.expensive.run(lambda: series_page(request, call))

    def series_page(request: ReadSeries, call: Call) -> SeriesPage:
        shown_of = {None, *readable(call)}
        found = [
            series
            for series in monitor.history.select(request.name, service=request.service, type=request.type)
            if series.label(OF_TRIALS) in shown_of
        ]
        shown = [_shown(series, monitor.history.points(series, request.start, request.end), request) for series in found[: request.limit]]
        return SeriesPage(watch=monitor.watch(), series=shown, truncated=len(found) > request.limit)

    return {
        gateway.READ_OVERVIEW: Served(read_overview, Right.SIGNED_IN),
        gateway.READ_SERIES: Served(read_series, Right.SIGNED_IN, expensive=True),
    }


def readable(call: Call) -> Collection[str]:
    """DAGs whose trials the caller may read."""
    if not call.authority.reads():
        return set()
    with call.sessions() as session:
        return call.authority.dag_ids(session)


def open_incidents(call: Call, dag_ids: Collection[str], book: RuleBook) -> tuple[list[Incident], int]:
    """Incidents that are not resolved, the gravest first, and how many there are."""
    from dean_provider.state import incidents

    if not call.authority.reads():
        return [], 0
    with call.sessions() as session:
        found = incidents.open_incidents(session, dag_ids=dag_ids, now=datetime.now(timezone.utc), limit=_ALERTS)
        count = incidents.count_open(session, dag_ids=dag_ids) if len(found) == _ALERTS else 0
    return explained(found, book, found), max(count, len(found))


def _shown(series: history.Series, points: list[tuple[float, float]], request: ReadSeries) -> Series:
    return Series(
        name=series.name,
        type=series.family.type,
        unit=series.family.unit,
        help=series.family.help,
        service=series.service,
        labels=dict(series.labels),
        points=[(datetime.fromtimestamp(time, timezone.utc), value) for time, value in _thinned(points, request.points)],
    )


def _thinned(points: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """The last point of each of ``most`` buckets of equal time."""
    if len(points) <= most:
        return points
    first, width = points[0][0], (points[-1][0] - points[0][0]) / most
    buckets = {min(int((time - first) / width), most - 1): (time, value) for time, value in points}
    return list(buckets.values())
