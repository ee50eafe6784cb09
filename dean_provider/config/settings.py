"""What can be set for an installation: :class:`ProviderSettings`, with the trial's defaults inside."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dean_provider.contract.config import TrialConfig

__all__ = ["ProviderSettings"]

CONNECTION_ID = r"^[\w#!()\-.:/\\]+$"
KEY_LENGTH = 32
REDIS_URL = re.compile(r"^(redis|rediss|unix)://\S+$")


class ProviderSettings(BaseModel):
    """Every setting of the provider.

    Those marked ``installation`` say where secrets, identity and files live, so no single run may set them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    config_file: str | None = Field(
        default=None,
        max_length=4096,
        examples=["/etc/dean/dean.yaml"],
        description="Absolute path of a YAML file with settings. Empty: no file.",
        json_schema_extra={"installation": True},
    )
    indexagent_conn_id: str = Field(
        default="dean_indexagent_default",
        pattern=CONNECTION_ID,
        max_length=250,
        description="Airflow connection to IndexAgent (type dean_indexagent).",
    )
    evolution_conn_id: str = Field(
        default="dean_evolution_default",
        pattern=CONNECTION_ID,
        max_length=250,
        description="Airflow connection to the Evolution API (type dean_evolution).",
    )
    airflow_conn_id: str = Field(
        default="dean_airflow_default",
        pattern=CONNECTION_ID,
        max_length=250,
        description="Airflow connection to another Airflow (type dean_airflow).",
    )
    gateway_conn_id: str = Field(
        default="dean_gateway_default",
        pattern=CONNECTION_ID,
        max_length=250,
        description="Airflow connection to the gateway (type dean_gateway), over which tasks and triggers record what happens. "
        "Where there is no such connection nothing is recorded.",
        json_schema_extra={"installation": True},
    )
    api_url: str | None = Field(
        default=None,
        max_length=2048,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        examples=["https://airflow.example.org"],
        description="Address of Airflow's API server as tasks and triggers reach it, where the gateway's connection names no host. "
        "Empty: [api] base_url, else what [core] execution_api_server_url says.",
        json_schema_extra={"installation": True},
    )
    use_api_secret: bool = Field(
        default=False,
        description="Sign what tasks record with Airflow's own API secret ([api_auth]) instead of the gateway connection's. "
        "Whoever holds that secret can be anybody.",
        json_schema_extra={"installation": True},
    )
    reconcile_seconds: float = Field(
        default=60.0,
        ge=5,
        le=86_400,
        description="Seconds between two comparisons of the record with the DAG runs and the Evolution API.",
        json_schema_extra={"installation": True},
    )
    monitoring_seconds: float = Field(
        default=10.0,
        ge=1,
        le=3600,
        description="Seconds between two rounds of questions to every service, and so how old what is shown of them may be.",
        json_schema_extra={"installation": True},
    )
    monitoring_timeout_seconds: float = Field(
        default=5.0,
        ge=0.1,
        le=60,
        description="Seconds that a service may take to say how it is, and again for its figures.",
        json_schema_extra={"installation": True},
    )
    monitoring_history_seconds: float = Field(
        default=21_600.0,
        ge=600,
        le=604_800,
        description="Seconds that figures of what is watched are kept: all of the last half hour, one a minute before.",
        json_schema_extra={"installation": True},
    )
    namespace: UUID | None = Field(
        default=None,
        examples=["3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60"],
        description="UUID that tells this installation's trials from those of others on the same Evolution API. "
        "Empty: drawn once, on first use, and kept in an Airflow Variable.",
        json_schema_extra={"installation": True},
    )
    report_uri: str | None = Field(
        default=None,
        max_length=2048,
        pattern=r"^([a-z][a-z0-9+.-]*://|/)",
        examples=["s3://aws_default@reports/dean"],
        description="Folder for the trials' reports: a path or a URI that Airflow's object storage understands. "
        "Empty: dean/reports below AIRFLOW_HOME.",
        json_schema_extra={"installation": True},
    )
    redis_url: SecretStr | None = Field(
        default=None,
        examples=["redis://:password@localhost:6379/0"],
        description="Redis in which processes share the state of their circuit breakers, and API servers what dear answers came to and "
        "that there are new events. Empty: each process has its own.",
        json_schema_extra={"installation": True},
    )
    audit_key: SecretStr | None = Field(
        default=None,
        examples=["a long secret of at least 32 characters"],
        description="Secret that the hashes of recorded events are signed with; several, newest first, are separated by commas: "
        "the first signs, all verify. Empty: hashes are plain.",
        json_schema_extra={"installation": True},
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        examples=["a secret of at least 16 characters"],
        description="Bearer token that opens the gateway's /dean/metrics, and nothing else, to whoever scrapes it. Empty: only users may.",
        json_schema_extra={"installation": True},
    )
    gateway_requests_per_second: float = Field(
        default=100.0,
        ge=0,
        le=100_000,
        description="Requests that one caller may send to one API server process, on average; five times as many at once. 0: any number.",
        json_schema_extra={"installation": True},
    )
    gateway_threads: int = Field(
        default=8,
        ge=1,
        le=64,
        description="Requests that one API server process works on at once, and so its share of Airflow's database connections.",
        json_schema_extra={"installation": True},
    )
    live_clients: int = Field(
        default=2000,
        ge=0,
        le=100_000,
        description="Live sockets that one API server process keeps open.",
        json_schema_extra={"installation": True},
    )
    live_clients_per_user: int = Field(
        default=50,
        ge=0,
        le=100_000,
        description="Live sockets that one user may have open at one API server process.",
        json_schema_extra={"installation": True},
    )
    live_poll_seconds: float = Field(
        default=0.25,
        ge=0.05,
        le=60,
        description="Seconds between two looks for events that other processes recorded, while anybody watches. "
        "With redis_url they say so themselves, and this is done every few seconds only.",
        json_schema_extra={"installation": True},
    )
    alert_rules_file: str | None = Field(
        default=None,
        max_length=4096,
        examples=["/etc/dean/alerts.yaml"],
        description="Absolute path of a YAML file that changes and adds alert rules, and says who is notified. Empty: the package's rules, "
        "and nobody is.",
        json_schema_extra={"installation": True},
    )
    alert_notifiers: str = Field(
        default="",
        max_length=4096,
        examples=["acme.notifications.Pager"],
        description="Classes of notifiers, separated by commas, that the file of alert rules may name beside those of installed providers.",
        json_schema_extra={"installation": True},
    )
    poll_seconds: float = Field(default=5.0, ge=0.1, le=3600, description="Seconds between two looks at a running trial.")
    failure_tolerance: int = Field(
        default=10, ge=0, le=10_000, description="Looks at a trial that may fail in a row before the waiting task gives up."
    )
    connect_timeout_seconds: float = Field(default=5.0, ge=0.1, le=600, description="Seconds to wait for a connection to a service.")
    request_timeout_seconds: float = Field(
        default=30.0, ge=0.1, le=3600, description="Seconds to wait for a service's answer to one request."
    )
    request_deadline_seconds: float = Field(
        default=120.0,
        ge=0.1,
        le=86_400,
        description="Seconds a call to a service may take in all, retries and pauses between them included.",
    )
    trial: TrialConfig = Field(default_factory=TrialConfig, description="What a trial is given unless it says otherwise.")

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not REDIS_URL.match(value.get_secret_value()):
            raise PydanticCustomError("redis_url", "must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("audit_key")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(key.strip()) < KEY_LENGTH for key in value.get_secret_value().split(",")):
            raise PydanticCustomError(
                "audit_key", "must be keys of {length} characters or more, separated by commas", {"length": KEY_LENGTH}
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> ProviderSettings:
        problems = self.dependency_problems()
        if problems:
            raise PydanticCustomError("dependencies", "{text}", {"problems": problems, "text": "; ".join(p["rule"] for p in problems)})
        return self

    def dependency_problems(self) -> list[dict[str, Any]]:
        """Every broken rule between settings, in the form of :meth:`TrialConfig.dependency_problems`."""
        found: list[dict[str, Any]] = []
        for shorter, longer in (
            ("connect_timeout_seconds", "request_timeout_seconds"),
            ("request_timeout_seconds", "request_deadline_seconds"),
        ):
            low, high = getattr(self, shorter), getattr(self, longer)
            if low > high:
                found.append(
                    {
                        "field": shorter,
                        "depends_on": [longer],
                        "rule": f"{shorter} ({low:g}) must not exceed {longer} ({high:g})",
                        "suggestion": f"Set {shorter} to {high:g} or less, or raise {longer}.",
                    }
                )
        return found
