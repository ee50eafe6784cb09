"""The installation as the gateway shows it and lets it be changed: its state, its configuration, the services it knows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.monitoring import ServiceState
from dean_provider.contract.request import RequestModel
from dean_provider.contract.service import Check, HealthStatus

__all__ = [
    "ChangeConfiguration",
    "Configuration",
    "EarlierConfiguration",
    "KnownService",
    "RegisterService",
    "RevertConfiguration",
    "ServiceCheck",
    "ServiceList",
    "ServiceRef",
    "Setting",
    "Status",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Reason = Annotated[str, StringConstraints(max_length=1000)]
Option = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Revision = Annotated[int, Field(ge=0, le=10**9)]


class ServiceCheck(Check):
    """How a service is that was asked just now."""

    since: datetime | None = Field(default=None, description="When it came to be so; none where it was not watched, or was seen otherwise.")


class Status(BaseModel):
    """How everything is, as seen from the gateway."""

    status: HealthStatus
    version: str
    airflow_version: str
    services: dict[str, ServiceCheck] = Field(description="IndexAgent, the Evolution API and the record, asked just now.")
    watched: list[ServiceState] = Field(default_factory=list, description="Whatever else is watched, as it was when it was last asked.")
    trials: dict[str, int] = Field(description="Trials the caller may read, by status.")
    user: str
    timestamp: datetime


class Setting(BaseModel):
    """One setting as it holds now."""

    name: str
    value: JsonValue = Field(description="Secrets are masked.")
    origin: str = Field(description="Which layer gave it.")
    description: str
    default: JsonValue = None
    override: JsonValue = Field(default=None, description="What people set through the gateway, also where a stronger layer wins.")
    overridden: bool = False
    changeable: bool = Field(description="Whether it can be set here; where secrets, identity and files live cannot.")


class EarlierConfiguration(BaseModel):
    """One earlier state of what people set."""

    revision: int
    values: dict[str, JsonValue]
    by: str
    at: datetime
    comment: str = ""


class Configuration(BaseModel):
    """What holds for the next trial, and where each value comes from."""

    revision: int = Field(ge=0, description="Of what people set; a change must name it.")
    settings: list[Setting]
    history: list[EarlierConfiguration] = Field(default_factory=list, description="Earlier states, newest first, that can be gone back to.")


class ChangeConfiguration(RequestModel):
    """Set and unset settings for the installation. Checked together with all other layers before anything is stored."""

    model_config = ConfigDict(extra="forbid")

    revision: Revision = Field(description="The revision this change was made from; another one in between is a conflict.")
    values: dict[Option, JsonValue] = Field(default_factory=dict, max_length=64)
    unset: list[Option] = Field(default_factory=list, max_length=64)
    comment: Reason = ""


class RevertConfiguration(RequestModel):
    """Go back to what was set at an earlier revision."""

    model_config = ConfigDict(extra="forbid")

    revision: Revision = Field(description="The revision that holds now.")
    to: Revision
    comment: Reason = ""


class ServiceRef(RequestModel):
    name: Name


class RegisterService(RequestModel):
    """Make a service known, or say anew where it is. It is forgotten when it is not heard of for ``ttl_seconds``."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Literal["indexagent", "evolution", "other"]
    url: str = Field(max_length=2048, pattern=r"^https?://[^\s/@?#]+(/[^\s?#]*)?$", description="Without user, password and query.")
    version: str = Field(default="", max_length=64)
    ttl_seconds: int = Field(default=90, ge=5, le=86_400)
    labels: dict[Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=256)]] = Field(
        default_factory=dict, max_length=16
    )


class KnownService(BaseModel):
    name: str
    kind: str
    url: str
    source: Literal["connection", "registered"]
    version: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    conn_id: str | None = None
    registered_at: datetime | None = None
    seen_at: datetime | None = Field(default=None, description="Last heartbeat.")
    expires_at: datetime | None = None


class ServiceList(BaseModel):
    services: list[KnownService]
