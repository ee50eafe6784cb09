"""Links from a task in Airflow's UI to what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

__all__ = ["REPORT_KEY", "ReportLink"]

REPORT_KEY = "report"


class ReportLink(BaseOperatorLink):
    """The trial's report, where it was written, if a browser can go there: it opens neither files nor object stores from Airflow's page."""

    name = "Report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - Airflow passes it
        from airflow.sdk.execution_time.xcom import XCom

        address = XCom.get_value(ti_key=ti_key, key=REPORT_KEY) or ""
        return address if address.startswith(("https://", "http://")) else ""
