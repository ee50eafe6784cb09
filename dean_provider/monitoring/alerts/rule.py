"""What a rule may say. Each is a figure, a threshold, how long it must be passed, and when it counts as over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from dean_provider.contract.alert import RuleName, Severity
from dean_provider.monitoring.alerts.duration import Duration, Threshold, in_words
from dean_provider.monitoring.catalogue import CATALOGUE

__all__ = ["OF_A_TRIAL", "Divisor", "Inhibitor", "Rule", "Take", "figure", "fill"]

Take = Literal["last", "average", "minimum", "maximum", "increase", "rate"]
LabelName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,63}$")]
LabelValue = Annotated[str, StringConstraints(max_length=250)]
MetricName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$")]
OF_A_TRIAL = ("workflow_id", "dag_id")
"""Labels that say which trial a figure is about, and who may read of it: one is never without the other."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_WORDS = {"above": "above", "below": "below", "at_least": "at least", "at_most": "at most"}
OPERATORS = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Values = Annotated[list[LabelValue], BeforeValidator(_listed), Field(min_length=1, max_length=50)]
Where = Annotated[dict[LabelName, Values], Field(max_length=8)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Divisor(_Part):
    """What the figure is divided by, taken over the same time and told apart by the same labels."""

    metric: MetricName
    where: Where = Field(default_factory=dict)
    at_least: float = Field(default=0.0, ge=0, description="Below that the rule sees nothing: one failure of one request is no rate.")


class Inhibitor(_Part):
    """Open incidents that explain one of this rule, of which nobody is notified then."""

    rule: RuleName
    where: Where = Field(default_factory=dict, description="Only incidents with these labels.")
    equal: list[LabelName] = Field(default_factory=list, max_length=8, description="Labels that both must have the same of.")


def _inhibitor(value: Any) -> Any:
    return {"rule": value} if isinstance(value, str) else value


class Rule(_Part):
    """One rule; exactly one of ``above``, ``below``, ``at_least`` and ``at_most`` is its threshold."""

    name: RuleName
    enabled: bool = True
    severity: Severity
    summary: str = Field(min_length=1, max_length=200, description="What it means, in a sentence.")
    message: str = Field(
        default="", max_length=500, description="What an incident says; {value}, {threshold} and each label of `by` are filled in."
    )
    advice: str = Field(default="", max_length=500, description="What to do about it.")
    metric: MetricName = Field(description="The figure.")
    where: Where = Field(default_factory=dict, description="Only series with these labels.")
    take: Take = Field(default="last", description="What of the series: its last value, or something over the time in `over`.")
    over: Duration = Field(default=0, description="Over how long, unless the last value is taken.")
    divided_by: Divisor | None = None
    unless: MetricName | None = Field(
        default=None, description="Nothing is seen where this figure, told apart by the same labels, is not 0."
    )
    by: list[LabelName] = Field(default_factory=list, max_length=8, description="Labels that tell incidents apart.")
    combine: Literal["worst", "sum"] = Field(default="worst", description="Several series of one incident: which counts.")
    above: Threshold | None = None
    below: Threshold | None = None
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    for_: Duration = Field(default=0, alias="for", description="How long the threshold must be passed.")
    clear: Threshold | None = Field(default=None, description="Over only once the figure is back at this; the threshold unless given.")
    clear_for: Duration = Field(default=60, description="And stays there for so long.")
    no_data: Literal["hold", "resolve", "fire"] = Field(
        default="hold", description="Without the figure an incident lasts (hold), ends (resolve), or begins (fire)."
    )
    inhibited_by: list[Annotated[Inhibitor, BeforeValidator(_inhibitor)]] = Field(default_factory=list, max_length=20)
    unit: str = Field(default="", max_length=50)

    @model_validator(mode="after")
    def _whole(self) -> Rule:
        problems = list(self._problems())
        if problems:
            raise PydanticCustomError("dependencies", "{text}", {"problems": problems, "text": "; ".join(p["rule"] for p in problems)})
        return self

    def _problems(self) -> Iterator[dict[str, Any]]:
        given = [name for name in OPERATORS if getattr(self, name) is not None]
        if len(given) != 1:
            yield _problem(
                "above", "exactly one of above, below, at_least and at_most must be given", f"given: {', '.join(given) or 'none'}"
            )
        elif self.clear is not None and (self.clear > self.threshold if self.upward else self.clear < self.threshold):
            yield _problem("clear", f"must not lie beyond the threshold {self.threshold:g}", "Leave it out for the threshold itself.")
        if (self.take == "last") is (self.over > 0):
            rule = "is only for what is taken over time" if self.over else f"must be given: {self.take} is taken over some time"
            yield _problem("over", rule, "Write over: 5m, or take: last.")
        divisors = [self.divided_by.metric] if self.divided_by else []
        for metric in [self.metric, *divisors, *([self.unless] if self.unless else [])]:
            if metric.startswith("dean_") and metric not in CATALOGUE:
                yield _problem("metric", f"{metric} is no figure of this package", "docs/reference/metrics.md lists them.")
        if len(set(self.by) & set(OF_A_TRIAL)) == 1:
            yield _problem(
                "by", f"must name both of {' and '.join(OF_A_TRIAL)}, or none", "A trial's incidents are for whoever reads its DAG."
            )
        unknown = set(PLACEHOLDER.findall(self.message)) - {*self.by, "value", "threshold"}
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in sorted(unknown))
            yield _problem("message", f"names {names}, which is neither a label of `by` nor value or threshold", "Add it to `by`.")

    @property
    def comparison(self) -> str:
        """Which of the four thresholds is given."""
        return next(name for name in OPERATORS if getattr(self, name) is not None)

    @property
    def threshold(self) -> float:
        found: float = getattr(self, self.comparison)
        return found

    @property
    def upward(self) -> bool:
        """Whether more is worse."""
        return self.comparison in ("above", "at_least")

    def breaches(self, value: float) -> bool:
        """Whether the threshold is passed."""
        return self._beyond(value, self.threshold)

    def clears(self, value: float) -> bool:
        """Whether an incident counts as over."""
        return not self._beyond(value, self.threshold if self.clear is None else self.clear)

    def _beyond(self, value: float, bound: float) -> bool:
        return {"above": value > bound, "below": value < bound, "at_least": value >= bound, "at_most": value <= bound}[self.comparison]

    @property
    def condition(self) -> str:
        """In words: ``above 5 % for 5 min, until 4 % for 1 min``."""
        what = f"{self.take} over {in_words(self.over)} " if self.over else ""
        lasting = f" for {in_words(self.for_)}" if self.for_ else ""
        back = figure(self.threshold if self.clear is None else self.clear, self.unit)
        until = f", until back at {back} for {in_words(self.clear_for)}"
        return f"{what}{_WORDS[self.comparison]} {figure(self.threshold, self.unit)}{lasting}{until}"

    def says(self, labels: dict[str, str], value: float | None) -> str:
        """The message of an incident."""
        known = {
            **labels,
            "value": "no data" if value is None else figure(value, self.unit),
            "threshold": figure(self.threshold, self.unit),
        }
        return fill(self.message or self.summary, known)


def figure(value: float, unit: str) -> str:
    """A figure with its unit, as a person reads it."""
    if unit == "ratio":
        return f"{value * 100:.3g} %"
    if unit == "bytes":
        return f"{value / 2**20:.4g} MiB"
    short = {"seconds": "s"}.get(unit, unit)
    return f"{value:.4g}{f' {short}' if short else ''}"


def fill(text: str, known: dict[str, str]) -> str:
    """Put values in the place of their names; nothing in a value is looked at again."""
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)


def _problem(field: str, rule: str, suggestion: str = "") -> dict[str, Any]:
    return {"field": field, "rule": rule, "suggestion": suggestion}
