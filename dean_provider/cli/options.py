"""Options that several commands take."""

from __future__ import annotations

import rich_click as click

__all__ = ["CONTEXT", "json_option"]

CONTEXT = {"help_option_names": ["-h", "--help"]}

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document; an error is one too.")
