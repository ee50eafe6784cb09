"""A trial's outcome in a few lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["UNKNOWN", "Message", "message_of"]

UNKNOWN: dict[str, Any] = dict.fromkeys((
    "trial_id", "parent", "name", "status", "termination_reason", "generations", "best_fitness", "best_agent_id", "scores", "baselines",
    "metric", "unit", "tokens_used", "seed", "digest", "report", "replay",
))  # fmt: skip
"""Everything that may be known of a trial. A template that names what is not there at all would fail."""

LONGEST_REASON = 500
SETS = ("test", "validation", "train")
"""Of which the first that has a score is told: the least that the trial could fit itself to."""


@dataclass(frozen=True)
class Message:
    """:param subject: one line. :param text: a few."""

    subject: str
    text: str


def message_of(outcome: Mapping[str, Any], reason: str = "") -> Message:
    """What to say of a trial.

    :param outcome: what ``publish_report`` returned, or as much of it as is known: a trial that failed has none.
    :param reason: why the run failed, if it did.
    """
    name, status = outcome.get("name") or outcome.get("trial_id") or "trial", outcome.get("status")
    verdict = "failed" if reason or not status else str(status)
    lines = [_standing(outcome), _score(outcome), _identity(outcome), _replay(outcome)]
    lines += [f"Why: {_clipped(reason)}" if reason else "", f"Report: {outcome['report']}" if outcome.get("report") else ""]
    subject = f"Trial {name} {verdict}"
    return Message(subject, "\n".join([subject, *filter(None, lines)]))


def _standing(outcome: Mapping[str, Any]) -> str:
    generation = outcome.get("generations")
    if generation is None:
        return ""
    why = outcome.get("termination_reason")
    tokens = outcome.get("tokens_used")
    parts = [f"Generation {generation}", f"ended by {why}" if why else "", f"{tokens} tokens" if tokens is not None else ""]
    return ", ".join(filter(None, parts)) + "."


def _score(outcome: Mapping[str, Any]) -> str:
    scores = outcome.get("scores") or {}
    chosen = next((name for name in SETS if scores.get(name) is not None), None)
    if chosen is None:
        return ""
    unit = outcome.get("unit") or ""
    others = {name: found.get(chosen) for name, found in (outcome.get("baselines") or {}).items()}
    beside = ", ".join(f"{name.replace('_', ' ')} {_figure(value, unit)}" for name, value in others.items() if value is not None)
    what = outcome.get("metric") or "Score"
    return f"{what[:1].upper()}{what[1:]} ({chosen}): {_figure(scores[chosen], unit)}{f' ({beside})' if beside else ''}."


def _figure(value: float, unit: str) -> str:
    return f"{value:.4g}{f' {unit}' if unit else ''}"


def _identity(outcome: Mapping[str, Any]) -> str:
    trial, digest, parent = outcome.get("trial_id"), outcome.get("digest"), outcome.get("parent")
    lines = [f"Trial id: {trial}" if trial else "", f"Digest: {digest}" if digest else ""]
    lines.append(f"Forked from {parent['trial_id']} at generation {parent['generation']}." if parent else "")
    return "\n".join(filter(None, lines))


def _replay(outcome: Mapping[str, Any]) -> str:
    replay = outcome.get("replay")
    if not replay:
        return ""
    return f"Replay of {replay['trial_id']}: the digests {'agree' if replay['agrees'] else 'DIFFER'}."


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_REASON else f"{plain[: LONGEST_REASON - 1]}…"
