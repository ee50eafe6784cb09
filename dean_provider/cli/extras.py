"""Commands that need more than the provider itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["needing"]


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Around imports that only work with ``dean-provider[extra]``.

    :raises ConfigurationError: naming what is missing and how to install it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        from dean_provider.errors import ConfigurationError

        if (error.name or "").partition(".")[0] == "dean_provider":
            raise
        raise ConfigurationError(
            f"This needs {error.name}, which is not installed.",
            details={"module": error.name, "extra": extra},
            suggestions=[f"Install it with: pip install 'dean-provider[{extra}]'"],
        ) from None
