"""What the sensors wait on: asynchronous, JSON-only arguments, safe to run twice."""

from dean_provider.triggers.service_health import ServiceHealthTrigger
from dean_provider.triggers.trial import TrialTrigger

__all__ = ["ServiceHealthTrigger", "TrialTrigger"]
