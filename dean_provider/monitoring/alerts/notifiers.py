"""Airflow's notifiers, as the operator's file names them: of installed providers, or allowed by name. Nothing else is ever imported."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring.alerts.routing import NotifierChoice

__all__ = ["Send", "allowed_classes", "maker_of"]

Send = Callable[[dict[str, Any]], None]
"""Hands a context over; returns once it is delivered."""


def allowed_classes(also: str = "") -> set[str]:
    """Import paths of the notifiers that may be named.

    :param also: those that ``[dean] alert_notifiers`` allows, separated by commas.
    """
    from airflow.providers_manager import ProvidersManager  # noqa: PLC0415 - knows every installed provider, which takes its time

    manager: Any = ProvidersManager
    known = {str(one) for one in manager().notification}
    return known | {part.strip() for part in also.split(",") if part.strip()}


def maker_of(choice: NotifierChoice, allowed: Callable[[], Collection[str]]) -> Send:
    """What sends over a notifier. Each message has one of its own: a notifier fills in its templates for good.

    :raises InvalidConfigurationError: when the class may not be named, or is no notifier.
    """
    if choice.class_ not in allowed():
        raise InvalidConfigurationError(
            f"{choice.class_} is no notifier of an installed provider.",
            details={"class": choice.class_},
            suggestions=["Install the provider that has it, or allow the class in [dean] alert_notifiers."],
        )
    from airflow.sdk import BaseNotifier  # noqa: PLC0415

    module, _, name = choice.class_.rpartition(".")
    found = getattr(import_module(module), name, None)
    if not (isinstance(found, type) and issubclass(found, BaseNotifier)):
        raise InvalidConfigurationError(f"{choice.class_} is no notifier.", details={"class": choice.class_})

    def send(context: dict[str, Any]) -> None:
        found(**choice.arguments)(context)

    return send
