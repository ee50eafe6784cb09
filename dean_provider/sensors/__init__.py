"""Deferrable sensors: a trial's end, one of its generations, the services' health."""

from dean_provider.sensors.service_health import ServiceHealthSensor
from dean_provider.sensors.trial import GenerationSensor, TrialSensor

__all__ = ["GenerationSensor", "ServiceHealthSensor", "TrialSensor"]
