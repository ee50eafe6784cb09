"""What happens to the installation rather than to a trial: recorded in its one ``system`` workflow."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from dean_provider.contract.events.fact import Fact, register

__all__ = [
    "AlertAcknowledged",
    "AlertRaised",
    "AlertResolved",
    "AlertRulesRead",
    "ConfigurationChanged",
    "HistoryDeleted",
    "HistoryImported",
    "ServiceRegistered",
    "ServiceRemoved",
    "SilenceAdded",
    "SilenceEnded",
    "TokensAllocated",
]

Text = Annotated[str, StringConstraints(max_length=2000)]
Name = Annotated[str, StringConstraints(max_length=250)]
Labels = dict[Name, Text]


@register
class ConfigurationChanged(Fact):
    """Somebody changed an option for the whole installation. Secrets are masked before they come here."""

    event_type: ClassVar[str] = "configuration.changed"

    option: Name
    before: JsonValue = None
    after: JsonValue = None
    revision: int = Field(ge=0, description="Of the installation's overrides, after the change.")

    def key(self) -> str:
        return f"configuration:{self.revision}:{self.option}"


@register
class ServiceRegistered(Fact):
    """A service was registered, or registered again under another address."""

    event_type: ClassVar[str] = "service.registered"

    service: Name
    kind: Name
    url: Text
    before: Text | None = None


@register
class ServiceRemoved(Fact):
    """A service was removed from the registry, or missed its heartbeats."""

    event_type: ClassVar[str] = "service.removed"

    service: Name
    url: Text = ""


@register
class TokensAllocated(Fact):
    """A holder was given a token budget."""

    event_type: ClassVar[str] = "tokens.allocated"

    holder: Name
    before: int | None = None
    after: int = Field(ge=0)
    used: int | None = Field(default=None, ge=0, description="Tokens the holder had used by then.")


@register
class HistoryDeleted(Fact):
    """Retention removed workflows, after they were exported."""

    event_type: ClassVar[str] = "history.deleted"

    workflow_ids: list[Name] = Field(max_length=1000)
    export: Text


@register
class HistoryImported(Fact):
    """Workflows of an export were taken into the record."""

    event_type: ClassVar[str] = "history.imported"

    workflow_ids: list[Name] = Field(max_length=1000)
    source: Text


class _Incident(Fact):
    incident_id: Name
    rule: Name


@register
class AlertRaised(_Incident):
    """A rule's condition held long enough; one incident, told once."""

    event_type: ClassVar[str] = "alert.raised"

    severity: Literal["info", "warning", "critical"]
    message: Text
    value: float | None = None
    threshold: float | None = None
    unit: Annotated[str, StringConstraints(max_length=50)] = ""
    labels: Labels = Field(default_factory=dict, max_length=32)
    fingerprint: Name = Field(default="", description="The same for every incident of one rule and one set of labels.")
    episode: int = Field(default=0, ge=0, le=2**53, description="How many such incidents there were before.")
    trial: UUID | None = Field(default=None, description="Execution of the trial it is about.")
    dag_id: Name | None = Field(default=None, description="That trial's DAG: whoever reads its runs reads the incident.")

    def key(self) -> str:
        return f"alert:{self.incident_id}:raised"


@register
class AlertAcknowledged(_Incident):
    """Somebody saw to an incident."""

    event_type: ClassVar[str] = "alert.acknowledged"

    comment: Text = ""

    def key(self) -> str:
        return f"alert:{self.incident_id}:acknowledged"


@register
class AlertResolved(_Incident):
    """The rule's condition no longer holds."""

    event_type: ClassVar[str] = "alert.resolved"

    value: float | None = None

    def key(self) -> str:
        return f"alert:{self.incident_id}:resolved"


@register
class SilenceAdded(Fact):
    """Somebody asked that nobody be notified of what matches, for a while."""

    event_type: ClassVar[str] = "silence.added"

    silence_id: UUID
    rule: Name | None = None
    labels: Labels = Field(default_factory=dict, max_length=32)
    ends_at: datetime
    comment: Text = ""

    def key(self) -> str:
        return f"silence:{self.silence_id}:added"


@register
class SilenceEnded(Fact):
    """Somebody ended a silence before its time."""

    event_type: ClassVar[str] = "silence.ended"

    silence_id: UUID

    def key(self) -> str:
        return f"silence:{self.silence_id}:ended"


@register
class AlertRulesRead(Fact):
    """The operator's file of alert rules was read: once for each content that it ever had."""

    event_type: ClassVar[str] = "alert_rules.read"

    digest: Name = Field(description="SHA-256 of the file.")
    rules: int = Field(default=0, ge=0, description="Rules that hold since.")
    problems: list[Text] = Field(default_factory=list, max_length=100, description="Why it was refused; the rules before hold on then.")

    def key(self) -> str:
        return f"alert_rules:{self.digest}"
