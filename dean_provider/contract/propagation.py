"""What a propagation of patterns is asked to do."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from dean_provider.contract.request import RequestModel
from dean_provider.contract.trial import TrialId

__all__ = ["PropagationConfig"]


class PropagationConfig(RequestModel):
    """Patterns that hold in one trial are tried in another, first on a share of its final population.

    The share grows, and more is known with every cycle, until the pattern is seen to do harm or the whole population has it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_trial_id: TrialId = Field(description="Completed trial that patterns are looked for in: its id in the Evolution API.")
    target_trial_id: TrialId = Field(description="Completed trial of the same objective that they are tried in.")
    minimum_effect: float = Field(
        default=0.0, ge=0, le=1e100, description="Mean effect on fitness, measured in the source, that a pattern must exceed."
    )
    test_share: float = Field(default=0.2, gt=0, le=1, description="Share of the target's final population that is tried first.")
    expansion_rate: float = Field(default=0.5, ge=0.01, le=1, description="Share of the population added in each cycle after that.")

    @property
    def shares(self) -> list[float]:
        """The share after each cycle, from the first trial to the whole population."""
        found = [self.test_share]
        while found[-1] < 1:
            found.append(min(1.0, round(found[-1] + self.expansion_rate, 6)))
        return found
