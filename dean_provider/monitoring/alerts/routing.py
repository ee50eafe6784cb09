"""Who is told of what: routes from incidents to notifiers, as the operator's file gives them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from dean_provider.contract.alert import Incident, RuleName, Severity
from dean_provider.monitoring.alerts.duration import Duration
from dean_provider.monitoring.alerts.rule import LabelName, Where

__all__ = ["NotifierChoice", "Route", "carries"]

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _never(value: Any) -> Any:
    return 0 if value == "never" else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NotifierChoice(_Part):
    """A notifier of an installed provider, or one that ``[dean] alert_notifiers`` allows."""

    class_: str = Field(alias="class", max_length=300, pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$", description="Import path of its class.")
    arguments: dict[str, Any] = Field(
        default_factory=dict,
        max_length=50,
        description="What it is made with. Its templates may use alert_subject, alert_text and alert.",
    )
    timeout: Annotated[Duration, Field(ge=1, le=600)] = Field(
        default=30,
        description="How long sending may take. After that the incident says so and no other route waits for it; "
        "the next leader, and after ten times that this one, counts it as cut off.",
    )


class Route(_Part):
    """Which incidents go to a notifier. An incident goes over every route that it fits."""

    name: Name
    notifier: Name
    severity: Annotated[list[Severity], BeforeValidator(_listed)] = Field(default_factory=list, max_length=3, description="Only of these.")
    rules: Annotated[list[RuleName], BeforeValidator(_listed)] = Field(default_factory=list, max_length=200, description="Only of these.")
    where: Where = Field(default_factory=dict, description="Only with these labels.")
    group_by: list[LabelName] = Field(
        default_factory=lambda: ["rule"],
        max_length=8,
        description="Incidents that have the same of these go into one message; `rule` is one.",
    )
    wait: Annotated[Duration, Field(le=3600)] = Field(default=10, description="How long more incidents of a message are waited for.")
    repeat: Annotated[Duration, BeforeValidator(_never)] = Field(
        default=4 * 3600, description="How often is told of what is neither resolved nor acknowledged; never, if so written."
    )
    resolved: bool = Field(default=True, description="Whether is told that an incident is over.")
    when_interrupted: Literal["leave", "again"] = Field(
        default="leave", description="What happens to a message whose sending was cut off by a crash: it may have been delivered."
    )
    attempts: int = Field(default=5, ge=1, le=20, description="How often sending a message is tried.")

    def group(self, incident: Incident) -> tuple[str, ...]:
        """What must be the same for two incidents to go into one message."""
        return tuple(incident.rule if label == "rule" else incident.labels.get(label, "") for label in self.group_by)


def carries(route: Route, incident: Incident) -> bool:
    """Whether the incident goes over the route."""
    return (
        (not route.severity or incident.severity in route.severity)
        and (not route.rules or incident.rule in route.rules)
        and all(incident.labels.get(label) in values for label, values in route.where.items())
    )
