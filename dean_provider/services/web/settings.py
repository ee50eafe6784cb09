"""Settings every service has, read from its environment."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

__all__ = ["LogLevel", "ServiceSettings", "sqlite_url"]


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
    token: SecretStr | None = Field(default=None, description="Callers must send it as a bearer token, except to /health.")
    jwt_secret: SecretStr | None = Field(default=None, description="HS256 secret of service tokens; accepted beside token.")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error.")
    max_request_bytes: int = Field(default=16 * 2**20, ge=1024, description="Largest request body (bytes).")
    shutdown_seconds: float = Field(default=5, gt=0, le=300, description="Time given to open requests at a stop (seconds).")
