"""What the exit code says."""

from __future__ import annotations

from enum import IntEnum

from dean_provider.errors import AuthenticationError, ConfigurationError, DeanError, PermissionDeniedError

__all__ = ["ExitCode", "exit_code"]


class ExitCode(IntEnum):
    """Stable: scripts may rely on them."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    INVALID_CONFIGURATION = 3
    SERVICE_UNAVAILABLE = 4
    DIFFERENT = 5
    TRIAL_FAILED = 6
    NOT_ALLOWED = 7
    BUG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    ExitCode.OK: "It worked.",
    ExitCode.FAILURE: "It did not work; the message says why.",
    ExitCode.USAGE: "The command does not exist, or not with these options and arguments.",
    ExitCode.INVALID_CONFIGURATION: "A setting, a configuration file or what was asked for cannot work; every problem is listed.",
    ExitCode.SERVICE_UNAVAILABLE: "A service could not be reached or was not ready; trying again later may help.",
    ExitCode.DIFFERENT: "It was done, and what was compared differs: a replay's digest from the original's, the record from what was told.",
    ExitCode.TRIAL_FAILED: "The trial that was waited for failed or was cancelled.",
    ExitCode.NOT_ALLOWED: "Nobody is signed in, the sign-in has expired, or whoever is signed in may not do this.",
    ExitCode.BUG: "A mistake in dean itself; `--debug` shows where.",
    ExitCode.INTERRUPTED: "Interrupted with Ctrl-C.",
}


def exit_code(error: DeanError) -> ExitCode:
    """The exit code for ``error``."""
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return ExitCode.NOT_ALLOWED
    if isinstance(error, ConfigurationError):
        return ExitCode.INVALID_CONFIGURATION
    return ExitCode.SERVICE_UNAVAILABLE if error.retryable else ExitCode.FAILURE
