"""What a connection's extra may say besides the HTTP provider's own keys."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from dean_provider.contract.endpoints import AUTO
from dean_provider.errors import InvalidConfigurationError

__all__ = ["AuthMode", "ConnectionOptions", "options_of"]


class AuthMode(str, Enum):
    """How calls are authenticated.

    ``auto`` means ``basic`` when there is a login (for another Airflow: ``login``), ``bearer`` when there is a password alone, else
    ``none``. ``key`` sends the password in a header of its own, ``jwt`` mints service tokens signed with it, ``login`` exchanges it for a
    token.
    """

    AUTO = "auto"
    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    KEY = "key"
    JWT = "jwt"
    LOGIN = "login"


class ConnectionOptions(BaseModel):
    """Our own keys of a connection's extra. Empty means the default; the ones marked so come from the section [dean]."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    dialect: str = Field(default=AUTO, max_length=64, description="Wire form the service speaks; 'auto' asks it.")
    auth: AuthMode = Field(default=AuthMode.AUTO, description="How calls are authenticated.")
    key_header: str = Field(
        default="X-API-Key", pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$", description="Header that carries a static key (auth 'key')."
    )
    jwt_username: str | None = Field(
        default=None, max_length=128, description="Claims sub and username of minted tokens; the login if empty."
    )
    jwt_lifetime_seconds: int = Field(default=3600, ge=1, le=86_400, description="How long a minted token is good.")
    jwt_claims: dict[str, JsonValue] = Field(default_factory=dict, description="Further claims of minted tokens, for example aud.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers of every call.")
    timeout: float | None = Field(default=None, gt=0, le=3600, description="Seconds one attempt may take ([dean] request_timeout_seconds).")
    connect_timeout: float | None = Field(
        default=None, gt=0, le=600, description="Seconds to wait for a connection ([dean] connect_timeout_seconds)."
    )
    deadline: float | None = Field(
        default=None, gt=0, le=86_400, description="Seconds a call may take, retries included ([dean] request_deadline_seconds)."
    )
    attempts: int = Field(default=5, ge=1, le=50, description="How often a call is tried in all; 1 never repeats.")
    backoff_seconds: float = Field(default=0.25, ge=0, le=60, description="Pause before the second attempt; it doubles, with jitter.")
    max_backoff_seconds: float = Field(default=10, ge=0, le=600, description="Longest pause between two attempts.")
    breaker_threshold: int = Field(default=8, ge=1, le=1000, description="Failures in a row that open the circuit breaker.")
    breaker_reset_seconds: float = Field(default=30, gt=0, le=3600, description="How long an open circuit breaker refuses calls.")
    max_response_bytes: int = Field(default=64 * 2**20, ge=1024, le=2**31, description="Largest answer that is read.")

    @field_validator("headers", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return {str(key): _word(item) for key, item in value.items()} if isinstance(value, dict) else value


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _plain(value: Any) -> Any:
    """A form sends every value as text; objects arrive as JSON in it."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def options_of(extra: Any, *, conn_id: str) -> tuple[ConnectionOptions, dict[str, Any]]:
    """Our options in ``extra``, and what is left of it for the HTTP provider.

    :raises InvalidConfigurationError: listing every option that cannot be.
    """
    if not isinstance(extra, dict):
        raise _unusable(conn_id, [{"field": "extra", "rule": "must be a JSON object"}])
    given = {key: _plain(value) for key, value in extra.items() if value is not None and value != ""}
    ours = {key: value for key, value in given.items() if key in ConnectionOptions.model_fields}
    try:
        return ConnectionOptions.model_validate(ours), {key: value for key, value in given.items() if key not in ours}
    except ValidationError as error:
        problems = [
            {"field": f"extra.{'.'.join(map(str, problem['loc']))}", "rule": problem["msg"]}
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise _unusable(conn_id, problems) from None


def _unusable(conn_id: str, problems: list[dict[str, str]]) -> InvalidConfigurationError:
    listed = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems)
    return InvalidConfigurationError(
        f"Connection {conn_id!r} cannot be used: {listed}.",
        details={"connection": conn_id, "problems": problems},
        suggestions=["Correct this in the connection's extra."],
    )
