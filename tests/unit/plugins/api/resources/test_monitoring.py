"""What is watched, at one glance and over time, for whom."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from dean_provider.contract.monitoring import BudgetBurn, MetricType, ServiceState, ServiceStatus
from dean_provider.contract.service import Health
from dean_provider.errors import ConnectionFailedError
from dean_provider.monitoring.reading import Family, Reading, Sample


@pytest.fixture
def watched(gateway):
    """Two readings, ten seconds apart, the newer of now."""
    now = datetime.now(timezone.utc)
    state = ServiceState(name="evolution", kind="evolution", status=ServiceStatus.HEALTHY, since=now, latency_seconds=0.01)
    families = {
        "dean_service_up": Family(MetricType.GAUGE, "", "Whether it answers."),
        "dean_tokens_consumed_total": Family(MetricType.COUNTER, "tokens"),
        "dean_trial_diversity": Family(MetricType.GAUGE),
    }
    for age, used in ((10, 100), (0, 150)):
        samples = (
            Sample.of("dean_service_up", 1, "evolution"),
            Sample.of("dean_tokens_consumed_total", used, "evolution"),
            Sample.of("dean_trial_diversity", 0.5, "record", dag_id="mine", trial="one"),
            Sample.of("dean_trial_diversity", 0.4, "record", dag_id="others", trial="two"),
        )
        burn = BudgetBurn(total=1000, allocated=200, consumed=used, available=800, checked_at=now)
        gateway.around.monitor.history.add(
            Reading(now - timedelta(seconds=age), "host/1", 10.0, services=(state,), samples=samples, families=families, budget=burn)
        )
    return gateway


def test_everything_at_one_glance(watched) -> None:
    running, ended = watched.trial(), watched.trial(completed=True)
    seen = watched.get("/overview").json()
    assert (seen["watch"]["leader"], seen["watch"]["stale"]) == ("host/1", False)
    assert [(one["name"], one["status"]) for one in seen["services"]] == [("evolution", "healthy")]
    assert seen["counts"] == {"running": 1, "completed": 1}
    assert [one["id"] for one in seen["running"]] == [str(running)]
    assert [one["id"] for one in seen["recent"]] == [str(ended)]
    assert seen["budget"]["per_hour"] == pytest.approx(50 / 10 * 3600)
    assert seen["alerts"] == []


def test_what_is_asked_now_tells_since_when_it_is_so_if_it_was_seen_so(make_gateway) -> None:
    gateway = make_gateway(evolution={"health": Health(status="healthy")}, indexagent={"health": ConnectionFailedError("x")})
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    states = [
        ServiceState(name="evolution", kind="evolution", status=ServiceStatus.UNHEALTHY, since=since, message="gone"),
        ServiceState(name="indexagent", kind="indexagent", status=ServiceStatus.UNHEALTHY, since=since),
        ServiceState(name="scheduler", kind="airflow", status=ServiceStatus.HEALTHY, since=since),
    ]
    gateway.around.monitor.history.add(Reading(datetime.now(timezone.utc), "host/1", 10.0, services=tuple(states)))
    told = gateway.get("/status").json()
    assert {name: one["since"] for name, one in told["services"].items()} == {
        "evolution": None,
        "indexagent": "2026-01-01T00:00:00Z",
        "record": None,
    }
    assert (told["services"]["evolution"]["status"], told["services"]["evolution"]["message"]) == ("healthy", "")
    assert [(one["name"], one["since"]) for one in told["watched"]] == [("scheduler", "2026-01-01T00:00:00Z")]


@pytest.mark.parametrize(
    ("down", "status"),
    [((), "healthy"), (("evolution",), "unhealthy"), (("indexagent",), "unhealthy"), (("indexagent", "evolution"), "unhealthy")],
)
def test_everything_is_unhealthy_when_a_service_that_trials_need_is(make_gateway, down, status) -> None:
    well, away = {"health": Health(status="healthy")}, {"health": ConnectionFailedError("x")}
    gateway = make_gateway(**{name: away if name in down else well for name in ("evolution", "indexagent")})
    assert gateway.get("/status").json()["status"] == status


def test_a_service_that_says_it_is_degraded_degrades_everything(make_gateway) -> None:
    gateway = make_gateway(evolution={"health": Health(status="degraded")}, indexagent={"health": Health(status="healthy")})
    assert gateway.get("/status").json()["status"] == "degraded"


def test_trials_of_others_are_not_told(watched) -> None:
    watched.trial(dag_id="others")
    watched.trial(dag_id="others", completed=True)
    seen = watched.get("/overview", "user:viewer:mine").json()
    assert (seen["counts"], seen["running"], seen["recent"]) == ({}, [], [])
    assert [one["name"] for one in seen["services"]] == ["evolution"]
    names = {(one["name"], one["labels"].get("dag_id")) for one in watched.get("/metrics", "user:viewer:mine").json()["series"]}
    assert names == {("dean_service_up", None), ("dean_tokens_consumed_total", None), ("dean_trial_diversity", "mine")}


def test_tasks_and_scrapers_see_neither(watched) -> None:
    for caller in ("task:mine", "scraper"):
        assert watched.get("/overview", caller).status_code == 403
        assert watched.get("/metrics", caller).status_code == 403


def test_before_the_first_round_it_says_so(gateway) -> None:
    seen = gateway.get("/overview").json()
    assert seen["watch"] == {"taken_at": None, "leader": "", "period_seconds": 10.0, "stale": True}
    assert (seen["services"], seen["budget"]) == ([], None)


def test_when_nobody_asks_any_more_it_says_since_when(gateway) -> None:
    taken = datetime.now(timezone.utc) - timedelta(seconds=31)
    state = ServiceState(name="evolution", kind="evolution", status=ServiceStatus.HEALTHY, since=taken - timedelta(hours=1))
    gateway.around.monitor.history.add(Reading(taken, "host/1", 10.0, services=(state,)))
    seen = gateway.get("/overview").json()
    (told,) = seen["services"]
    assert seen["watch"]["stale"] is True
    assert (told["status"], datetime.fromisoformat(told["since"].replace("Z", "+00:00"))) == ("unknown", taken)
    assert "healthy" in told["message"]


def test_figures_by_name_service_type_and_time(watched) -> None:
    def names(query: str) -> list[str]:
        return sorted({one["name"] for one in watched.get(f"/metrics?{query}").json()["series"]})

    assert names("name=dean_service_up") == ["dean_service_up"]
    assert names("service=record") == ["dean_trial_diversity"]
    assert names("type=counter") == ["dean_tokens_consumed_total"]
    page = watched.get("/metrics?name=dean_tokens_consumed_total").json()
    assert [value for _, value in page["series"][0]["points"]] == [100, 150]
    assert page["series"][0]["unit"] == "tokens"
    late = (datetime.now(timezone.utc) - timedelta(seconds=5)).isoformat().replace("+00:00", "Z")
    (series,) = watched.get(f"/metrics?name=dean_tokens_consumed_total&start={late}").json()["series"]
    assert [value for _, value in series["points"]] == [150]
    assert watched.get("/metrics?limit=1").json()["truncated"] is True


def test_a_range_that_ends_before_it_begins_is_refused(watched) -> None:
    answer = watched.get("/metrics?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z")
    assert answer.status_code in {400, 422}
    assert "before" in answer.text


def test_points_are_thinned_out(gateway) -> None:
    now = datetime.now(timezone.utc)
    for age in range(100, 0, -1):
        gateway.around.monitor.history.add(Reading(now - timedelta(seconds=age), "host/1", 1.0, samples=(Sample("a", float(age)),)))
    (series,) = gateway.get("/metrics?points=10").json()["series"]
    assert len(series["points"]) == 10
    assert series["points"][-1][1] == 1
