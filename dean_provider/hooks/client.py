"""What every service client can do, whatever it talks to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

__all__ = ["ServiceClient"]


class ServiceClient(ABC):
    """A client of one service."""

    @abstractmethod
    async def health_check(self) -> bool:
        """Whether the service can serve now."""

    @abstractmethod
    async def execute_request(self, method: str, endpoint: str, **kwargs: Any) -> Any:
        """Send one request below the service's address and return what it answered."""
