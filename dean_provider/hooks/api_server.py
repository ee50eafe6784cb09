"""Where Airflow's API server is, as tasks and triggers reach it."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["api_server"]

_PORT = 8080


def api_server(configured: str | None = None) -> str:
    """Address of Airflow's API server, with its path prefix, without a trailing slash.

    :param configured: ``[dean] api_url``, which wins.
    """
    from airflow.sdk.configuration import conf

    base = conf.get("api", "base_url", fallback=None)
    execution = conf.get("core", "execution_api_server_url", fallback=None)
    if configured:
        return configured.rstrip("/")
    if base and urlsplit(base).netloc:
        return str(base).rstrip("/")
    if execution:
        return str(execution).rstrip("/").removesuffix("/execution")
    return f"http://localhost:{conf.getint('api', 'port', fallback=_PORT)}"
