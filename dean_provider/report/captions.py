"""What the metric and the genome of a shipped objective mean, in plain words. Other objectives are told by their own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dean_provider.contract.trial import Trial

__all__ = ["Caption", "caption_of"]


@dataclass(frozen=True)
class Caption:
    """Words for one objective.

    :param verb: before a value of the metric, for example ``wastes``.
    :param meaning: what the value is, in a sentence.
    :param policy: how the genome decides, in a sentence or two.
    :param table: title of the drawing of its table; ``index`` what the table is indexed by; ``place`` the words before an index.
    """

    verb: str
    meaning: str
    policy: str
    table: str
    index: str
    place: str


_CAPTIONS: Final = {
    "bin_packing": Caption(
        verb="wastes",
        meaning="Waste is the number of bins used beyond the least that the items' total size could fill, in % of that least "
        "(the mean excess over the L1 bound).",
        policy="An arriving item goes into the bin with the highest score, looked up by the space the item would leave there. "
        "An empty bin is always a candidate; ties go to the fuller bin.",
        table="Score by the space that would remain in the bin",
        index="space that would remain in the bin",
        place="would leave",
    )
}


def caption_of(trial: Trial) -> Caption | None:
    """The words for the trial's objective; ``None`` when there are none."""
    name = trial.objective.name if trial.objective else trial.config.objective if trial.config else ""
    return _CAPTIONS.get(name)
