"""Where tests have OpenTelemetry and StatsD sent to: real listeners on free ports that decode what comes."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

__all__ = ["Collector", "StatsdListener", "collecting", "hearing_statsd", "told"]


class Collector(ThreadingHTTPServer):
    """Takes what OpenTelemetry's exporters send."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Collect)
        self.sent: list[tuple[str, bytes]] = []

    @property
    def settings(self) -> dict[str, str]:
        """Environment of a program of Airflow's that is to export here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_address[1]}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_TRACES_EXPORTER": "otlp_proto_http",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "AIRFLOW__TRACES__OTEL_ON": "True",
        }

    def metrics(self) -> set[str]:
        return {one.name for scope in self._scopes("/v1/metrics", ExportMetricsServiceRequest, "metrics") for one in scope.metrics}

    def spans(self) -> list[Any]:
        return [one for scope in self._scopes("/v1/traces", ExportTraceServiceRequest, "spans") for one in scope.spans]

    def _scopes(self, path: str, kind: Any, what: str) -> list[Any]:
        decoded = [kind.FromString(body) for sent, body in list(self.sent) if sent == path]
        return [scope for one in decoded for resource in getattr(one, f"resource_{what}") for scope in getattr(resource, f"scope_{what}")]


class _Collect(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append((self.path, gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def collecting() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def told(span: Any) -> Mapping[str, Any]:
    """What a span says by its attributes: each value as text, number or list, whatever it is."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


class StatsdListener:
    """Takes what StatsD's clients send: of each name its kind (``g``, ``c``, ``ms``) and the last value."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._ended = threading.Event()
        self.heard: dict[str, tuple[str, float]] = {}

    @property
    def settings(self) -> dict[str, str]:
        """Environment of a program of Airflow's that is to send here."""
        port = self._socket.getsockname()[1]
        return {
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(port),
        }

    def listen(self) -> None:
        while not self._ended.is_set():
            try:
                datagram = self._socket.recv(65_535)
            except TimeoutError:
                continue
            for line in datagram.decode().splitlines():
                name, _, rest = line.partition(":")
                value, kind = rest.split("|")[:2]
                self.heard[name] = (kind, float(value))
        self._socket.close()

    def end(self) -> None:
        self._ended.set()


@contextmanager
def hearing_statsd() -> Iterator[StatsdListener]:
    listener = StatsdListener()
    thread = threading.Thread(target=listener.listen, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.end()
        thread.join()
