from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dean_provider.errors import AuthenticationError
from dean_provider.hooks.gateway import AUDIENCE
from dean_provider.plugins.api.authentication import Identity, KnownUsers
from dean_provider.plugins.api.caller import CallerKind
from dean_provider.plugins.api.task_token import TaskTokens, shared_secret
from dean_provider.plugins.api.workers import Workers

SECRET = "a secret of at least sixteen characters, and of sixty-four for HS512"


class Airflow:
    """Knows users by token until they sign out."""

    def __init__(self, *tokens: str) -> None:
        self.now = 0.0
        self.tokens = set(tokens)
        self.asked = 0

    async def resolve(self, token: str) -> Any:
        self.asked += 1
        if token not in self.tokens:
            raise HTTPException(403, "Invalid JWT token")
        return SimpleNamespace(get_name=token.upper)


def identity_of(airflow: Airflow) -> Identity:
    workers = Workers(1, 5)

    async def nobody(_: Request) -> Any:
        raise HTTPException(401, "Not authenticated")

    users = KnownUsers(airflow.resolve, workers, blocks=False, clock=lambda: airflow.now)
    return Identity(users, nobody, TaskTokens(lambda: [shared_secret("here", SECRET)]), workers)


def request(token: str) -> Request:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    return Request({"type": "http", "path": "/api/v1/trials", "headers": headers, "client": ("192.0.2.1", 1)})


async def test_a_user_is_looked_up_once_in_five_seconds() -> None:
    airflow = Airflow("ann", "bob")
    identify = identity_of(airflow)
    names = [(await identify(request(token))).name for token in ("ann", "ann", "bob", "ann")]
    assert names == ["ANN", "ANN", "BOB", "ANN"]
    assert airflow.asked == 2
    airflow.now = 5.0
    found = await identify(request("ann"))
    assert (found.kind, found.address, found.by_cookie, airflow.asked) == (CallerKind.USER, "192.0.2.1", False, 3)


async def test_a_token_that_is_revoked_opens_nothing_after_five_seconds() -> None:
    airflow = Airflow("ann")
    identify = identity_of(airflow)
    await identify(request("ann"))
    airflow.tokens.clear()
    airflow.now = 4.9
    assert (await identify(request("ann"))).name == "ANN"
    airflow.now = 5.0
    for _ in range(2):
        with pytest.raises(AuthenticationError, match="Invalid JWT token"):
            await identify(request("ann"))
    assert airflow.asked == 3


async def test_who_was_refused_is_not_remembered() -> None:
    airflow = Airflow()
    identify = identity_of(airflow)
    with pytest.raises(AuthenticationError):
        await identify(request("ann"))
    airflow.tokens.add("ann")
    assert (await identify(request("ann"))).name == "ANN"


async def test_a_tasks_token_is_a_tasks_every_time() -> None:
    airflow = Airflow()
    identify = identity_of(airflow)
    claims = {"sub": "task", "dag_id": "mine", "run_id": "run", "task_id": "one", "aud": AUDIENCE}
    token = jwt.encode({**claims, "iat": time.time(), "exp": time.time() + 60}, SECRET, algorithm="HS256")
    for _ in range(2):
        found = await identify(request(token))
        assert (found.kind, found.user, found.task is not None) == (CallerKind.TASK, None, True)
    assert airflow.asked == 0
