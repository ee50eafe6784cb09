"""How ``airflow db migrate`` makes and upgrades our tables: Airflow finds this class through the provider info."""

from __future__ import annotations

from pathlib import Path

from airflow.utils.db_manager import BaseDBManager
from alembic import command

from dean_provider.state.schema import VERSION_TABLE
from dean_provider.state.tables import Base

__all__ = ["DeanDBManager"]

HERE = Path(__file__).parent


class DeanDBManager(BaseDBManager):
    """Our tables beside Airflow's, with a version table of their own; ``airflow db reset`` drops them too."""

    metadata = Base.metadata
    version_table_name = VERSION_TABLE
    migration_dir = str(HERE / "migrations")
    alembic_file = str(HERE / "alembic.ini")
    supports_table_dropping = True

    def downgrade(self, to_revision: str, from_revision: str | None = None, show_sql_only: bool = False) -> None:
        """Undo the migrations after ``to_revision``; what only they can hold is lost.

        :param to_revision: of ours, or ``base`` for no table at all.
        :param from_revision: where SQL that is only shown begins; the newest unless given.
        :param show_sql_only: print the SQL instead of running it.
        """
        config = self.get_alembic_config()  # type: ignore[no-untyped-call]
        target = f"{from_revision or 'head'}:{to_revision}" if show_sql_only else to_revision
        self._release_metadata_locks_if_needed()
        command.downgrade(config, revision=target, sql=show_sql_only)
