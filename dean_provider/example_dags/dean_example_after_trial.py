"""An Airflow DAG that runs whenever a trial has published its outcome, whichever trial it was."""

from __future__ import annotations

from typing import Any

from airflow.sdk import AssetAlias, dag, task

from dean_provider.assets import TRIALS_ALIAS

TRIALS = AssetAlias(TRIALS_ALIAS)


@dag(schedule=TRIALS, catchup=False, tags=["dean", "example"], description="React to every finished trial.", is_paused_upon_creation=False)
def dean_example_after_trial() -> None:
    @task(inlets=[TRIALS])
    def read_outcomes(triggering_asset_events: Any = None) -> list[dict[str, Any]]:
        """What each trial that caused this run published."""
        outcomes = [event.extra for events in triggering_asset_events.values() for event in events]
        for outcome in outcomes:
            print(f"Trial {outcome['trial_id']}: {outcome['scores']}, digest {outcome['digest']}")  # noqa: T201
        return outcomes

    read_outcomes()


dean_example_after_trial()
