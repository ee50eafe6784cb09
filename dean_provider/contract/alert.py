"""Alerts: rules over watched figures, the incidents they raise, and the silences that keep them quiet."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dean_provider.contract.paging import Page, PageRequest
from dean_provider.contract.request import RequestModel

__all__ = [
    "AcknowledgeAlert",
    "AddSilence",
    "AlertRef",
    "Incident",
    "IncidentPage",
    "IncidentStatus",
    "ListAlerts",
    "RuleList",
    "RuleName",
    "RuleState",
    "Severity",
    "Silence",
    "SilenceList",
    "SilenceRef",
]

RuleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
IncidentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:._-]{1,200}$")]
Comment = Annotated[str, StringConstraints(max_length=1000)]


class Severity(str, Enum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class IncidentStatus(str, Enum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Incident(BaseModel):
    """One time that a rule's condition held, from its beginning to its end."""

    incident_id: str
    rule: str
    severity: Severity
    status: IncidentStatus
    message: str
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    workflow_id: UUID | None = Field(default=None, description="The trial it is about.")
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    comment: str = ""
    resolved_at: datetime | None = None
    silenced_until: datetime | None = Field(default=None, description="Nobody is notified until then.")
    inhibited_by: str | None = Field(default=None, description="An open incident that explains this one, of which nobody is notified then.")
    notified_at: datetime | None = Field(default=None, description="When somebody was last notified.")
    notification_problem: str = Field(default="", description="Why the last notification was not, or may not have been, delivered.")


class ListAlerts(PageRequest):
    """Newest first."""

    status: IncidentStatus | None = None
    open: bool | None = Field(default=None, description="Only those that are, or are not, resolved.")
    severity: Severity | None = None
    rule: RuleName | None = None
    workflow_id: UUID | None = None


class IncidentPage(Page):
    incidents: list[Incident]


class AlertRef(RequestModel):
    incident_id: IncidentId


class AcknowledgeAlert(AlertRef):
    """Say that somebody sees to it: no more notifications until it is resolved."""

    model_config = ConfigDict(extra="forbid")

    comment: Comment = ""


class RuleState(BaseModel):
    """A rule, where it comes from, and what it sees now."""

    name: str
    severity: Severity
    summary: str
    metric: str
    condition: str = Field(description="In words: 'above 0.05 for 5 min, until below 0.04'.")
    origin: Literal["default", "file"]
    enabled: bool = True
    state: Literal["quiet", "pending", "firing", "no data"]
    value: float | None = Field(default=None, description="The worst value now.")
    since: datetime | None = Field(default=None, description="When it came to be so.")


class RuleList(BaseModel):
    rules: list[RuleState]
    problems: list[str] = Field(default_factory=list, description="What is wrong with the operator's rule file; the rules before hold on.")


class AddSilence(RequestModel):
    """Notify nobody of what matches, for a while. Incidents are recorded all the same."""

    model_config = ConfigDict(extra="forbid")

    rule: RuleName | None = Field(default=None, description="Of this rule; of any unless given.")
    labels: dict[Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=256)]] = Field(
        default_factory=dict, max_length=8, description="Only incidents with all of these labels."
    )
    seconds: int = Field(ge=60, le=30 * 86_400, description="How long, from now on.")
    comment: Comment = ""


class Silence(BaseModel):
    silence_id: UUID
    rule: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    created_by: str
    created_at: datetime
    ends_at: datetime
    comment: str = ""


class SilenceList(BaseModel):
    silences: list[Silence]


class SilenceRef(RequestModel):
    silence_id: UUID
