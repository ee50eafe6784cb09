"""The self-contained HTML report of a trial. Import it where a report is written, not at DAG-parse time."""

from dean_provider.report.data import ReportData
from dean_provider.report.page import render

__all__ = ["ReportData", "render"]
