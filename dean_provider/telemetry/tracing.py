"""Spans of traces, below whatever span of Airflow's is the current one, through the OpenTelemetry interface that Airflow brings along.

Whether anything is exported, and where to, is Airflow's to say; where it is not, a span is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

__all__ = ["begin", "carried", "continued", "end", "span"]

_TRACER = "dean_provider"


@cache
def _api() -> Any:
    from opentelemetry import trace  # noqa: PLC0415 - not while a DAG file is parsed

    return trace


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {f"dean.{name}": value for name, value in attributes.items() if value not in (None, "")}


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[Any]:
    """What happens inside is a part of it. An error that leaves it is noted.

    :param attributes: told as ``dean.<name>``; those without a value are left out.
    """
    with _api().get_tracer(_TRACER).start_as_current_span(name, attributes=_known(attributes)) as made:
        yield made


@contextmanager
def continued(headers: Mapping[str, str], name: str, **attributes: Any) -> Iterator[Any]:
    """A span below the one of the caller that sent ``headers`` (W3C trace context); below the current one where they name none."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    parent = TraceContextTextMapPropagator().extract(dict(headers)) if "traceparent" in headers else None
    with _api().get_tracer(_TRACER).start_as_current_span(name, context=parent, attributes=_known(attributes)) as made:
        yield made


def begin(name: str, **attributes: Any) -> Any:
    """A span below the current one that is not itself the current one: for what is done step by step among other things."""
    return _api().get_tracer(_TRACER).start_span(name, attributes=_known(attributes))


def end(made: Any, error: BaseException | None = None) -> None:
    """End a span that was begun."""
    if error is not None and made.is_recording():
        made.record_exception(error)
        made.set_status(_api().Status(_api().StatusCode.ERROR, type(error).__name__))
    made.end()


def carried(made: Any) -> dict[str, str]:
    """Headers that tell a service which span its work belongs to; none where nothing is traced."""
    if not made.get_span_context().is_valid:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers, context=_api().set_span_in_context(made))
    return headers
