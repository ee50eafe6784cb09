"""Candidates leased to evaluators outside the service, and what they return."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from dean_provider.contract.request import RequestModel
from dean_provider.contract.space import Genome
from dean_provider.contract.text import PathText

__all__ = ["Candidate", "EvaluatedCandidate", "Lease", "LeaseCandidates", "ReturnEvaluations", "Returned"]


class LeaseCandidates(RequestModel):
    """Take up to ``size`` candidates that wait for evaluation; they return to the queue when the lease expires."""

    model_config = ConfigDict(extra="forbid")

    trial_id: str = Field(min_length=1, max_length=128)
    lease_id: PathText = Field(description="Chosen by the caller: asking again renews it.")
    size: int = Field(default=20, ge=1, le=1000)
    ttl_seconds: float = Field(default=300, ge=1, le=86_400)


class Candidate(BaseModel):
    agent_id: str
    position: int = Field(ge=0)
    genome: Genome


class Lease(BaseModel):
    lease_id: str
    trial_id: str
    generation: int = Field(ge=-1)
    objective: str
    expires_at: datetime
    candidates: list[Candidate]


class EvaluatedCandidate(RequestModel):
    position: int = Field(ge=0, le=10**9)
    fitness: float


class ReturnEvaluations(RequestModel):
    """Hand back a lease's results; handing back the same again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    trial_id: str = Field(min_length=1, max_length=128)
    lease_id: PathText
    generation: int = Field(ge=0, le=10**9)
    results: list[EvaluatedCandidate] = Field(max_length=1000)


class Returned(BaseModel):
    accepted: int = Field(ge=0)
    remaining: int = Field(ge=0, description="Candidates of the generation still without a fitness.")
