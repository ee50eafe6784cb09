"""Sessions on Airflow's own connection pool, and what its troubles mean to a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError  # noqa: A004 - SQLAlchemy's own name
from sqlalchemy.orm import Session

from dean_provider.errors import ServiceUnavailableError

__all__ = ["Sessions", "open_session", "unavailable_database"]

Sessions = Callable[[], AbstractContextManager[Session]]
_RETRY_SECONDS = 2.0


def unavailable_database(error: BaseException) -> ServiceUnavailableError | None:
    """What to tell a caller when ``error`` is the database's and may pass; nothing for any other error."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, (OperationalError, InterfaceError, TimeoutError)):
        return ServiceUnavailableError(
            "Airflow's database does not answer now.",
            retry_after=_RETRY_SECONDS,
            suggestions=["Ask again a little later; the API server's log has the cause."],
        )
    return None


def _missing_tables() -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "The gateway's tables are not in Airflow's database, or not at this version's revision.",
        retry_after=30.0,
        suggestions=["Run: airflow db migrate"],
    )


@contextmanager
def open_session() -> Iterator[Session]:
    """A session of Airflow's, committed at the end. Blocks.

    :raises ServiceUnavailableError: when our tables are not there, or the database does not answer.
    """
    from airflow.utils.session import create_session

    from dean_provider.state import schema

    try:
        with create_session(scoped=False) as session:
            if not schema.ready(session):
                raise _missing_tables()  # noqa: TRY301 - the session must end as after any failure
            yield session
    except Exception as error:
        unavailable = unavailable_database(error)
        if unavailable is None:
            raise
        raise unavailable from error
