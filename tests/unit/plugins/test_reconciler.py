"""The reconciler on a database of its own, with a service that does what a test says."""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from types import SimpleNamespace
from uuid import UUID

import pytest
from airflow.models.xcom import XComModel
from sqlalchemy import delete, func, insert, select
from sqlalchemy import text as text_of
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import (
    GenerationCompleted,
    TrialCancelled,
    TrialCompleted,
    TrialForked,
    TrialRequested,
    TrialStarted,
    TrialValidated,
)
from dean_provider.contract.trial import ForkOrigin, GenerationPage
from dean_provider.contract.workflow import ListEvents, Origin
from dean_provider.errors import ConnectionFailedError, NotFoundError, ServiceUnavailableError
from dean_provider.handle import RecordRef
from dean_provider.operators.identity import trial_id
from dean_provider.plugins import reconciler as module
from dean_provider.plugins.reconciler import Reconciler
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.carried import KEY
from dean_provider.state import leases, leftovers, queries, record
from dean_provider.state.signing import Keys
from dean_provider.state.tables import RunEndingRow

START = datetime.now(timezone.utc)
NAMESPACE = UUID(int=1)
WORKFLOW = UUID(trial_id(NAMESPACE, dag_id="dag", run_id="run", task_id="group.start_evolution"))
TASK = Actor(kind=ActorKind.TASK, name="task")


class World:
    """A database, a clock and an Evolution API with one trial."""

    def __init__(self, engine, make_trial, make_generation):
        self.engine, self._make_trial, self._make_generation = engine, make_trial, make_generation
        self.now = START
        self.trial, self.last = "running", 9
        self.stops_at: int | None = None
        self.asked: list[str] = []
        self.conn_ids: list[str | None] = []
        self.history = True
        self.parent: ForkOrigin | None = None
        self.trouble: Exception | None = None

    @contextmanager
    def sessions(self):
        with Session(self.engine) as session, session.begin():
            yield session

    def reconciler(self, holder="me"):
        async def sleep(_seconds):
            if self.stops_at is not None:
                self.trial, self.last = "stopped", self.stops_at

        around = {"sessions": self.sessions, "service": self.service, "namespace": lambda: NAMESPACE}
        return Reconciler(60, holder=holder, now=lambda: self.now, sleep=sleep, **around)

    # -- the record and the run

    def tell(self, *facts, workflow_id=WORKFLOW):
        with self.sessions() as session:
            told = [ReportedFact.of(fact) for fact in facts]
            record.append(session, workflow_id, told, actor=TASK, origin=Origin(dag_id="dag", run_id="run"), now=self.now, keys=Keys())

    def started(self, generations=5, **config):
        settings = TrialConfig(seed=1, **config).model_dump(mode="json")
        done = [GenerationCompleted(generation=self._make_generation(number)) for number in range(generations)]
        validated = TrialValidated(trial_id="t-1", config=settings, connections={"evolution": "evo"})
        self.tell(TrialRequested(name="one"), validated, TrialStarted(trial_id="t-1"), *done)

    def run(self, state, ended_at=None):
        from airflow.models.dagrun import DagRun

        with self.sessions() as session:
            session.execute(delete(DagRun))
            values = {"dag_id": "dag", "run_id": "run", "run_type": "manual", "state": state, "end_date": ended_at, "run_after": START}
            session.execute(insert(DagRun).values(**values, clear_number=0, span_status="not_started"))

    def events(self, workflow_id=WORKFLOW):
        with self.sessions() as session:
            return queries.list_events(session, ListEvents(workflow_id=workflow_id, limit=1000)).events

    def kinds(self):
        return [event.event_type for event in self.events()][1:]

    def workflow(self):
        with self.sessions() as session:
            return queries.read_workflow(session, WORKFLOW)

    # -- the service

    def service(self, conn_id):
        self.conn_ids.append(conn_id)
        return SimpleNamespace(acall=self._acall, aprogress=self._aprogress, adialect=self._adialect)

    def _answer(self):
        if self.trouble is not None:
            raise self.trouble
        return self._make_trial(self.trial, self.last, config=TrialConfig(seed=1), digest="d", parent=self.parent)

    async def _acall(self, operation, _request):
        self.asked.append(operation.name)
        return self._answer()

    async def _aprogress(self, _trial_id, start=0, *, wait_seconds=0, limit=100):
        self.asked.append("progress")
        numbers = range(start, min(self.last, start + limit - 1) + 1)
        return GenerationPage(trial=self._answer(), generations=[self._make_generation(number) for number in numbers])

    async def _adialect(self):
        return SimpleNamespace(supports=lambda _: self.history)


