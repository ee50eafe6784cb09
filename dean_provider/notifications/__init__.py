"""Saying how a trial went, through whatever notifiers an installation has."""

from dean_provider.notifications.trial import TrialNotifier

__all__ = ["TrialNotifier"]
