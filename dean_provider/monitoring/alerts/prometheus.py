"""The same rules for a Prometheus that scrapes ``/dean/metrics``. It needs version 2.42 or later, for ``keep_firing_for``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from dean_provider.monitoring.alerts.duration import prometheus as duration
from dean_provider.monitoring.alerts.rule import OPERATORS, PLACEHOLDER, Rule, Take, Where, figure

__all__ = ["expression", "rule_file"]

INSTANCE = "instance"
"""Every API server tells the same figures: they are added up within one, and the greatest sum is taken."""
_FUNCTIONS = {
    "average": "avg_over_time",
    "minimum": "min_over_time",
    "maximum": "max_over_time",
    "increase": "increase",
    "rate": "rate",
}
_ABSENT = {
    "alert": "GatewayAbsent",
    "expr": "absent(dean_monitoring_age_seconds) or min(dean_monitoring_age_seconds) > 60",
    "for": "5m",
    "labels": {"severity": "critical"},
    "annotations": {
        "summary": "No API server tells the gateway's figures.",
        "description": "Nothing has been scraped from /dean/metrics, or nobody watches: none of the other rules can see anything.",
    },
}


def rule_file(rules: Iterable[Rule]) -> str:
    """A rule file with every enabled rule, and one more for when nothing is told at all."""
    alerts = [_alert(rule) for rule in rules if rule.enabled]
    document = {"groups": [{"name": "dean", "rules": [*alerts, _ABSENT]}]}
    note = "# Made by `dean alerts export prometheus`. Who is told of what, and what explains what, is Alertmanager's to say.\n"
    return note + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=140)


def expression(rule: Rule) -> str:
    """The rule's condition in PromQL."""
    seen = _grouped(rule, rule.metric, rule.where, rule.take)
    if rule.divided_by is not None:
        least = rule.divided_by.at_least
        below = _grouped(rule, rule.divided_by.metric, rule.divided_by.where, rule.take)
        seen = f"{seen} / ({below} {f'>= {_number(least)}' if least else '> 0'})"
    text = f"{seen} {OPERATORS[rule.comparison]} {_number(rule.threshold)}"
    if rule.unless is not None:
        text += f" unless ({_grouped(rule, rule.unless, {}, 'last')} != 0)"
    if rule.no_data == "fire" and not rule.by:
        text += f" or absent({_selector(rule.metric, rule.where)})"
    return text


def _alert(rule: Rule) -> dict[str, Any]:
    lasting = {"for": duration(rule.for_)} if rule.for_ else {}
    keeping = {"keep_firing_for": duration(rule.clear_for)} if rule.clear_for else {}
    return {
        "alert": rule.name,
        "expr": expression(rule),
        **lasting,
        **keeping,
        "labels": {"severity": rule.severity.value},
        "annotations": {
            "summary": rule.summary,
            "description": PLACEHOLDER.sub(lambda found: _template(rule, found[1]), rule.message or rule.summary),
            **({"advice": rule.advice} if rule.advice else {}),
        },
    }


def _template(rule: Rule, name: str) -> str:
    if name == "threshold":
        return figure(rule.threshold, rule.unit)
    if name != "value":
        return f"{{{{ $labels.{name} }}}}"
    function = {"ratio": "humanizePercentage", "seconds": "humanizeDuration", "bytes": "humanize1024"}.get(rule.unit, "humanize")
    return f"{{{{ $value | {function} }}}}"


def _grouped(rule: Rule, metric: str, where: Where, take: Take) -> str:
    inner = _selector(metric, where)
    if take != "last":
        inner = f"{_FUNCTIONS[take]}({inner}[{duration(rule.over)}])"
    if rule.combine == "sum":
        return f"{_by('max', rule.by)} ({_by('sum', [*rule.by, INSTANCE])} ({inner}))"
    return f"{_by('max' if rule.upward else 'min', rule.by)} ({inner})"


def _by(function: str, labels: Iterable[str]) -> str:
    names = ", ".join(labels)
    return f"{function} by ({names})" if names else function


def _selector(metric: str, where: Where) -> str:
    matchers = [
        f'{name}="{_quoted(values[0])}"' if len(values) == 1 else f'{name}=~"{_quoted("|".join(map(re.escape, values)))}"'
        for name, values in where.items()
    ]
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return f"{value:.10g}"
