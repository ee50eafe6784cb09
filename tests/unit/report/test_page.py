"""The page as a whole: self-contained, safe, accessible, honest about what is missing, small and quick for long trials."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dean_provider.contract.trial import ForkOrigin, TerminationReason, TrialStatus
from dean_provider.report import ReportData, render

VOID = {"meta", "link", "br"}
HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "'; drop",
    "\u2028\x00",
]


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails on tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
            if tag in self.raw:
                self.raw[tag].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in self.raw:
            self.raw[self._open[-1]][-1] += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def words_of(data: ReportData) -> str:
    return Page(render(data)).text


def test_loads_nothing_from_anywhere(make_data):
    html = render(make_data(run={"url": "https://airflow.example/dags/x"}))
    page = Page(html)
    for tag, attributes in page.tags:
        assert "src" not in attributes
        assert "srcset" not in attributes
        assert tag not in {"img", "iframe", "object", "embed", "video", "audio", "base", "form", "use", "image"}
        assert not (tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh")
        if tag != "a":
            assert attributes.get("href", "data:,") == "data:,"
    style = page.raw["style"][0]
    assert "url(" not in style
    assert "@import" not in style
    assert re.findall(r"https?://[^\"<]+", html) == ["https://airflow.example/dags/x"]


def test_policy_allows_exactly_its_own_style_and_script(make_data):
    page = Page(render(make_data()))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert directives["default-src"] == ["'none'"]
    (style,) = page.raw["style"]
    runnable = [text for text, attributes in zip(page.raw["script"], page.all("script"), strict=True) if not attributes.get("type")]
    assert directives["style-src"] == [_hash(style)]
    assert [directives["script-src"]] == [[_hash(text)] for text in runnable]
    for _, attributes in page.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_same_data_same_file(make_data):
    assert render(make_data()) == render(ReportData.model_validate_json(make_data().model_dump_json()))


def test_says_the_outcome_first(make_data):
    text = words_of(make_data())
    sentence = "The evolved policy wastes 3.20 % on 20 instances it never saw; best fit, the best baseline there, wastes 5.40 %: 41 % less."
    assert sentence in text.replace("\u202f", " ")
    assert text.index("it never saw;") < text.index("Progress")


def test_a_fork_names_its_parent(make_data):
    data = make_data()
    forked = data.trial.model_copy(update={"parent": ForkOrigin(trial_id="the-parent", generation=12)})
    html = render(data.model_copy(update={"trial": forked}))
    assert "<dt>Forked from</dt><dd><code>the-parent</code> at generation 12" in html
    assert "Forked from" not in render(make_data())


def test_shows_every_part_of_a_complete_trial(make_data):
    text = words_of(make_data())
    for part in (
        "all generations done",
        "No pattern was discovered: the service cannot.",
        "manual__1",
        "dean-provider",
        "f4" * 32,
        "python -m dean_provider.recompute_digest history.jsonl",
        "airflow dags trigger dean_evolution_trial",
        "scores[1] at most 0.2",
        "accepted",
        "0.0040",
        "Mutations injected",
        "Evaluation repeated",
        "Line of descent",
        "diversity_threshold",
    ):
        assert part in text, part


@pytest.mark.parametrize("status", list(TrialStatus))
@pytest.mark.parametrize("reason", [None, *TerminationReason])
def test_every_state_with_nothing_known_renders(make_trial, status, reason):
    trial = make_trial(
        60, status=status, termination_reason=reason, config=None, objective=None, current_generation=-1, digest=None, token_budget=None
    )
    text = words_of(ReportData(trial=trial))
    assert status.value in text
    assert "nan" not in text.lower().split()
    assert "None" not in text


def test_a_failed_trial_says_why_and_claims_nothing(make_data, make_trial):
    trial = make_trial(
        60, status="failed", termination_reason="error", current_generation=12, error="evaluation of generation 13 timed out"
    )
    text = words_of(make_data(12, trial=trial, verification=None, patterns=[], applied=None, lineage=None))
    assert "The trial failed at generation 12 of 60." in text
    assert "evaluation of generation 13 timed out" in text
    assert "It was not verified on instances it never saw." in text
    assert "never seen before" not in text


def test_figures_that_are_not_finite_do_not_break_the_drawing(make_data, make_generation):
    odd = [make_generation(3, worst_fitness=float("-inf"), mean_fitness=float("nan")), make_generation(4, best_fitness=float("inf"))]
    page = Page(render(make_data(generations=[make_generation(0), make_generation(1), *odd])))
    for path in page.all("path"):
        assert "nan" not in path["d"]
        assert "inf" not in path["d"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(make_data, make_trial, make_pattern, hostile):
    assert _structure(_worded(make_data, make_trial, make_pattern, hostile)) == _structure(
        _worded(make_data, make_trial, make_pattern, "plain")
    )


@settings(max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(min_size=1, max_size=60))
def test_any_words_stay_words(make_data, make_trial, make_pattern, words):
    assert _structure(_worded(make_data, make_trial, make_pattern, words)) == _structure(
        _worded(make_data, make_trial, make_pattern, "plain")
    )


def _worded(make_data, make_trial, make_pattern, words: str) -> ReportData:
    """A trial that says ``words`` wherever a caller or a service can put some."""
    plain = make_data(6)
    trial = make_trial(
        6,
        trial_id=words,
        population_id=words,
        error=words,
        digest=words,
        versions={words: words},
        config=plain.trial.config.model_copy(update={"name": words, "labels": {"k": words}, "repository": words}),
        objective=plain.trial.objective.model_copy(update={"name": words, "description": words, "metric": words, "unit": words}),
    )
    verification = plain.verification.model_copy(
        update={
            "agent_id": words,
            "traits": {words: words, "table": [1.0] * 20, "deep": {"a": [words]}},
            "baselines": {words: plain.verification.baselines["best_fit"]},
        }
    )
    agent = plain.lineage.agent.model_copy(update={"agent_id": words})
    return plain.model_copy(
        update={
            "trial": trial,
            "generations": [each.model_copy(update={"best_agent_id": words}) for each in plain.generations],
            "verification": verification,
            "patterns": [make_pattern(1, pattern_id="p").model_copy(update={"pattern_id": words, "description": words})],
            "lineage": plain.lineage.model_copy(update={"agent": agent}),
            "run": {"dag_id": words, "key": words},
            "notes": [words],
        }
    )


def _structure(data: ReportData) -> Counter[tuple[str, tuple[str, ...]]]:
    page = Page(render(data))
    for text, attributes in zip(page.raw["script"], page.all("script"), strict=True):
        if attributes.get("type"):
            json.loads(text)
    return Counter((tag, tuple(sorted(attributes))) for tag, attributes in page.tags)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "file:///etc/passwd", "http://[", "not a url"])
def test_links_only_to_the_web(make_data, url):
    page = Page(render(make_data(run={"url": url})))
    assert page.all("a") == []
    assert url in page.text


def test_headings_tables_and_drawings_are_accessible(make_data):
    page = Page(render(make_data()))
    (html,) = page.all("html")
    assert html["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in attributes for attributes in page.all("th"))
    top_drawings = [attributes for attributes in page.all("svg") if "viewbox" not in attributes and attributes.get("class") != "bar"]
    assert all("aria-label" in attributes or attributes.get("aria-hidden") == "true" for attributes in top_drawings)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(attributes["aria-labelledby"] in ids for attributes in page.all("section"))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_have_contrast(make_data, theme):
    style = Page(render(make_data())).raw["style"][0]
    block = re.findall(r":root\s*{([^}]*)}", style)[theme]
    colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]+)", block))
    pairs = [(name, ground) for name in ("ink", "dim", "accent", "good", "bad") for ground in ("card", "bg")]
    pairs += [(name, f"soft-{name}") for name in ("accent", "good", "warn", "bad")] + [
        ("ink", "soft-warn"),
        ("dim", "soft-plain"),
        ("baseline", "card"),
    ]
    assert {
        pair: _contrast(*(colours[name] for name in pair)) for pair in pairs if _contrast(*(colours[name] for name in pair)) < 4.5
    } == {}
    curves = ("best", "mean", "diversity", "tokens", "baseline")
    assert {name: _contrast(colours[name], colours["card"]) for name in curves if _contrast(colours[name], colours["card"]) < 3} == {}


def _contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_hundred_thousand_generations_stay_small(make_data, make_generation):
    template = make_generation(0)
    noise = [((number * 2654435761) % 1000) / 1000 for number in range(100_001)]
    generations = [
        template.model_copy(
            update={
                "generation": number,
                "best_fitness": -6 + 3 * number / 100_001,
                "mean_fitness": -8 + noise[number],
                "worst_fitness": -12 - noise[number],
                "intervention": make_generation(15).intervention if number % 10 == 0 else None,
                "tokens_used": 60 * number,
            }
        )
        for number in range(100_001)
    ]
    data = make_data().model_copy(update={"generations": generations})
    html = render(data)
    assert len(html.encode()) < 600_000
    assert "61 of 100,001" in Page(html).text
