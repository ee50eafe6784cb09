"""How both services keep what they know: SQLAlchemy on SQLite or PostgreSQL, migrated at start."""

from dean_provider.services.store.columns import Floats, Json, UtcDateTime
from dean_provider.services.store.cursor import read_cursor, write_cursor
from dean_provider.services.store.database import Database, rows_of, table_of
from dean_provider.services.store.migration import migrate
from dean_provider.services.store.ownership import Ownership

__all__ = ["Database", "Floats", "Json", "Ownership", "UtcDateTime", "migrate", "read_cursor", "rows_of", "table_of", "write_cursor"]
