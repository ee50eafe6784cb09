"""The steps of a trial as operators."""

from dean_provider.operators.approval import ApprovePatternsOperator
from dean_provider.operators.patterns import ApplyPatternsOperator, DiscoverPatternsOperator
from dean_provider.operators.population import InitializePopulationOperator
from dean_provider.operators.report import PublishReportOperator
from dean_provider.operators.trial import CompensateOperator, StartEvolutionOperator
from dean_provider.operators.validation import ValidateTrialOperator

__all__ = [
    "ApplyPatternsOperator",
    "ApprovePatternsOperator",
    "CompensateOperator",
    "DiscoverPatternsOperator",
    "InitializePopulationOperator",
    "PublishReportOperator",
    "StartEvolutionOperator",
    "ValidateTrialOperator",
]
