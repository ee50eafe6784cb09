"""How requests are authenticated in this Airflow."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from dean_provider.config import ProviderSettings
from dean_provider.plugins.api.authentication import Identity, KnownUsers
from dean_provider.plugins.api.task_token import TaskTokens, installed_secrets
from dean_provider.plugins.api.workers import Workers

__all__ = ["installed_identity", "trusted_origins"]


def installed_identity(settings: ProviderSettings, workers: Workers) -> Identity:
    """Airflow's users by its auth manager, tasks by the secret of the gateway's connection, the figures by their own token."""
    from airflow.api_fastapi.core_api.security import get_user, resolve_user_from_token
    from airflow.configuration import conf

    async def session_user(request: Request) -> Any:
        return await get_user(request, None, None)

    # Keys fetched from a URL are kept for the loop that fetched them.
    blocks = not conf.get("api_auth", "trusted_jwks_url", fallback=None)
    users = KnownUsers(resolve_user_from_token, workers, blocks=blocks)
    tokens = TaskTokens(lambda: installed_secrets(settings.gateway_conn_id, use_api_secret=settings.use_api_secret))
    return Identity(users, session_user, tokens, workers, settings.metrics_token)


def trusted_origins() -> list[str]:
    """Origins whose pages may write: those Airflow names, and the one under which it is known itself."""
    from airflow.configuration import conf

    named = str(conf.get("api", "access_control_allow_origins", fallback="") or "").split()
    base = urlsplit(str(conf.get("api", "base_url", fallback="") or ""))
    return [*(origin for origin in named if origin != "*"), *([f"{base.scheme}://{base.netloc}"] if base.netloc else [])]
