"""Links from a task in Airflow's UI to the trial it belongs to and to what it made, served by the gateway.

They are relative, without a leading slash: the UI resolves them below whatever path Airflow is served at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

from dean_provider.errors import InvalidConfigurationError
from dean_provider.handle import TrialHandle

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

__all__ = ["REPORT_KEY", "ReportLink", "TrialLink"]

REPORT_KEY = "report"
_TRIAL = "plugin/dean/trials/{workflow_id}"
_REPORT = "dean/api/v1/trials/{workflow_id}/report"


def _workflow_id(operator: Any) -> str:
    """Under which the trial that ``operator`` was given is recorded; empty where it is not."""
    try:
        record = TrialHandle.of(getattr(operator, "trial", None) or getattr(operator, "plan", None)).record
    except InvalidConfigurationError:
        return ""
    return str(record.workflow_id) if record else ""


class TrialLink(BaseOperatorLink):
    """The trial on the page in Airflow's UI, where it is recorded."""

    name = "Trial"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow passes it
        workflow_id = _workflow_id(operator)
        return _TRIAL.format(workflow_id=quote(workflow_id)) if workflow_id else ""


class ReportLink(BaseOperatorLink):
    """The trial's report: where it was written, if a browser can go there, else as the gateway serves it.

    A browser opens neither files nor object stores from Airflow's page.
    """

    name = "Report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        from airflow.sdk.execution_time.xcom import XCom

        address = XCom.get_value(ti_key=ti_key, key=REPORT_KEY) or ""
        if address.startswith(("https://", "http://")):
            return str(address)
        workflow_id = _workflow_id(operator) if address else ""
        return _REPORT.format(workflow_id=quote(workflow_id)) if workflow_id else ""
