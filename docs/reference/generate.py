"""Makes the reference pages and the provider info's options from the code; `--check` only tells whether they are fresh.

A page is a function in PAGES that returns the text of one file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from pydantic.json_schema import models_json_schema

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.main import dean
from dean_provider.config import Option, ProviderSettings, options
from dean_provider.config.option import Kind
from dean_provider.config.text import to_text
from dean_provider.contract import live
from dean_provider.contract.endpoints import Dialect, Operation, airflow, dialects, evolution, gateway, indexagent
from dean_provider.contract.events import Event, Fact, fact_types
from dean_provider.contract.events.names import EVENT_NAMES
from dean_provider.contract.live import Closing, Heartbeat, Hello, LiveEvent, Missed, Resume
from dean_provider.engine.objectives import describe, registered
from dean_provider.errors import DeanError
from dean_provider.monitoring.alerts.book import default_book
from dean_provider.monitoring.alerts.routing import NotifierChoice, Route
from dean_provider.monitoring.alerts.rule import Rule
from dean_provider.monitoring.catalogue import GROUPS
from dean_provider.monitoring.record import MOST_TRIALS, MOST_WATCHED
from dean_provider.monitoring.statistics import STATISTICS
from dean_provider.plugins.api.app import build_app, rights, routes
from dean_provider.plugins.api.live.assembly import SOCKETS
from dean_provider.plugins.api.live.asyncapi import asyncapi
from dean_provider.plugins.api.live.sockets import CODES
from dean_provider.plugins.api.matrix import OTHERS, ROLES, matrix
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.surroundings import Surroundings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "dean_provider/plugins/www"
NOTE = "<!-- Made by docs/reference/generate.py; `make docs` makes it anew. -->\n"
LIVE_MESSAGES = (Hello, Resume, LiveEvent, Missed, Heartbeat, Closing)
SINCE = "0.1.0"
AIRFLOW_TYPES = {Kind.WHOLE: "integer", Kind.NUMBER: "float", Kind.TRUTH: "boolean"}


def provider_options() -> str:
    """Section [dean] for Airflow's provider info. Every default there is null, so that whatever Airflow answers was given by somebody."""
    section = {
        "description": "Evolution trials. An option left out here may still be given by the YAML file that config_file names.",
        "options": {option.airflow_name: _airflow_option(option) for option in options().values()},
    }
    return json.dumps({"dean": section}, indent=2) + "\n"


def _airflow_option(option: Option) -> dict[str, Any]:
    default = "" if option.default is None else f" Default: {to_text(option.default)}."
    described = {
        "description": f"{option.description}{default}",
        "version_added": SINCE,
        "type": AIRFLOW_TYPES.get(option.kind, "string"),
        "example": None if option.example is None else to_text(option.example),
        "default": None,
    }
    return {**described, "sensitive": True} if option.secret else described


def configuration() -> str:
    provider = [option for option in options().values() if not option.trial]
    trial = [option for option in options().values() if option.trial]
    return "\n".join(
        [
            "# Configuration",
            NOTE,
            "Every setting, by name. [How to configure](../how-to/configure.md) explains the layers and the ways to write a value.",
            "",
            "In airflow.cfg a setting stands in section `[dean]`, in the environment it is `AIRFLOW__DEAN__<NAME>`. A trial's setting has",
            "`trial_` before its name there (`AIRFLOW__DEAN__TRIAL_POPULATION_SIZE`) and stands under `trial:` in a YAML file.",
            "",
            "## The provider",
            "",
            *_table(provider),
            "",
            "A setting marked ¹ belongs to the installation: a run's conf cannot set it.",
            "",
            "## A trial",
            "",
            "What a trial is given unless its conf says otherwise.",
            "",
            *_table(trial),
            "",
        ]
    )


def _table(listed: list[Option]) -> Iterator[str]:
    yield "| setting | meaning | values | default |"
    yield "|---|---|---|---|"
    for option in listed:
        mark = "¹" if option.installation else ""
        default = "empty" if option.default is None else f"`{to_text(option.default)}`"
        yield f"| `{option.name}`{mark} | {_cell(option.description)} | {_cell(_values(option))} | {default} |"


