"""A page of another site may send requests with a visitor's cookie. Here a write must prove that none did."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dean_provider.errors import PermissionDeniedError
from dean_provider.plugins.api.authentication import caller_of

__all__ = ["OriginGuard", "comes_from_here", "normalized"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SAME_SITE = frozenset({"same-origin", "none"})


def normalized(trusted: Collection[str]) -> frozenset[str]:
    """Origins in the form in which browsers send them."""
    return frozenset(origin.rstrip("/").lower() for origin in trusted)


def comes_from_here(headers: Headers, trusted: Collection[str]) -> bool:
    """Whether a request that names its origin comes from a page of this server, or of a trusted one."""
    origin = headers.get("origin", "").lower()
    return origin in trusted or urlsplit(origin).netloc == headers.get("host", "").lower()


class OriginGuard:
    """Refuses writes that come from another site, and writes known only by a cookie that do not say where they come from.

    Browsers say it in ``Sec-Fetch-Site`` or ``Origin``, which no page can change. Programs send neither, and authenticate by token.

    :param trusted: other origins whose pages may write (Airflow's ``[api] access_control_allow_origins``), and those under which
        this server is known.
    """

    def __init__(self, app: ASGIApp, trusted: Collection[str] = ()) -> None:
        self.app = app
        self.trusted = normalized(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            self._check(Request(scope))
        await self.app(scope, receive, send)

    def _check(self, request: Request) -> None:
        origin = request.headers.get("origin", "").lower()
        site = request.headers.get("sec-fetch-site", "").lower()
        if origin and origin in self.trusted:
            return
        if site:
            allowed = site in _SAME_SITE
        elif origin:
            allowed = comes_from_here(request.headers, self.trusted)
        else:
            allowed = not caller_of(request).by_cookie
        if not allowed:
            raise PermissionDeniedError(
                "This request does not come from a page of this Airflow.",
                details={"origin": origin or None, "sec_fetch_site": site or None},
                suggestions=[
                    "Programs: send 'Authorization: Bearer <token>' instead of a cookie.",
                    "Pages of another origin: name it in [api] access_control_allow_origins.",
                ],
            )
