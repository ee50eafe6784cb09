"""Settings every service has, read from its environment."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

__all__ = ["LogLevel", "Secret", "ServiceSettings", "sqlite_url"]


def _said(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():  # as of a shell variable that is not set: whoever gives one wants protection
        raise ValueError("must not be empty; give a secret, or leave the variable out")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_said)]
"""A secret that, once given, is not empty."""


class LogLevel(str, Enum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def sqlite_url(path: Path) -> str:
    """The database URL of a SQLite file."""
    return f"sqlite:///{path}"


class ServiceSettings(BaseSettings):
    """Where a service listens, what protects it and what bounds it."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    database_url: str = Field(description="SQLAlchemy URL: SQLite file or PostgreSQL.")
    token: Secret | None = Field(default=None, description="Callers must send it as a bearer token, except to /health.")
    jwt_secret: Secret | None = Field(default=None, description="HS256 secret of service tokens; accepted beside token.")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error.")
    max_request_bytes: int = Field(default=16 * 2**20, ge=1024, description="Largest request body (bytes).")
    shutdown_seconds: float = Field(default=5, gt=0, le=300, description="Time given to open requests at a stop (seconds).")
