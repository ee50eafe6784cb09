"""Commands that need more than the provider itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

__all__ = ["SERVICE_MODULES", "needing"]

SERVICE_MODULES = ("asgi_correlation_id", "numpy", "pymoo")
"""What tells an environment with the services from one with Airflow alone, which brings the rest."""


@contextmanager
def needing(extra: str, *modules: str) -> Iterator[None]:
    """Around imports that only work with ``dean-provider[extra]``.

    :param modules: what is imported later, by the processes that the command starts.
    :raises ConfigurationError: naming what is missing and how to install it.
    """
    try:
        _look_for(modules)
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


def _look_for(modules: tuple[str, ...]) -> None:
    for name in modules:
        if find_spec(name) is None:
            raise ModuleNotFoundError(name=name)
