"""Documents in Airflow Variables, changed under a lock: what people set, and which services are registered."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.errors import ConflictError, InvalidStateError

__all__ = ["ServerVariables", "locked", "read", "write"]


def read(key: str) -> str | None:
    """What tasks read under ``key``, whichever secrets backend has it. Blocks."""
    from airflow.models import Variable

    found = Variable.get(key, default_var=None)
    return None if found is None else str(found)


def locked(session: Session, key: str) -> Any:
    """The row of ``key``, held until the session ends; nothing where there is none."""
    from airflow.models import Variable

    return session.scalar(select(Variable).where(Variable.key == key).with_for_update())


def write(session: Session, key: str, text: str, *, description: str) -> None:
    """Set ``key`` in the session's transaction.

    :raises InvalidStateError: when a secrets backend hides what would be written.
    :raises ConflictError: when somebody else makes the Variable at the same moment.
    """
    from airflow.models import Variable

    row = locked(session, key)
    seen = read(key)
    if seen is not None and (row is None or seen != row.get_val()):
        raise InvalidStateError(
            f"The Variable {key} comes from the environment or a secrets backend, which would hide the change.",
            details={"variable": key},
            suggestions=[f"Change it there, or remove {key} from there."],
        )
    if row is not None:
        row.set_val(text)
        return
    made: Any = Variable
    session.add(made(key=key, val=text, description=description))
    try:
        session.flush()
    except IntegrityError:
        raise ConflictError(
            f"Somebody else has just made the Variable {key}.", suggestions=["Read it again and repeat the change."]
        ) from None


def document(text: str | None) -> dict[str, Any]:
    """The JSON object in a Variable; empty when it holds none."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class ServerVariables:
    """Variables as the API server reaches them, for :func:`dean_provider.operators.namespace.installation_namespace`. Blocks."""

    def get(self, key: str) -> str | None:
        return read(key)

    def set(self, key: str, value: str) -> None:
        from airflow.models import Variable

        Variable.set(key, value, description="Tells this installation's evolution trials from those of others. Never change it.")
