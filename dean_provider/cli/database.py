"""Commands that work on the record itself: they need Airflow's metadata database, so they run on one of its machines."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dean_provider.errors import InvalidStateError, ServiceUnavailableError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from dean_provider.contract.events import Actor
    from dean_provider.state.stream import Sessions

__all__ = ["caller", "object_at", "record_sessions"]

WHERE = "Run this where Airflow's scheduler or API server runs, or as `airflow dean …`."


def record_sessions() -> Sessions:
    """What opens sessions on this Airflow's metadata database.

    :raises ServiceUnavailableError: when it cannot be reached.
    :raises InvalidStateError: when it lacks our tables, or has those of another version.
    """
    from airflow.utils.session import create_session
    from sqlalchemy.exc import OperationalError

    from dean_provider.state.schema import HEAD, ready, revision

    def sessions() -> AbstractContextManager[Session]:
        return create_session(scoped=False)

    try:
        with sessions() as session:
            found = HEAD if ready(session) else revision(session)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ServiceUnavailableError(f"The metadata database cannot be reached: {reason}.", suggestions=[WHERE]) from None
    if found != HEAD:
        raise InvalidStateError(
            "The metadata database has no record yet." if found is None else "The record's tables are those of another version.",
            details={"revision": found, "expected": HEAD},
            suggestions=["airflow db migrate", WHERE],
        )
    return sessions


def object_at(uri: str) -> Any:
    """The path of Airflow's object storage that ``uri`` names; a plain path is one of this machine.

    :raises click.BadParameter: when it names none.
    """
    import os

    import rich_click as click
    from airflow.sdk import ObjectStoragePath

    try:
        path = ObjectStoragePath(uri if "://" in uri else f"file://{os.path.abspath(uri)}")  # noqa: PTH100 - keeps links
        path.fs  # noqa: B018 - found on first use
    except (ValueError, ImportError) as error:
        raise click.BadParameter(f"{uri!r} is no file that Airflow's object storage can reach: {error}.") from None
    return path


def caller() -> Actor:
    """Whoever runs the command, as this machine knows them."""
    import getpass
    import socket

    from dean_provider.contract.events import Actor, ActorKind

    return Actor(kind=ActorKind.USER, name=f"{getpass.getuser()}@{socket.gethostname()} (dean)")
