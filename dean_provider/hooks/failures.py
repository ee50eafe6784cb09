"""Errors for calls that got no usable answer; both transports say the same for the same thing."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator

from dean_provider.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ConnectionsExhaustedError,
    DeanError,
    RequestTimeoutError,
    ResponseTooLargeError,
)
from dean_provider.hooks.masking import without_userinfo
from dean_provider.hooks.message import Outgoing

__all__ = ["NOT_SENT", "broken", "exhausted", "never_sent", "not_connected", "timed_out", "too_large", "unsendable", "untrusted"]

NOT_SENT = "sent"


def never_sent(error: DeanError) -> bool:
    """Whether the service cannot have seen the request, so that repeating it is safe whatever it does."""
    return error.details.get(NOT_SENT) is False


def not_connected(request: Outgoing, error: BaseException) -> DeanError:
    """No connection, so nothing was sent."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE):
            return exhausted(request, os.strerror(cause.errno))
        why = getattr(cause, "verify_message", "") if isinstance(cause, ssl.SSLCertVerificationError) else ""
        if why:
            return untrusted(request, why)
    return ConnectionFailedError(
        f"No connection to {_place(request)}: {_reason(error)}.",
        details={"url": without_userinfo(request.url), "method": request.method, NOT_SENT: False},
        suggestions=["Check that the service runs, and the connection's schema, host and port."],
    )


def untrusted(request: Outgoing, why: str) -> DeanError:
    """The service's certificate is not to be trusted; trying again changes nothing."""
    return ConfigurationError(
        f"The certificate of {_place(request)} is not trusted: {why}.",
        details={"url": without_userinfo(request.url), NOT_SENT: False},
        suggestions=["Set 'verify' in the connection's extra to the file of the authority that signed it."],
    )


def exhausted(request: Outgoing, why: str) -> DeanError:
    """This process can open no further connection. That is no fault of the service's."""
    return ConnectionsExhaustedError(
        f"This process has no connection left for {_place(request)}: {why}.",
        details={"url": without_userinfo(request.url), "method": request.method, NOT_SENT: False},
        suggestions=["Let the process open more files (ulimit -n, LimitNOFILE), or spread the work over more processes."],
    )


def broken(request: Outgoing, error: BaseException) -> DeanError:
    """The connection broke before the answer was complete."""
    return ConnectionFailedError(
        f"The connection to {_place(request)} broke: {_reason(error)}.",
        details={"url": without_userinfo(request.url), "method": request.method},
        suggestions=["Look into the service's log: it may have crashed or been restarted."],
    )


def timed_out(request: Outgoing) -> DeanError:
    """No complete answer in the time allowed."""
    return RequestTimeoutError(
        f"No answer from {_place(request)} within {request.seconds:g} s.",
        details={"url": without_userinfo(request.url), "method": request.method, "seconds": request.seconds},
        suggestions=["Set 'timeout' in the connection's extra higher if the service needs longer."],
    )


def too_large(request: Outgoing, bound: int) -> DeanError:
    """The answer is larger than we read."""
    return ResponseTooLargeError(
        f"The answer of {_place(request)} is larger than {bound} bytes, so it was not read.",
        details={"url": without_userinfo(request.url), "method": request.method, "max_response_bytes": bound},
        suggestions=["Ask for less at once, or set 'max_response_bytes' in the connection's extra higher."],
    )


def unsendable(request: Outgoing, error: BaseException) -> DeanError:
    """The library refuses to send such a request at all."""
    return ConfigurationError(
        f"A request to {_place(request)} cannot be sent ({type(error).__name__}).",
        details={"url": without_userinfo(request.url), "method": request.method, NOT_SENT: False},
        suggestions=["Check host, headers and proxy of the connection."],
    )


def _place(request: Outgoing) -> str:
    scheme, _, rest = without_userinfo(request.url).partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """``error`` and everything that led to it, also what libraries only keep as an attribute or argument."""
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        item = queue.pop(0)
        if isinstance(item, BaseException) and id(item) not in seen:
            seen.add(id(item))
            yield item
            queue += [getattr(item, name, None) for name in ("reason", "os_error", "certificate_error", "__cause__", "__context__")]
            queue += item.args


def _reason(error: BaseException) -> str:
    """The innermost cause the operating system names; else the kind of error. Never a library's text: it may hold a URL."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.strerror and cause.errno:
            own_words = isinstance(cause, ssl.SSLError | socket.gaierror)
            return cause.strerror if own_words else os.strerror(cause.errno)
    return type(error).__name__