@pytest.fixture
def world(airflow_engine, make_trial, make_generation):
    return World(airflow_engine, make_trial, make_generation)


async def test_a_trial_that_goes_on_and_is_recorded_is_not_even_looked_at(world):
    world.started()
    world.run("running")
    reconciler = world.reconciler()
    for _ in range(3):
        await reconciler.compare()
        world.tell(TrialRequested(name=str(world.now)))
        world.now += timedelta(seconds=60)
    assert world.asked == []


async def test_a_trial_nobody_waits_for_is_stopped_and_its_record_completed(world):
    world.started()
    world.run("failed", START - timedelta(minutes=5))
    world.stops_at = 12
    await world.reconciler().compare()
    assert world.asked.count("stop_trial") == 1
    assert world.conn_ids == ["evo"], "over the connection the trial was validated with"
    told = world.kinds()
    assert told[3:] == ["generation.completed"] * 13 + ["trial.cancelled", "trial.reconciled"]
    assert world.workflow().status.value == "cancelled"
    reconciled = world.events()[-1]
    assert (reconciled.actor.kind.value, reconciled.actor.name) == ("system", "reconciler")
    assert "its run is over (failed)" in reconciled.details["found"]


async def test_one_that_takes_long_to_stop_is_completed_the_next_time(world):
    world.started()
    world.run("failed", START - timedelta(minutes=5))
    reconciler = world.reconciler()
    await reconciler.compare()
    assert world.workflow().status.value == "running"
    world.trial = "stopped"
    await reconciler.compare()
    assert world.workflow().status.value == "cancelled"
    assert world.kinds().count("trial.cancelled") == 1


async def test_done_twice_at_once_or_again_it_does_no_harm(world):
    world.started()
    world.run("success", START - timedelta(minutes=5))
    world.trial = "completed"
    for holder in ("one", "two", "one"):
        await world.reconciler(holder).compare()
    assert world.kinds().count("trial.completed") == 1
    assert world.kinds().count("trial.reconciled") == 1
    assert world.kinds().count("generation.completed") == 10


async def test_a_cancelled_trial_whose_service_could_not_be_told_is_stopped_later(world):
    world.started()
    world.tell(TrialCancelled(reason="a person said so"))
    world.run("failed", START - timedelta(minutes=5))
    reconciler = world.reconciler()
    world.trouble = ConnectionFailedError("down")
    await reconciler.compare()
    world.trouble = None
    world.stops_at = 10
    await reconciler.compare()
    assert world.asked.count("stop_trial") == 1
    world.asked.clear()
    world.now += timedelta(seconds=60)
    await reconciler.compare()
    await reconciler.compare()
    assert world.asked.count("read_trial") <= 1, "once it is certain, nobody asks again"


@pytest.mark.parametrize(("generations", "asked"), [(10, 0), (5, 1)])
async def test_what_has_completed_is_looked_at_only_when_generations_are_missing(world, generations, asked):
    world.started(generations)
    world.tell(TrialCompleted(generation=9, digest="d"))
    world.run("success", START - timedelta(minutes=5))
    world.trial = "completed"
    reconciler = world.reconciler()
    for _ in range(3):
        await reconciler.compare()
    assert world.asked.count("read_trial") == asked
    assert world.kinds().count("generation.completed") == 10


