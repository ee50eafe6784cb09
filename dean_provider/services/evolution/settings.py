"""What an Evolution API can be told, by environment variables ``DEAN_EVOLUTION_…``."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from dean_provider.services.web.settings import Secret, ServiceSettings, sqlite_url

__all__ = ["EvaluatorKind", "EvolutionSettings"]


class EvaluatorKind(str, Enum):
    """Who evaluates: the service's own worker processes, or whoever leases candidates."""

    POOL = "pool"
    LEASES = "leases"


class EvolutionSettings(ServiceSettings):
    """Settings of the reference Evolution API."""

    model_config = SettingsConfigDict(env_prefix="DEAN_EVOLUTION_", extra="ignore")

    port: int = Field(default=8090, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    database_url: str = Field(default=sqlite_url(Path(".dean/evolution.db")), description="SQLAlchemy URL: SQLite file or PostgreSQL.")

    indexagent_url: str = Field(default="http://127.0.0.1:8081", description="Where IndexAgent answers.")
    indexagent_token: Secret | None = Field(default=None, description="Bearer token sent to IndexAgent.")
    indexagent_jwt_secret: Secret | None = Field(default=None, description="Secret that service tokens for IndexAgent are signed with.")
    indexagent_timeout_seconds: float = Field(default=60, gt=0, description="Time IndexAgent has to answer (seconds).")
    patience_seconds: float = Field(default=3600, ge=0, description="How long a trial waits for IndexAgent before it fails (seconds).")

    evaluator: EvaluatorKind = Field(default=EvaluatorKind.POOL, description="pool or leases.")
    workers: int = Field(default_factory=lambda: max(1, os.cpu_count() or 1), ge=1, le=256, description="Evaluation processes.")
    batch_size: int | None = Field(default=None, ge=1, description="Agents per batch; empty: an even share for each worker.")
    evaluation_timeout_seconds: float = Field(default=300, gt=0, description="Wall time of one batch (seconds).")
    evaluation_memory_bytes: int = Field(default=2 * 2**30, ge=128 * 2**20, description="Address space of one worker (bytes).")
    evaluation_retries: int = Field(default=2, ge=0, le=100, description="How often a failed batch is repeated.")
    verification_timeout_seconds: float = Field(default=600, gt=0, description="Wall time of the exact verification (seconds).")

    max_running_trials: int = Field(default=2, ge=1, le=1000, description="Trials that run at once; the rest are pending.")
    max_pending_trials: int = Field(default=1000, ge=1, description="Trials that may wait for their turn.")
    max_population_size: int = Field(default=10_000, ge=2, le=10_000, description="Agents in a population.")
    max_generations: int = Field(default=100_000, ge=1, le=100_000, description="Generations of a trial.")
    max_genes: int = Field(default=10_000, ge=1, le=10_000, description="Genes of a genome.")
    max_generation_genes: int = Field(default=4_000_000, ge=1, description="Genes of a whole generation: population times genome.")
    max_wait_seconds: float = Field(default=60, ge=0, le=60, description="Longest long poll (seconds).")
    max_waiting_calls: int = Field(default=1000, ge=1, description="Long polls and streams open at once.")
    heartbeat_seconds: float = Field(default=15, gt=0, description="Time between two signs of life of a silent stream (seconds).")
    token_limit: int | None = Field(default=None, ge=0, description="Tokens of the whole service; empty: no bound.")

    @field_validator("indexagent_url")
    @classmethod
    def _is_http_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # its text may show a password
            usable = False
        if not usable:
            raise ValueError("must be a URL like http://127.0.0.1:8081")
        return value

    @field_validator("token_limit", "batch_size", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value
