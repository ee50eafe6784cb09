"""`dean up`: Airflow with the reference services, until Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dean_provider.local.airflow_home import AirflowHome
from dean_provider.local.ports import Ports
from dean_provider.local.signals import interruptible
from dean_provider.local.stack import Database, Stack
from dean_provider.local.trial_run import DAG_ID
from dean_provider.local.view import view_on

__all__ = ["run"]

_WATCH_SECONDS = 0.5


def run(*, home: Path = Path(".dean/up"), db: Database = "sqlite", ports: Ports | None = None) -> None:
    """Start, say where and how to sign in, and stay until interrupted. Runs, connections and reports are there again the next time.

    :raises ConfigurationError: when a port is taken, another run uses the home, or it is no folder of ours.
    :raises ServiceFailureError: when a component dies.
    """
    console = Console()
    view = view_on(console)
    stack = Stack(home, db=db, ports=ports or Ports(), say=view.say)
    with interruptible(stack.supervisor):
        try:
            with view:
                stack.start()
                stack.wait_for_dag(DAG_ID)
            _show(stack, console)
            while True:
                stack.pause(_WATCH_SECONDS)
        except KeyboardInterrupt:
            console.print("\n  stopping everything", highlight=False)
        finally:
            stack.stop()


def _show(stack: Stack, console: Console) -> None:
    environment = os.path.relpath(stack.home / "environment")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("  Airflow", Text(stack.airflow_home.url, style="bold cyan"))
    facts.add_row("  sign in", f"{AirflowHome.USER}  {stack.secrets.password}")
    facts.add_row("  IndexAgent", stack.indexagent_url)
    facts.add_row("  Evolution API", stack.evolution_url)
    facts.add_row("  your own DAGs", os.path.relpath(stack.airflow_home.dags))
    facts.add_row("  in a shell", f". {environment}; airflow dags trigger {DAG_ID}")
    console.print()
    console.print(facts, highlight=False)
    console.print("\n  Ctrl-C stops everything.", highlight=False)