def _values(option: Option) -> str:
    if "enum" in option.schema:
        return ", ".join(f"`{choice}`" for choice in option.schema["enum"])
    if "pattern" in option.schema:
        return f"{option.kind.value} matching `{option.schema['pattern']}`"
    if option.schema.get("format") == "uuid":
        return "UUID"
    return f"{option.kind.value}, {option.allowed}" if option.allowed else option.kind.value


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


VARIABLES = {
    "DEAN_URL": "Airflow's address; wins over where one has signed in.",
    "DEAN_TOKEN": "Bearer token for that Airflow; wins over the one that is kept.",
    "DEAN_USER, DEAN_PASSWORD": "For `dean login`, where nobody can be asked.",
    "XDG_STATE_HOME": "Folder in which `dean/login.json` is kept. Default: `~/.local/state`.",
    "HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE": "Proxy and authorities, as for other programs.",
    "NO_COLOR": "No colours on a terminal.",
    "DEAN_DEBUG": "1 shows the traceback of an error.",
}


def cli() -> str:
    lines = [
        "# Command line",
        NOTE,
        "`airflow dean …` takes the same commands as `dean …`.",
        "",
        "A result goes to stdout, everything else to stderr. With `--json` stdout holds one JSON document; when the command fails, that",
        "document is the problem (`error_code`, `message`, `details`, `suggestions`, …) in the form the services use. A mistake of yours",
        "never shows a traceback, unless `dean --debug …` or `DEAN_DEBUG=1` asks for it.",
        "",
        "`dean trial watch` and `dean trial events` print JSON Lines instead: one document a line.",
        "",
        "Commands with `--url` ask an Airflow's gateway. [Use the command line](../how-to/use-the-command-line.md) shows them at work.",
        "",
        "| variable | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()),
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {code.value} | {code.meaning} |" for code in ExitCode),
        "",
        "## Commands",
        "",
    ]
    for context in _contexts(dean, "dean", None):
        lines += _command(context)
    return "\n".join(lines)


