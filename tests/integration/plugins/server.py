"""Airflow's API server with the gateway, in a process of its own: writes where it is and the tokens of its users, then serves.

Told are the auth manager (simple or fab), and the file to write that to. Everything else comes from the environment, which must point
Airflow at a home of its own, and DEAN_TEST_TEMPLATES to a folder that the servers of a run share. With DEAN_TEST_PREPARED the database is
another server's and left as it is.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from dean_provider.local.templates import prepare

ROLES = ("viewer", "user", "op", "admin")
SEEDED = {name: UUID(int=number) for number, name in enumerate(("running", "completed", "hidden"), 1)}
HIDDEN_DAG = "dean_evolution_trial_scheduled"
INCIDENTS = ("running", "installation")


def seed() -> None:
    """Two trials of one DAG and one of another, as their own tasks would have recorded them; incidents of a trial and the installation."""
    from airflow.utils.session import create_session

    from dean_provider.contract.events import Actor, ActorKind, ReportedFact
    from dean_provider.contract.events.installation import AlertRaised
    from dean_provider.contract.events.trial import TrialCompleted, TrialRequested, TrialStarted, TrialValidated
    from dean_provider.contract.workflow import Origin
    from dean_provider.state.record import append, append_system

    person = Actor(kind=ActorKind.USER, name="somebody", address="192.0.2.9")
    for name, workflow_id in SEEDED.items():
        trial_id = str(uuid5(workflow_id, "trial"))
        facts = [
            TrialRequested(name=name),
            TrialValidated(trial_id=trial_id, config={"name": name, "objective": "sphere", "seed": 1}),
            TrialStarted(trial_id=trial_id, population_id="p"),
            *([TrialCompleted(generation=3, digest="ab" * 32)] if name == "completed" else []),
        ]
        dag_id = HIDDEN_DAG if name == "hidden" else "dean_evolution_trial"
        with create_session() as session:
            append(session, workflow_id, [ReportedFact.of(fact) for fact in facts], actor=person, origin=Origin(dag_id=dag_id, run_id=name))
    about: list[dict[str, Any]] = [{"trial": SEEDED["running"], "dag_id": "dean_evolution_trial"}, {}]
    raised = [
        AlertRaised(incident_id=name, rule="Seeded", severity="warning", message=name, **more)
        for name, more in zip(INCIDENTS, about, strict=True)
    ]
    with create_session() as session:
        append_system(session, [ReportedFact.of(fact) for fact in raised], actor=person)


def serialize_dags() -> None:
    """What the DAG processor would do."""
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    import dean_provider.dags

    with create_session() as session:
        if session.scalar(select(DagBundleModel).where(DagBundleModel.name == "dean")) is None:
            session.add(DagBundleModel(name="dean"))
    folder = Path(dean_provider.dags.__file__).parent
    bag = DagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dean")
    sync_bag_to_db(bag, "dean", None)


def connect(secret: str) -> None:
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        session.add(Connection(conn_id="dean_gateway_default", conn_type="dean_gateway", password=secret))


def simple_tokens() -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    users = {role: SimpleAuthManagerUser(username=role, role=role.upper(), teams=None) for role in ROLES}
    return {role: get_auth_manager().generate_jwt(user) for role, user in users.items()}


def fab_tokens() -> dict[str, str]:
    """Users of FAB's own roles, and one whose role was made for one DAG."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager: Any = builder.sm
        custom = manager.add_role("One DAG")
        for action, resource in (
            ("can_read", "DAG:dean_evolution_trial"),
            ("can_edit", "DAG:dean_evolution_trial"),
            ("can_read", "DAG Runs"),
            ("can_edit", "DAG Runs"),
            ("can_create", "DAG Runs"),
        ):
            manager.add_permission_to_role(custom, manager.create_permission(action, resource))
        roles = {**{role: manager.find_role(role.capitalize()) for role in ROLES}, "custom": custom}
        for name, role in roles.items():
            manager.add_user(name, name, name, f"{name}@example.org", role, password="x" * 20)
        return {name: get_auth_manager().generate_jwt(manager.find_user(username=name)) for name in roles}


def fill() -> None:
    """Everything that stays true of a database that is used later."""
    from airflow.utils.db import initdb

    initdb()
    connect(os.environ["DEAN_TEST_GATEWAY_SECRET"])
    serialize_dags()


def main(auth: str, ready: str) -> None:
    if "DEAN_TEST_PREPARED" not in os.environ:
        # Another auth manager has tables of its own, and another interpreter may have another Airflow.
        sign = f"{auth}-{sha256(sys.prefix.encode()).hexdigest()[:12]}"
        prepare(os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], Path(os.environ["DEAN_TEST_TEMPLATES"]), sign, fill)
        seed()

    import uvicorn
    from airflow.api_fastapi.app import cached_app

    # No task runs here that would need Airflow's execution API.
    app = cached_app(apps="core")
    tokens = simple_tokens() if auth == "simple" else fab_tokens()
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    found = json.dumps({"port": bound.getsockname()[1], "tokens": tokens})
    Path(ready).with_suffix(".new").write_text(found, "utf-8")
    Path(ready).with_suffix(".new").rename(ready)
    server.run(sockets=[bound])