async def test_a_service_that_cannot_tell_what_is_missing_is_not_asked_again_and_again(world):
    world.history = False
    world.started()
    world.tell(TrialCompleted(generation=9, digest="d"))
    world.run("success", START - timedelta(minutes=5))
    world.trial = "completed"
    reconciler = world.reconciler()
    for _ in range(3):
        await reconciler.compare()
    assert world.asked.count("read_trial") == 1


@pytest.mark.parametrize(("says", "told"), [("t-parent", 1), ("t-another", 0), (None, 0)])
async def test_the_parent_of_a_fork_that_a_runs_conf_began_learns_of_it_when_the_service_says_so(world, says, told):
    parent = UUID(int=7)
    world.tell(TrialStarted(trial_id="t-parent"), workflow_id=parent)
    world.started()
    world.tell(TrialForked(parent_id=str(parent), child_id=str(WORKFLOW), generation=2))
    world.run("running")
    world.parent = ForkOrigin(trial_id=says, generation=2) if says else None
    reconciler = world.reconciler()
    await reconciler.compare()
    forked = [event for event in world.events(parent) if event.event_type == "trial.forked"]
    assert [event.details["child_id"] for event in forked] == [str(WORKFLOW)] * told
    world.asked.clear()
    await reconciler.compare()
    assert world.asked.count("read_trial") <= 2, "only whether both are still as recorded"


async def test_a_deleted_run_is_the_end_of_its_trial(world):
    world.started()
    world.now += timedelta(minutes=5)
    world.stops_at = 9
    await world.reconciler().compare()
    assert world.workflow().status.value == "cancelled"


async def test_a_run_that_came_to_no_trial(world):
    world.tell(TrialRequested(name="one"))
    world.run("failed", START - timedelta(minutes=5))
    world.trouble = NotFoundError("none")
    await world.reconciler().compare()
    assert world.kinds() == ["trial.requested", "trial.failed", "trial.reconciled"]


async def test_generations_that_nobody_told_are_read_after_two_looks(world):
    world.started()
    world.run("running")
    reconciler = world.reconciler()
    await reconciler.compare()
    assert world.kinds().count("generation.completed") == 5
    await reconciler.compare()
    assert world.kinds()[3:] == ["generation.completed"] * 10 + ["trial.reconciled"]


async def test_a_service_without_a_history_is_not_asked_for_one(world):
    world.history = False
    world.started()
    world.run("running")
    reconciler = world.reconciler()
    await reconciler.compare()
    await reconciler.compare()
    assert "progress" not in world.asked
    assert "trial.reconciled" not in world.kinds()


@pytest.mark.parametrize("trouble", [ConnectionFailedError("down"), ZeroDivisionError()])
async def test_one_trial_that_cannot_be_compared_keeps_nobody_from_the_others(world, trouble):
    world.started()
    world.run("failed", START - timedelta(minutes=5))
    other = UUID(int=2)
    world.tell(TrialRequested(name="two"), workflow_id=other)

    async def acall(_operation, request):
        raise trouble if request.trial_id == "t-1" else NotFoundError("none")

    world._acall = acall
    await world.reconciler().compare()
    assert "trial.failed" in [event.event_type for event in world.events(other)]
    assert world.workflow().status.value == "running"


async def test_many_are_compared_page_by_page(world, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 3)
    for number in range(1, 9):
        world.tell(TrialRequested(name=str(number)), workflow_id=UUID(int=number))
    world.run("failed", START - timedelta(minutes=5))
    world.trouble = NotFoundError("none")
    await world.reconciler().compare()
    for number in range(1, 9):
        assert world.events(UUID(int=number))[-1].event_type == "trial.reconciled"


# -- endings


def end(world, state="failed", clear_number=0):
    with world.sessions() as session:
        values = {"dag_id": "dag", "run_id": "run", "clear_number": clear_number, "state": state, "ended_at": world.now}
        session.execute(insert(RunEndingRow).values(**values))


