from __future__ import annotations

import time

import jwt
import pytest

from dean_provider.errors import AuthenticationError
from dean_provider.plugins.api.task_token import TaskTokens, is_task_token, shared_secret

SECRET, OTHER = "s" * 64, "o" * 64
CLAIMS = {"sub": "dag.task", "dag_id": "dag", "run_id": "run", "task_id": "task", "map_index": 2, "aud": "dean-gateway"}


def _token(secret: str = SECRET, algorithm: str = "HS256", **claims: object) -> str:
    now = int(time.time())
    known = {**CLAIMS, "iat": now, "exp": now + 60, **claims}
    return jwt.encode({name: value for name, value in known.items() if value is not None}, secret, algorithm=algorithm)


def _tokens(*secrets: str, clock=lambda: 0.0) -> TaskTokens:
    return TaskTokens(lambda: [shared_secret(f"connection {number}", secret) for number, secret in enumerate(secrets)], clock)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_a_good_token_says_which_task_speaks(algorithm) -> None:
    claims = _tokens(SECRET).verify(_token(algorithm=algorithm))
    assert (claims.dag_id, claims.run_id, claims.task_id, claims.map_index) == ("dag", "run", "task", 2)


def test_any_of_the_secrets_may_have_signed() -> None:
    assert _tokens(OTHER, SECRET).verify(_token()).sub == "dag.task"


@pytest.mark.parametrize(
    "make",
    [
        lambda: _token(OTHER),
        lambda: _token(exp=1),
        lambda: _token(exp=None),
        lambda: _token(iat=int(time.time()) + 3600, exp=int(time.time()) + 3660),
        lambda: _token(aud="apache-airflow"),
        lambda: _token(dag_id=None),
        lambda: _token(map_index=-7),
        lambda: _token(run_id="x" * 300),
        lambda: "no.token.atall",
        lambda: jwt.encode({**CLAIMS, "exp": 2**33, "iat": 1}, None, algorithm="none"),
    ],
    ids=["secret", "expired", "endless", "future", "audience", "no-dag", "map-index", "long", "malformed", "unsigned"],
)
def test_any_other_is_refused_without_a_trace(make) -> None:
    """Made when it is asked with: one that has expired meanwhile would be refused for that alone."""
    with pytest.raises(AuthenticationError) as caught:
        _tokens(SECRET).verify(make())
    assert SECRET not in str(caught.value.details)
    assert caught.value.__cause__ is None


def test_a_wrong_signature_names_the_settings_and_what_it_was_checked_with() -> None:
    with pytest.raises(AuthenticationError) as caught:
        _tokens(OTHER).verify(_token())
    assert caught.value.details["checked_with"] == "connection 0"
    assert "gateway_conn_id" in caught.value.suggestions[0]
    with pytest.raises(AuthenticationError) as caught:
        _tokens().verify(_token())
    assert "no secret is set up" in caught.value.details["checked_with"]


def test_a_secret_that_has_just_been_changed_is_noticed_but_nobody_can_make_us_ask_all_the_time() -> None:
    known, asked, now = [OTHER], [], [100.0]

    def secrets():
        asked.append(now[0])
        return [shared_secret("connection", secret) for secret in known]

    tokens = TaskTokens(secrets, lambda: now[0])
    for _ in range(5):
        with pytest.raises(AuthenticationError):
            tokens.verify(_token())
    assert len(asked) == 1
    known[0], now[0] = SECRET, 102.0
    assert tokens.verify(_token()).dag_id == "dag"
    assert len(asked) == 2


def test_only_what_says_it_is_for_the_gateway_is_taken_for_a_tasks_token() -> None:
    assert is_task_token(_token())
    assert is_task_token(_token(aud=["x", "dean-gateway"]))
    assert not is_task_token(_token(aud="apache-airflow"))
    assert not is_task_token("garbage")
