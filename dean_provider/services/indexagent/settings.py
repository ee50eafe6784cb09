"""What an IndexAgent can be told, by environment variables ``DEAN_INDEXAGENT_…``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.web.settings import ServiceSettings, sqlite_url

__all__ = ["IndexAgentSettings"]


class IndexAgentSettings(ServiceSettings):
    """Settings of the reference IndexAgent."""

    model_config = SettingsConfigDict(env_prefix="DEAN_INDEXAGENT_", extra="ignore")

    port: int = Field(default=8081, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    database_url: str = Field(default=sqlite_url(Path(".dean/indexagent.db")), description="SQLAlchemy URL: SQLite file or PostgreSQL.")
    max_generation_genes: int = Field(default=4_000_000, ge=1, description="Genes of a whole generation: population times genome.")
    max_detection_genes: int = Field(default=50_000_000, ge=1, description="Genes looked at for patterns at once, over all generations.")
    repositories: str = Field(default="", description="Repositories that may be searched: name=path, separated by commas.")
    index_seconds: float = Field(default=300, ge=1, description="Time between two looks at the repositories (seconds).")
    max_indexed_files: int = Field(default=20_000, ge=1, description="Files indexed per repository.")
    max_file_bytes: int = Field(default=512 * 1024, ge=1, description="Larger files are not indexed (bytes).")

    def registered_repositories(self) -> dict[str, Path]:
        """The repositories by name.

        :raises InvalidConfigurationError: an entry that is not ``name=path``, or a path that is no folder.
        """
        found: dict[str, Path] = {}
        for entry in filter(None, (part.strip() for part in self.repositories.split(","))):
            name, _, path = entry.partition("=")
            folder = Path(path).expanduser().resolve()
            if not name or not path or not folder.is_dir():
                raise InvalidConfigurationError(
                    f"{entry!r} is no repository.",
                    details={"field": "DEAN_INDEXAGENT_REPOSITORIES", "value": entry, "rule": "name=path of an existing folder"},
                )
            found[name] = folder
        return found