async def test_an_end_that_was_noted_is_told_and_looked_into_when_the_runs_tasks_have_had_their_time(world):
    world.started()
    world.run("running")
    reconciler = world.reconciler()
    await reconciler.tick()
    world.run("failed", world.now)
    end(world)
    world.now += timedelta(seconds=5)
    await reconciler.tick()
    assert world.kinds()[-1] == "run.ended"
    assert world.workflow().status.value == "running"
    world.stops_at = 9
    world.now += timedelta(seconds=21)
    await reconciler.tick()
    assert world.workflow().status.value == "cancelled"


async def test_each_end_is_told_once_and_its_note_forgotten(world):
    world.started()
    world.run("running")
    for clear_number in (0, 0, 1):
        end(world, clear_number=clear_number)
        await world.reconciler().tick()
    assert world.kinds().count("run.ended") == 2
    with world.sessions() as session:
        assert not session.query(RunEndingRow).count()


async def test_a_note_about_a_run_whose_record_is_gone_is_forgotten(world):
    end(world)
    await world.reconciler().tick()
    with world.sessions() as session:
        assert not session.query(RunEndingRow).count()


# -- what tasks left behind


REF = RecordRef(workflow_id=WORKFLOW, conn_id="gateway", dag_id="dag", run_id="run", task_group="group")


FACTS = (ReportedFact.of(TrialRequested(name="one")), ReportedFact.of(TrialStarted(trial_id="t-1")))
OTHER = {"dag_id": "dag", "run_id": "run", "task_group": "group"}


def leave(world, ref=REF, task_id="group.compensate", map_index=-1, text=None, facts=FACTS, timestamp=START):
    backlog = Backlog()
    backlog.missed(START - timedelta(hours=2), "not migrated")
    backlog.keep(facts)
    value = json.dumps({"ref": ref.model_dump(mode="json"), "backlog": backlog.as_json()}) if text is None else text
    with world.sessions() as session:
        run_id = session.execute(text_of("SELECT id FROM dag_run")).scalar_one()
        row = {"dag_run_id": run_id, "dag_id": "dag", "run_id": "run", "task_id": task_id, "map_index": map_index, "key": KEY}
        session.execute(insert(XComModel).values(**row, value=value, timestamp=timestamp))


def left(world):
    with world.sessions() as session:
        return session.execute(select(func.count()).select_from(XComModel)).scalar_one()


async def test_what_no_task_of_a_run_could_tell_is_told_at_last_and_the_rest_read_from_the_service(world):
    world.run("success", START - timedelta(hours=1))
    leave(world)
    world.trial = "completed"
    await world.reconciler().compare()
    told = world.kinds()
    assert told[:3] == ["trial.requested", "trial.started", "recorder.missed"]
    assert told[3:] == ["generation.completed"] * 10 + ["trial.completed", "trial.reconciled"]
    assert world.events()[1].actor.name == "dag/run/group.compensate/-1"
    assert left(world) == 0


@pytest.mark.parametrize(
    "what",
    [
        {"ref": REF.model_copy(update={"run_id": "another"})},
        {"ref": REF.model_copy(update={"dag_id": "another"})},
        {"ref": REF.model_copy(update={"map_index": 3})},
        {"task_id": "elsewhere.compensate"},
        {"text": "somebody else's"},
        {"text": "{}"},
    ],
)
async def test_what_a_task_says_about_another_run_is_not_believed(world, what):
    world.run("success", START - timedelta(hours=1))
    leave(world, **what)
    reconciler = world.reconciler()
    await reconciler.compare()
    await reconciler.compare()
    with pytest.raises(NotFoundError):
        world.events()
    assert left(world) == 1


