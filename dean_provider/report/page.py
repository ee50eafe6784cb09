"""From :class:`ReportData` to one HTML file that needs nothing else.

The file loads nothing: its policy (Content-Security-Policy) allows exactly its own stylesheet and script, by their hashes,
so that even a hostile name that slipped through the escaping could neither run nor call home.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dean_provider.contract.trial import Generation, Trial, TrialStatus
from dean_provider.report.commands import digest_commands, repeat
from dean_provider.report.configuration import settings
from dean_provider.report.curves import curves
from dean_provider.report.data import ReportData
from dean_provider.report.incidents import incidents
from dean_provider.report.lineage import descent
from dean_provider.report.metric import Metric
from dean_provider.report.outcome import bars, ending, headline, outcome_table
from dean_provider.report.patterns import applied, pattern_table
from dean_provider.report.policy import policy
from dean_provider.report.provenance import origins, web_address
from dean_provider.report.text import count, duration, instant, plural, proportion, sentence_case, short_id, spaced
from dean_provider.report.thinning import spread
from dean_provider.report.tiles import tiles, took

__all__ = ["render"]

MOST_TABLE_ROWS = 61
TONES = {
    TrialStatus.COMPLETED: "good",
    TrialStatus.FAILED: "bad",
    TrialStatus.STOPPED: "warn",
    TrialStatus.PAUSED: "warn",
    TrialStatus.RUNNING: "accent",
    TrialStatus.PENDING: "plain",
}


def render(data: ReportData) -> str:
    """The report as HTML text (UTF-8). The same data always gives the same text."""
    metric = Metric.of(data.trial.objective)
    generations = _in_order(data.generations)
    style, script = _asset("report.css"), _asset("report.js")
    reached = _reached(data.trial, generations)
    digest = reached[1] if reached else ""
    return (
        _environment()
        .get_template("report.html")
        .render(
            style=Markup(style),  # noqa: S704 - both are files of this package
            script=Markup(script),  # noqa: S704
            policy_header=_policy_header(style, script),
            trial=data.trial,
            tone=TONES[data.trial.status],
            ending=ending(data.trial),
            started=data.trial.started_at or data.trial.created_at,
            took=took(data.trial, generations),
            config=data.trial.config,
            metric=metric,
            headline=headline(data, generations, metric),
            bars=bars(data.verification, metric),
            tiles=tiles(data, generations, metric),
            outcome=outcome_table(data, metric),
            verification=data.verification,
            charts=curves(data, generations, metric),
            generations=[generations[position] for position in spread(len(generations), MOST_TABLE_ROWS)],
            generations_known=len(generations),
            patterns=pattern_table(data.patterns, metric),
            applied=applied(data.applied, metric),
            policy=policy(data),
            descent=descent(data.lineage, metric),
            incidents=incidents(generations),
            settings=settings(data.trial.config),
            repeat=repeat(data.trial, reached, data.connections, data.run.get("record", "")),
            check=digest_commands(data.trial.trial_id, digest, data.credential),
            credential=data.credential,
            run=origins(data.run, data.trial.versions),
            run_url=web_address(data.run.get("url", "")),
            digest=digest,
            notes=data.notes,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dean_provider.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}
    environment.filters.update(
        {
            "count": count,
            "duration": duration,
            "instant": instant,
            "plural": plural,
            "proportion": proportion,
            "sentence_case": sentence_case,
            "short_id": short_id,
            "spaced": spaced,
        }
    )
    return environment


@cache
def _asset(name: str) -> str:
    environment = _environment()
    if environment.loader is None:  # pragma: no cover - set above
        raise FileNotFoundError(name)
    return environment.loader.get_source(environment, name)[0]


def _policy_header(style: str, script: str) -> str:
    return f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _reached(trial: Trial, generations: Sequence[Generation]) -> tuple[int, str] | None:
    """The last generation whose digest is known, and the digest."""
    if trial.digest and trial.current_generation >= 0:
        return trial.current_generation, trial.digest
    return (generations[-1].generation, generations[-1].digest) if generations and generations[-1].digest else None


def _in_order(generations: Sequence[Generation]) -> list[Generation]:
    """By number, each once; the last one given wins."""
    return [each for _, each in sorted({each.generation: each for each in generations}.items())]
