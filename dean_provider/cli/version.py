"""``dean version``."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.options import json_option
from dean_provider.cli.terminal import print_json, print_table

PACKAGES = ("apache-airflow", "apache-airflow-providers-http", "apache-airflow-providers-postgres", "pydantic", "numpy", "pymoo", "fastapi")


@click.command()
@json_option
def version(*, as_json: bool) -> None:
    """Print the versions of dean, of Python and of what it stands on."""
    import platform

    from dean_provider import __version__

    versions = {"dean-provider": __version__, "python": platform.python_version(), **{name: _installed(name) for name in PACKAGES}}
    if as_json:
        print_json(versions)
    else:
        print_table(("package", "version"), [(name, number or "not installed") for name, number in versions.items()])


def _installed(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(name)
    except PackageNotFoundError:
        return None