async def test_a_task_opens_no_execution_but_its_runs_own(world):
    world.run("success", START - timedelta(hours=1))
    elsewhere = UUID(trial_id(NAMESPACE, dag_id="other", run_id="run", task_id="group.start_evolution"))
    leave(world, ref=REF.model_copy(update={"workflow_id": elsewhere}))
    reconciler = world.reconciler()
    with capture_logs() as said:
        await reconciler.compare()
        await reconciler.compare()
    assert len([entry for entry in said if "another's execution" in entry["event"]]) == 1
    with pytest.raises(NotFoundError):
        world.events(elsewhere)
    assert left(world) == 1, "where the namespace was set wrongly it is told when that is mended"


async def test_a_record_that_belongs_to_another_run_is_not_added_to(world):
    world.tell(TrialRequested(name="other"))
    with world.sessions() as session:
        session.execute(text_of("UPDATE dean_workflow_executions SET run_id = 'another'"))
    world.run("success", START - timedelta(hours=1))
    leave(world)
    await world.reconciler().compare()
    assert "trial.started" not in world.kinds()
    assert left(world) == 0


UNREADABLE = ({"a": "dictionary"}, ["a list"], 7, "{}", json.dumps({"ref": [], "backlog": {}}))


async def test_what_cannot_be_read_holds_up_neither_what_can_nor_the_comparison(world):
    world.run("success", START - timedelta(hours=1))
    other = UUID(int=2)
    world.tell(TrialRequested(name="two"), workflow_id=other)
    for number in range(250):
        leave(world, task_id=f"own{number}", text=UNREADABLE[number % len(UNREADABLE)])
    leave(world, task_id="deep", text="[" * 200_000)
    leave(world, task_id="long", text="x" * leftovers.LONGEST)
    leave(world, timestamp=START + timedelta(seconds=1))
    world.trial = "completed"
    await world.reconciler().compare()
    assert world.kinds()[:3] == ["trial.requested", "trial.started", "recorder.missed"]
    assert world.events(other)[-1].event_type == "trial.reconciled"
    assert left(world) == 252


async def test_one_that_is_written_anew_is_read_anew(world):
    world.run("success", START - timedelta(hours=1))
    world.trial = "completed"
    reconciler = world.reconciler()
    leave(world, text="somebody else's")
    await reconciler.compare()
    with world.sessions() as session:
        session.execute(delete(XComModel))
    leave(world, timestamp=START + timedelta(seconds=1))
    await reconciler.compare()
    assert world.workflow().trial_id == "t-1"
    assert left(world) == 0


async def test_what_a_busy_database_does_not_take_stays_until_it_does(world, monkeypatch):
    world.run("success", START - timedelta(hours=1))
    for number in range(5):
        leave(world, task_id=f"group.task{number}")
    reconciler, tries = world.reconciler(), []

    def append(*_args, **_more):
        tries.append(1)
        raise ServiceUnavailableError("Airflow's database does not answer now.") from TimeoutError()

    with monkeypatch.context() as patched:
        patched.setattr(module, "append", append)
        patched.setattr(module, "patiently", partial(module.patiently, sleep=lambda _: None))
        await reconciler.compare()
    assert len(tries) == 3 * 4, "each is tried a few times, and not all while nothing is taken"
    assert left(world) == 5
    world.trial = "completed"
    await reconciler.compare()
    assert world.workflow().trial_id == "t-1"
    assert left(world) == 0


async def test_a_failure_that_nobody_foresaw_costs_no_copy_and_is_not_met_again(world, monkeypatch):
    world.run("success", START - timedelta(hours=1))
    leave(world)
    reconciler, tries = world.reconciler(), []

    def append(*_args, **_more):
        tries.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(module, "append", append)
    with capture_logs() as said:
        await reconciler.compare()
        await reconciler.compare()
    assert (len(tries), left(world)) == (1, 1)
    assert [entry["event"] for entry in said] == ["what a task left behind could not be read"]


