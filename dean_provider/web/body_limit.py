"""A bound on request bodies, kept while they arrive."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dean_provider.errors import LimitExceededError

__all__ = ["BodyLimit"]


class BodyLimit:
    """Refuses bodies above ``limit`` bytes with 413, by their announced length or as they are read.

    While a body is read FastAPI lets only its own exception through, hence the second one.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    def _refuse(self) -> LimitExceededError:
        return LimitExceededError(
            f"The request body is larger than {self.limit} bytes.",
            details={"field": "body", "rule": f"at most {self.limit} bytes"},
            suggestions=["Send less at once."],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            raise self._refuse()
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(413, self._refuse().message)
            return message

        await self.app(scope, counted, send)