def _contexts(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    context = click.Context(command, info_name=name, parent=parent)
    yield context
    if isinstance(command, click.Group):
        for child in sorted(command.commands):
            yield from _contexts(command.commands[child], child, context)


def _command(context: click.Context) -> list[str]:
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    rows = [row for parameter in context.command.params if (row := parameter.get_help_record(context))]
    table = ["| option | meaning |", "|---|---|", *(f"| `{_cell(flags)}` | {_cell(text)} |" for flags, text in rows), ""]
    help_text = "\n\n".join(" ".join(part.split()) for part in (context.command.help or "").split("\n\n"))
    return [f"### {context.command_path}", "", f"`{usage}`", "", help_text, "", *(table if rows else [])]


def errors() -> str:
    lines = [
        "# Errors",
        NOTE,
        "Every failure is one of these, in Python (`dean_provider.errors`) and on the wire, where it is `application/problem+json`",
        "(RFC 9457) with `type`, `title`, `status`, `error_code`, `message`, `details`, `timestamp`, `request_id` and `suggestions`.",
        "The code decides the class.",
        "",
        "| class | code | status | a retry may help | when |",
        "|---|---|---|---|---|",
    ]
    for depth, cls in _tree(DeanError):
        when = (cls.__doc__ or "").split("\n", maxsplit=1)[0]
        name = f"{'&nbsp;' * 4 * depth}`{cls.__name__}`"
        lines.append(f"| {name} | `{cls.error_code}` | {cls.status} | {'yes' if cls.retryable else 'no'} | {_cell(when)} |")
    return "\n".join([*lines, ""])


def _tree(cls: type[DeanError], depth: int = 0) -> Iterator[tuple[int, type[DeanError]]]:
    yield depth, cls
    for child in cls.__subclasses__():
        yield from _tree(child, depth + 1)


def operations() -> str:
    lines = [
        "# Service operations",
        NOTE,
        "What the hooks can ask of a service, and how its dialects spell it. `hook.call(operation, request)` and",
        "`await hook.acall(operation, request)` take an operation of `dean_provider.contract.endpoints` and its request, and return its",
        "response. An operation marked ¹ is not repeated after a lost answer; all others are the same done once or twice. One marked ² may",
        "take long: unless the caller sets `timeout` and `deadline`, it gets 10 to 15 minutes beyond the connection's.",
        "",
    ]
    for title, module in (("IndexAgent", indexagent), ("Evolution API", evolution), ("Another Airflow", airflow)):
        spelled = dialects(module.OPERATIONS[0].service)
        lines += [f"## {title}", "", f"In `dean_provider.contract.endpoints.{module.__name__.rpartition('.')[2]}`.", ""]
        lines += [
            f"| operation | request → response | does | {' | '.join(dialect.name for dialect in spelled)} |",
            "|---" * (3 + len(spelled)) + "|",
        ]
        lines += [_operation(operation, spelled) for operation in module.OPERATIONS]
        lines.append("")
    return "\n".join(lines)


def _operation(operation: Operation[Any, Any], spelled: list[Dialect]) -> str:
    routes = [f"`{route.method} {route.path}`" if (route := dialect.routes.get(operation.name)) else "none" for dialect in spelled]
    models = f"`{operation.request.__name__}` → `{operation.response.__name__}`"
    name = f"`{operation.name.upper()}`{'' if operation.idempotent else '¹'}{'²' if operation.seconds else ''}"
    return f"| {name} | {models} | {_cell(operation.summary)} | {' | '.join(routes)} |"


def _gateway_rights() -> dict[str, Right]:
    settings = ProviderSettings()
    return rights(routes(Surroundings(settings)))


def gateway_page() -> str:
    known = _gateway_rights()
    lines = [
        "# Gateway API",
        NOTE,
        "What Airflow's API server answers under `/dean`. [How to use it](../how-to/use-the-api.md) shows calls;",
        "[permissions](permissions.md) says which role may what. `/dean/docs` and `/dean/openapi.json` describe every parameter to",
        "whoever is signed in.",
        "",
        "| operation | route | does | takes → answers | for |",
        "|---|---|---|---|---|",
    ]
    for operation in gateway.OPERATIONS:
        route = gateway.REFERENCE.routes[operation.name]
        models = f"`{operation.request.__name__}` → `{operation.response.__name__}`"
        who = _cell(known[operation.name].value)
        lines.append(f"| `{operation.name}` | `{route.method} {route.path}` | {_cell(operation.summary)} | {models} | {who} |")
    return "\n".join([*lines, ""])


def sockets() -> str:
    return json.dumps(asyncapi(), indent=1) + "\n"


def live_page() -> str:
    facts = fact_types()
    lines = [
        "# Live updates",
        NOTE,
        "What goes over the gateway's WebSockets. [How to watch trials live](../how-to/live-updates.md) shows a client; the",
        "[AsyncAPI document](asyncapi.json), which the gateway serves as `/dean/asyncapi.json` too, describes every field.",
        "",
        "| socket | for |",
        "|---|---|",
        *(f"| `{gateway.PREFIX}{path}` | {_cell(right.value)} |" for path, right in SOCKETS.values()),
        "",
        "## Messages",
        "",
        *(f"- `{model.model_fields['type'].annotation.__args__[0]}`: {_first(model)}" for model in LIVE_MESSAGES),
        "",
        "A `closing` says why in its `code`:",
        "",
        "| code | WebSocket code |",
        "|---|---|",
        *(f"| `{code}` | {number} |" for code, number in CODES.items()),
        "",
        "## Events",
        "",
        "An event's `event` is its name on the wire, `event_type` that of the fact in [the record](events.md); `data` has its fields.",
        "A fact that is not registered here is called `other.` and its own name.",
        "",
        "| event | fact | says |",
        "|---|---|---|",
        *(f"| `{name}` | `{fact}` | {_cell(_first(facts[fact]))} |" for fact, name in sorted(EVENT_NAMES.items(), key=lambda one: one[1])),
        "",
    ]
    return "\n".join(lines)


def _first(model: type[Any]) -> str:
    """What a class is, in its docstring's first words."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def permissions() -> str:
    columns = [(manager, role, allowed) for manager, roles in ROLES.items() for role, allowed in roles.items()]
    others = list(OTHERS.items())
    titles = [*(f"{manager} {role}" for manager, role, _ in columns), *(name for name, _ in others)]
    lines = [
        "# Permissions",
        NOTE,
        "Rights come from the auth manager in force; the gateway has no roles of its own. Who may what with the roles that come with the",
        "Simple and the FAB auth manager, with a task's token, and with `[dean] metrics_token`. A role made in FAB may what its",
        "permissions say, DAG by DAG. [Security](../explanation/security.md) explains the rules.",
        "",
        f"| route | {' | '.join(titles)} |",
        "|---" * (len(titles) + 1) + "|",
    ]
    for row in matrix(_gateway_rights()):
        cells = ["yes" if row.right in allowed else "" for allowed in (*(one for *_, one in columns), *(one for _, one in others))]
        lines.append(f"| `{row.method} {row.path}` | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def objectives() -> str:
    lines = [
        "# Objectives",
        NOTE,
        "What comes with the package. [Write an objective](../how-to/write_an_objective.md) says how to register one of your own.",
        "",
    ]
    for name, cls in sorted(registered().items()):
        if not cls.__module__.startswith("dean_provider."):
            continue
        about = describe(cls)
        lines += [f"## {name}", "", about.description, ""]
        lines += [f"Metric: {about.metric}{f' ({about.unit})' if about.unit else ''}, to {about.direction.value}.", ""]
        lines += [f"Tokens for one evaluation: {about.tokens_per_evaluation}.", "", "| parameter | meaning | default |", "|---|---|---|"]
        for field, schema in about.parameters_schema.get("properties", {}).items():
            lines.append(f"| `{field}` | {_cell(schema.get('description', ''))} | `{json.dumps(schema.get('default'))}` |")
        lines.append("")
    return "\n".join(lines)


def events() -> str:
    lines = [
        "# Events",
        NOTE,
        "What can be recorded of an execution. [The record](../explanation/record.md) says how events are kept, and what for.",
        "",
        "Every event has the fields of its envelope:",
        "",
        *_field_table(Event.model_json_schema()),
        "",
    ]
    kinds: dict[str, list[type[Fact]]] = {}
    for kind in fact_types().values():
        kinds.setdefault(kind.__module__.rpartition(".")[2], []).append(kind)
    for module, title in EVENT_GROUPS.items():
        lines += [f"## {title}", ""]
        for kind in kinds.pop(module):
            about = " ".join((kind.__doc__ or "").split())
            lines += [f"### `{kind.event_type}`", "", f"{about} `{kind.__name__}`, version {kind.schema_version}.", ""]
            lines += [*_field_table(kind.model_json_schema()), ""]
    if kinds:
        raise LookupError(f"EVENT_GROUPS lacks {', '.join(kinds)}")
    return "\n".join(lines)


def alerts() -> str:
    lines = [
        "# Alerts",
        NOTE,
        "The rules that come with the package, and what a file of yours may say. [How to](../how-to/alerts.md) change them, be notified,",
        "keep them quiet, and have them in Prometheus. The figures are those of [metrics](metrics.md).",
        "",
        "| rule | severity | raised when | an incident for each | explained by |",
        "|---|---|---|---|---|",
        *(_rule_row(rule) for rule in default_book().rules.values()),
        "",
        "Without the figure an incident lasts, unless the rule says that it ends (¹), as it does when a trial is over.",
        "",
        "## What to do about them",
        "",
        *(f"- **{rule.name}** {rule.summary} {rule.advice}".rstrip() for rule in default_book().rules.values()),
        "",
    ]
    for title, about, model in ALERT_MODELS:
        lines += [f"## {title}", "", about, "", *_field_table(model.model_json_schema()), ""]
    return "\n".join(lines)


ALERT_MODELS = (
    ("A rule", "Under `rules`, by name. Exactly one of `above`, `below`, `at_least` and `at_most` is its threshold.", Rule),
    ("A notifier", "Under `notifiers`, by name.", NotifierChoice),
    ("A route", "In the list `routes`. An incident goes over every route that it fits.", Route),
)


def _rule_row(rule: Rule) -> str:
    where = ", ".join(f"{name}={'|'.join(values)}" for name, values in rule.where.items())
    share = f" of `{rule.divided_by.metric}`" if rule.divided_by else ""
    unless = f", unless `{rule.unless}`" if rule.unless else ""
    condition = f"`{rule.metric}`{f' ({where})' if where else ''}{share}: {rule.condition}{unless}"
    explained = ", ".join(dict.fromkeys(one.rule for one in rule.inhibited_by))
    mark = "¹" if rule.no_data == "resolve" else ""
    return f"| `{rule.name}`{mark} | {rule.severity.value} | {_cell(condition)} | {', '.join(rule.by)} | {explained} |"


EVENT_GROUPS = {"workflow": "Every execution", "trial": "Trials", "pattern": "Patterns", "installation": "The installation"}


def _field_table(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", [])
    rows = []
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else f"`{json.dumps(field.get('default'))}`" if field.get("default") is not None else ""
        rows.append(f"| `{name}` | {_cell(_kind_of(field, schema))} | {default} | {_cell(field.get('description', ''))} |")
    return ["| field | kind | default | meaning |", "|---|---|---|---|", *rows] if rows else ["No fields."]


def _kind_of(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """A field's kind in words: the names of models as they are, without the possibility that it is empty."""
    branches = [branch for branch in field.get("anyOf", [field]) if branch.get("type") != "null"]
    return " or ".join(dict.fromkeys(_branch(branch, schema) for branch in branches))


def _branch(branch: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in branch:
        name = branch["$ref"].rsplit("/", 1)[1]
        named = schema.get("$defs", {}).get(name, {})
        return ", ".join(map(str, named["enum"])) if "enum" in named else "any JSON" if name == "JsonValue" else name
    if "enum" in branch:
        return ", ".join(map(str, branch["enum"]))
    if branch.get("type") == "array":
        return f"list of {_kind_of(branch.get('items', {}), schema)}"
    if isinstance(inner := branch.get("additionalProperties"), dict):
        return f"mapping to {_kind_of(inner, schema)}"
    return str(branch.get("format") or branch.get("const") or branch.get("type") or "anything")


def openapi() -> str:
    """What the page's client is generated from: the gateway's OpenAPI document, with what travels over its sockets."""

    async def nobody(_: Any) -> Any:
        raise NotImplementedError

    settings = ProviderSettings()
    document = build_app(settings, around=Surroundings(settings), identify=nobody, jobs=list).openapi()
    _, sockets = models_json_schema([(model, "serialization") for model in SOCKET_MODELS], ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= sockets["$defs"]
    document["info"]["version"] = "v1"
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


SOCKET_MODELS = (live.Hello, live.LiveEvent, live.Missed, live.Heartbeat, live.Closing, live.Resume)


def metrics() -> str:
    lines = ["# Metrics", NOTE, *METRICS_TEXT.strip().split("\n"), ""]
    for title, group in GROUPS.items():
        lines += [f"## {title}", "", "| metric | type | unit | labels | meaning |", "|---|---|---|---|---|"]
        for metric in group:
            labels = ", ".join(f"`{label}`" for label in (*(("service",) if metric in GROUPS["Services"] else ()), *metric.labels))
            lines.append(f"| `{metric.name}` | {metric.type.value} | {metric.unit} | {labels} | {_cell(metric.help)} |")
        lines.append("")
    lines += ["## Among Airflow's statistics", "", *STATISTICS_TEXT.strip().split("\n"), "", "| statistic | is |", "|---|---|"]
    lines += [f"| `{statistic}` | gauge, as `{name}` |" for name, statistic in STATISTICS.items()]
    lines += [f"| `{statistic}` | {meaning} |" for statistic, meaning in TOLD_AT_ONCE.items()]
    return "\n".join([*lines, ""])


METRICS_TEXT = f"""
What `/dean/metrics` tells a scraper and `/dean/api/v1/metrics` tells over time; [how to monitor](../how-to/monitor.md) says how to get at
them. One process of all asks everything once every `[dean] monitoring_seconds` and every process tells what it found, so figures are as old
as `dean_monitoring_age_seconds` says. Figures with the label `workflow_id` are told for the {MOST_TRIALS} newest running trials, to whoever
may read runs of their DAG and to the holder of `[dean] metrics_token`. The [rules of alerts](alerts.md) look at more, {MOST_WATCHED} and
these: those with an open incident and those that have been idle for longest first. `dean_trials_unwatched` tells of how many they do not.

Services' own figures stand beside these under their own names, with the label `service`: from Prometheus text, also as one JSON string, and
from JSON. Of one service at most 400 are kept; those with a label for each agent, trial or run are not, nor are histograms' buckets.
"""
STATISTICS_TEXT = """
For StatsD and OpenTelemetry, as `[metrics]` in Airflow's configuration says. Where there are tags, the values also stand at the end of a
second name (`dean.service.up.evolution`), because plain StatsD drops tags.
"""
TOLD_AT_ONCE = {
    "dean.call.duration": "timing of each call of a hook, by `service` and `operation`, in whichever process calls",
    "dean.call.errors": "counter of those that failed, by `service` and `operation`",
    "dean.record.append": "timing of recording events, the commit included",
    "dean.events.<event type>": "counter of events recorded",
}

PAGES: dict[Path, Callable[[], str]] = {
    PAGE / "src/api/openapi.json": openapi,
    ROOT / "dean_provider/config/options.json": provider_options,
    ROOT / "docs/reference/configuration.md": configuration,
    ROOT / "docs/reference/cli.md": cli,
    ROOT / "docs/reference/alerts.md": alerts,
    ROOT / "docs/reference/errors.md": errors,
    ROOT / "docs/reference/events.md": events,
    ROOT / "docs/reference/operations.md": operations,
    ROOT / "docs/reference/gateway.md": gateway_page,
    ROOT / "docs/reference/permissions.md": permissions,
    ROOT / "docs/reference/asyncapi.json": sockets,
    ROOT / "docs/reference/live.md": live_page,
    ROOT / "docs/reference/objectives.md": objectives,
    ROOT / "docs/reference/metrics.md": metrics,
}


def fresh_types() -> bool:
    """Whether the page's types were made from the OpenAPI document as it is now."""
    document = (PAGE / "src/api/openapi.json").read_bytes()
    types = PAGE / "src/api/schema.ts"
    return types.is_file() and f"// sha256 {hashlib.sha256(document).hexdigest()}\n" in types.read_text("utf-8")


def make_types() -> None:
    """Make the page's types anew, with Node.js from its wheel."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    with build.alone(PAGE):
        build.install_modules(PAGE)
    build.run_npm(PAGE, "run", "generate")


def main() -> int:
    stale = [path for path, make in PAGES.items() if not path.is_file() or path.read_text("utf-8") != make()]
    for path in stale:
        if "--check" not in sys.argv:
            path.write_text(PAGES[path](), "utf-8")
        print(f"{'stale' if '--check' in sys.argv else 'made'} {path.relative_to(ROOT)}")
    if not fresh_types():
        stale.append(PAGE / "src/api/schema.ts")
        if "--check" not in sys.argv:
            make_types()
        print(f"{'stale' if '--check' in sys.argv else 'made'} {stale[-1].relative_to(ROOT)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