async def test_however_much_was_told_in_other_words_the_rest_is_told(world):
    world.run("success", START - timedelta(hours=1))
    known = [ReportedFact(event_type="own.seen", idempotency_key=f"k{number}", details={"by": "another"}) for number in range(30)]
    with world.sessions() as session:
        record.append(session, WORKFLOW, known, actor=TASK, origin=Origin(**OTHER), now=world.now, keys=Keys())
    again = [fact.model_copy(update={"details": {"by": "me"}}) for fact in known]
    leave(world, facts=[*again, *FACTS])
    world.trial = "completed"
    await world.reconciler().compare()
    assert world.kinds()[30:33] == ["trial.requested", "trial.started", "recorder.missed"]
    assert {event.details["by"] for event in world.events() if event.event_type == "own.seen"} == {"another"}
    assert left(world) == 0


async def test_what_is_no_fact_costs_the_others_nothing(world):
    world.run("success", START - timedelta(hours=1))
    broken = ReportedFact(event_type="trial.started", idempotency_key="k", details={"generation": "x"})
    opened = ReportedFact(event_type="workflow.opened", idempotency_key="o", details={"workflow_type": "trial"})
    leave(world, facts=[broken, opened, *FACTS])
    world.trial = "completed"
    await world.reconciler().compare()
    assert world.kinds()[:3] == ["trial.requested", "trial.started", "recorder.missed"]
    assert left(world) == 0


async def test_what_is_left_of_another_type_of_workflow_is_recorded_as_that(world):
    world.run("success", START - timedelta(hours=1))
    leave(world, ref=REF.model_copy(update={"workflow_type": "pattern_propagation"}))
    await world.reconciler().compare()
    assert world.workflow().workflow_type == "pattern_propagation"
    assert world.asked == [], "it is nobody's trial"
    assert left(world) == 0


# -- who does it, and when


async def test_one_of_several_processes_does_it(world):
    world.tell(TrialRequested(name="one"))
    world.run("failed", START - timedelta(minutes=5))
    world.trouble = NotFoundError("none")
    one, two = world.reconciler("one"), world.reconciler("two")
    await one.tick()
    world.asked.clear()
    world.tell(TrialRequested(name="again"))
    await two.tick()
    assert world.asked == []
    world.now += timedelta(seconds=61)
    end(world)
    await two.tick()
    assert world.kinds()[-1] == "run.ended", "the first one was not heard of for a minute"


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        (f"{socket.gethostname()[:50]}/{os.getpid()}/x", False),
        (f"{socket.gethostname()[:50]}/{2**22 + 5}/x", True),
        (f"elsewhere/{2**22 + 5}/x", False),
        ("not of ours", False),
    ],
    ids=["alive", "gone", "elsewhere", "malformed"],
)
def test_a_process_of_this_machine_that_is_no_more_is_not_waited_for(holder, gone):
    assert leases.is_gone(holder) is gone


async def test_it_is_compared_at_once_and_then_every_period(world):
    reconciler, compared = world.reconciler(), []

    async def compare():
        compared.append(world.now)

    reconciler.compare = compare
    for _ in range(30):
        await reconciler.tick()
        world.now += timedelta(seconds=5)
    assert [round((moment - START).total_seconds()) for moment in compared] == [0, 60, 120]


async def test_without_a_database_it_waits_and_says_so_once(world):
    reconciler = world.reconciler()

    @contextmanager
    def missing():
        raise ServiceUnavailableError("The gateway's tables are not in Airflow's database.")
        yield

    there, reconciler._sessions = reconciler._sessions, missing
    with capture_logs() as said:
        await reconciler.tick()
        await reconciler.tick()
    assert len(said) == 1
    reconciler._sessions = there
    world.tell(TrialRequested(name="one"))
    world.run("running")
    end(world)
    await reconciler.tick()
    assert world.kinds()[-1] == "run.ended"


def test_the_job_keeps_the_configured_time(monkeypatch):
    monkeypatch.setenv("AIRFLOW__DEAN__RECONCILE_SECONDS", "30")
    job = module.reconciler_job()
    assert (job.name, job.period) == ("reconciler", 5.0)
    assert job.run.__self__._period == timedelta(seconds=30)
