"""Tokens of tasks and triggers: signed with the secret of the gateway's connection, good for telling the facts of one task."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from structlog import get_logger

from dean_provider.errors import AuthenticationError
from dean_provider.hooks.gateway import AUDIENCE

__all__ = ["Secret", "TaskClaims", "TaskTokens", "installed_secrets", "is_task_token"]


_ALGORITHMS = ["HS256", "HS384", "HS512"]
_SHORTEST_SECRET = 16
_SKEW_SECONDS = 30
_FRESH_SECONDS = 30.0
_log = get_logger(__name__)
Name = Annotated[str, StringConstraints(min_length=1, max_length=250)]
Decode = Callable[[str], dict[str, Any]]


class TaskClaims(BaseModel):
    """Which task a token speaks for."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sub: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    dag_id: Name
    run_id: Name
    task_id: Name
    map_index: int = Field(default=-1, ge=-1)


@dataclass(frozen=True)
class Secret:
    """:param where: names the setting a signature is checked with. :param decode: checks signature, audience and times."""

    where: str
    decode: Decode


def is_task_token(token: str) -> bool:
    """Whether ``token`` says that it is for the gateway; nothing is verified here."""
    with suppress(jwt.InvalidTokenError):
        audience = jwt.decode(token, options={"verify_signature": False}).get("aud")
        return AUDIENCE in (audience if isinstance(audience, list) else [audience])
    return False


def shared_secret(where: str, secret: str) -> Secret:
    """Checks with a secret both sides know."""

    def decode(token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=_ALGORITHMS, audience=AUDIENCE, leeway=_SKEW_SECONDS, options={"require": ["exp", "iat", "sub"]}
        )
        return claims

    return Secret(where, decode)


class TaskTokens:
    """Verifies tokens. May block: never call it on an event loop.

    :param secrets: what signatures are checked with; asked anew when its answer is old, or a signature is wrong and it is not quite fresh.
    """

    def __init__(self, secrets: Callable[[], Sequence[Secret]], clock: Callable[[], float] = time.monotonic) -> None:
        self._secrets = secrets
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Sequence[Secret] = ()
        self._asked_at: float | None = None

    def _current(self, older_than: float) -> Sequence[Secret]:
        with self._lock:
            if self._asked_at is None or self._clock() - self._asked_at > older_than:
                self._known = self._secrets()
                self._asked_at = self._clock()
            return self._known

    def verify(self, token: str) -> TaskClaims:
        """The task that ``token`` speaks for.

        :raises AuthenticationError: when it is not good, naming the settings to look at.
        """
        refused = self._try(token, self._current(_FRESH_SECONDS))
        if isinstance(refused, jwt.InvalidSignatureError):
            refused = self._try(token, self._current(1.0))
        if isinstance(refused, TaskClaims):
            return refused
        raise _refusal(refused, self._known)

    def _try(self, token: str, secrets: Sequence[Secret]) -> TaskClaims | Exception:
        for secret in secrets:
            try:
                return TaskClaims.model_validate(secret.decode(token))
            except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):  # noqa: PERF203 - two secrets at most
                continue
            except (jwt.InvalidTokenError, ValidationError) as error:
                return error
        return jwt.InvalidSignatureError("no secret here made it")


def _refusal(why: Exception, secrets: Sequence[Secret]) -> AuthenticationError:
    if isinstance(why, jwt.InvalidSignatureError):
        checked = " and ".join(secret.where for secret in secrets) or "nothing: no secret is set up here"
        return AuthenticationError(
            "The task's token is signed with another secret than the gateway's.",
            details={"checked_with": checked},
            suggestions=[
                "The connection that [dean] gateway_conn_id names must have the same password where tasks and API servers run.",
                "Environment variables and secrets backends hide a stored connection.",
                "[dean] use_api_secret must be the same everywhere; with it, so must be [api_auth] jwt_secret.",
            ],
        )
    if isinstance(why, jwt.ExpiredSignatureError):
        return AuthenticationError(
            "The task's token has expired.", suggestions=["The clocks of these machines must agree within half a minute."]
        )
    return AuthenticationError("The task's token is not what the gateway expects.", details={"rule": type(why).__name__})


def installed_secrets(conn_id: str, *, use_api_secret: bool) -> list[Secret]:
    """Those of this installation: the connection's password, and Airflow's own secret where that is allowed."""
    found = []
    password = _password(conn_id)
    if password and len(password) >= _SHORTEST_SECRET:
        found.append(shared_secret(f"connection {conn_id}", password))
    elif password:
        _log.warning("the password of the gateway's connection is too short to sign with", connection=conn_id, least=_SHORTEST_SECRET)
    if use_api_secret:
        found.append(_airflow_secret())
    return found


def _password(conn_id: str) -> str | None:
    """A connection with a login says who calls, not what is signed with."""
    from airflow.models import Connection

    try:
        connection = Connection.get_connection_from_secrets(conn_id)
    except Exception as error:
        if type(error).__name__ not in ("AirflowNotFoundException", "AirflowRuntimeError"):
            raise
        return None
    return None if connection.login else connection.password


def _airflow_secret() -> Secret:
    from airflow.api_fastapi.auth.tokens import JWTValidator, get_sig_validation_args

    validator = JWTValidator(
        **get_sig_validation_args(make_secret_key_if_needed=False),
        audience=AUDIENCE,
        leeway=_SKEW_SECONDS,
        required_claims=frozenset({"exp", "iat", "sub"}),
    )
    return Secret("[api_auth]", validator.validated_claims)
