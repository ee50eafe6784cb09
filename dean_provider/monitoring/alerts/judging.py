"""One look at everything: which incidents begin and end, and what each rule sees. Pure; the clock is passed in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dean_provider.contract.alert import Incident
from dean_provider.monitoring.alerts.rule import Rule
from dean_provider.monitoring.alerts.seeing import Group, see
from dean_provider.monitoring.alerts.timing import Change, Timer, step
from dean_provider.monitoring.history import History

__all__ = ["Judgement", "Known", "Seen", "Transition", "fingerprint_of", "inhibitor_of", "judge", "labels_of"]


@dataclass(frozen=True)
class Known:
    """A group of which something is kept.

    :param firing: whether an incident of it is open.
    """

    group: Group
    timer: Timer = field(default_factory=Timer)
    firing: bool = False


@dataclass(frozen=True)
class Transition:
    """An incident begins or ends.

    :param rule: none where it is gone, which ends its incidents.
    """

    fingerprint: str
    change: Change
    at: datetime
    rule: Rule | None
    group: Group = ()
    value: float | None = None


@dataclass(frozen=True)
class Seen:
    """What a rule sees now.

    :param state: as in :class:`dean_provider.contract.alert.RuleState`.
    :param value: the worst.
    """

    state: str
    value: float | None


@dataclass
class Judgement:
    """:param known: what to keep, by fingerprint. :param seen: by rule."""

    known: dict[str, Known] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)


def fingerprint_of(rule: str, group: Group) -> str:
    """The same for every incident of one rule and one set of labels, in whichever process."""
    text = json.dumps([rule, sorted(group)], separators=(",", ":"))
    return f"{rule}.{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def labels_of(rule: Rule, group: Group) -> dict[str, str]:
    """The labels of an incident: those of its group, and those that all series of its rule have."""
    fixed = {name: values[0] for name, values in rule.where.items() if len(values) == 1}
    return {**fixed, **{name: value for name, value in group if value}}


def judge(rules: Sequence[Rule], figures: History, now: datetime, known: Mapping[str, Known]) -> Judgement:
    """What follows from the figures at ``now``.

    :param known: by fingerprint: what the last look left, and every open incident.
    """
    judged, left = Judgement(), dict(known)
    for rule in rules:
        values = see(rule, figures, now)
        groups = {fingerprint_of(rule.name, group): group for group in values}
        mine = {name: left.pop(name) for name in _of(rule, left)}
        groups |= {name: one.group for name, one in mine.items()}
        if not rule.by:
            groups.setdefault(fingerprint_of(rule.name, ()), ())
        for name, group in groups.items():
            _judge_group(rule, mine.get(name, Known(group)), values.get(group), now, (name, judged))
        judged.seen[rule.name] = _seen(rule, values, [judged.known[name] for name in groups if name in judged.known])
    gone = [Transition(name, Change.RESOLVED, now, None, one.group) for name, one in left.items() if one.firing]
    judged.transitions += gone
    return judged


def _of(rule: Rule, known: Mapping[str, Known]) -> list[str]:
    """What is known of groups of this rule, as it tells them apart now."""
    names = [name for name in known if name.rpartition(".")[0] == rule.name]
    return [name for name in names if name == fingerprint_of(rule.name, known[name].group) and _told_apart(known[name].group) == rule.by]


def _told_apart(group: Group) -> list[str]:
    return [label for label, _ in group]


def _judge_group(rule: Rule, known: Known, value: float | None, now: datetime, into: tuple[str, Judgement]) -> None:
    name, judged = into
    timer, change = step(rule, known.timer, value, now.timestamp(), firing=known.firing)
    firing = known.firing if change is None else change is Change.RAISED
    if change is not None:
        judged.transitions.append(Transition(name, change, now, rule, known.group, value))
    if firing or not timer.idle:
        judged.known[name] = Known(known.group, timer, firing)


def _seen(rule: Rule, values: Mapping[Group, float], known: Collection[Known]) -> Seen:
    worst = (max if rule.upward else min)(values.values(), default=None)
    if any(one.firing for one in known):
        return Seen("firing", worst)
    if any(one.timer.over is not None for one in known):
        return Seen("pending", worst)
    return Seen("quiet" if values else "no data", worst)


def inhibitor_of(incident: Incident, rules: Mapping[str, Rule], others: Collection[Incident]) -> Incident | None:
    """The open incident that explains this one, if there is one."""
    rule = rules.get(incident.rule)
    for inhibitor in rule.inhibited_by if rule else ():
        for other in others:
            fits = other.rule == inhibitor.rule and other.incident_id != incident.incident_id
            fits = fits and all(other.labels.get(name) in values for name, values in inhibitor.where.items())
            if fits and all(other.labels.get(name) == incident.labels.get(name) for name in inhibitor.equal):
                return other
    return None
