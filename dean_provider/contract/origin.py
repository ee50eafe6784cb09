"""How a run is asked to make a fork or a replay: the keys ``fork`` and ``replay`` of its conf, beside a trial's settings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.request import RequestModel
from dean_provider.contract.trial import TrialId

__all__ = ["ForkOf", "ReplayOf"]

Settings = dict[str, JsonValue]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ForkOf(RequestModel):
    """Share the generations 0 to ``generation`` of another trial and go on from there.

    Its configuration is the parent's but for what ``config`` says and what else the run's conf says. The form cannot tell what was typed
    from what it showed, so a value that happens to be the form's default belongs into ``config``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trial_id: TrialId = Field(description="The parent's id in its Evolution API.")
    generation: int | None = Field(default=None, ge=0, le=10**9, description="Last generation shared; the parent's newest when empty.")
    workflow_id: UUID | None = Field(default=None, description="The parent's workflow execution, for the record.")
    config: Settings = Field(default_factory=dict, max_length=64, description="What differs from the parent's configuration.")


class ReplayOf(RequestModel):
    """Run a trial again exactly as recorded; at the end its digest is compared with the recorded one.

    Without ``config``, or without ``digest``, the Evolution API is asked for what it has stored under ``trial_id``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trial_id: TrialId = Field(description="The original's id in its Evolution API.")
    workflow_id: UUID | None = Field(default=None, description="The original's workflow execution, for the record.")
    config: Settings | None = Field(default=None, max_length=64, description="Its complete configuration, the seed included.")
    fork: ForkOf | None = Field(default=None, description="Where it was forked from, if it was.")
    generation: int | None = Field(default=None, ge=0, le=10**9, description="Generation that the digest goes up to.")
    digest: Digest | None = None
