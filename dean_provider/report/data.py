"""What a report is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from dean_provider.contract.pattern import AppliedPatterns, Pattern
from dean_provider.contract.population import Lineage
from dean_provider.contract.trial import Generation, Trial, Verification

__all__ = ["ReportData"]


class ReportData(BaseModel):
    """Everything the services and the run said about one trial. Only ``trial`` is required: a report tells what is missing."""

    model_config = ConfigDict(extra="forbid")

    trial: Trial
    generations: list[Generation] = Field(default_factory=list, description="Committed generations, in any order.")
    verification: Verification | None = Field(default=None, description="Missing when the trial was not verified.")
    patterns: list[Pattern] = Field(default_factory=list)
    applied: AppliedPatterns | None = Field(default=None, description="What imposing the accepted patterns did.")
    lineage: Lineage | None = Field(default=None, description="The best agent and its ancestors.")
    run: dict[str, str] = Field(
        default_factory=dict, description="The run that produced it, for people: dag_id, run_id, url, versions and the like."
    )
    connections: dict[str, str] = Field(
        default_factory=dict, description="Settings that name the connections to the services, for whoever runs the trial again."
    )
    credential: str = Field(
        default="",
        description="What the header that authenticates calls of the Evolution API begins with, for example 'Authorization: Bearer' or "
        "'X-API-Key:'. Never the credential. Empty where none is needed.",
    )
    notes: list[str] = Field(default_factory=list, description="What a reader must know, for example steps that were left out.")
