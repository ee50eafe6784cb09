"""A DAG bundle that serves the packaged DAGs wherever this package is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.local import LocalDagBundle

__all__ = ["DeanDagBundle"]


class DeanDagBundle(LocalDagBundle):
    """The DAGs in ``dean_provider/dags``, or in ``dean_provider/example_dags``.

    Add it to ``[dag_processor] dag_bundle_config_list`` beside the bundles you have; the list replaces Airflow's default::

        [{"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}},
         {"name": "dean", "classpath": "dean_provider.bundle.DeanDagBundle", "kwargs": {}}]

    :param examples: serve the examples instead of the DAGs meant for use.
    """

    def __init__(self, *, examples: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("path", str(Path(__file__).parent / ("example_dags" if examples else "dags")))
        super().__init__(**kwargs)
