"""Where a trial comes from when it does not begin anew: forked from a generation of another, or run again from its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.keys import FORK, REPLAY
from dean_provider.contract.origin import ForkOf, ReplayOf
from dean_provider.errors import InvalidConfigurationError, InvalidStateError, UnsupportedOperationError
from dean_provider.handle import Original, Parent

if TYPE_CHECKING:
    from dean_provider.contract.trial import Trial

__all__ = ["Asked", "fork_behind", "forked_settings", "original_of", "parent_of", "replayed_settings"]

NESTED = "trial"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Asked:
    """What a run was asked for.

    :param trial: a trial's settings that were given, by name.
    :param provider: settings of the provider that were given, and what is no setting at all.
    """

    trial: dict[str, Any]
    provider: dict[str, Any]
    fork: ForkOf | None = None
    replay: ReplayOf | None = None

    @classmethod
    def of(cls, *layers: Mapping[str, Any]) -> Asked:
        """Read what was given, the later layer the stronger. A fork takes its settings from its parent, so what is below the layer that
        asks for it does not count; a replay takes none.

        :raises InvalidConfigurationError: ``fork`` or ``replay`` is not what it should be, or both are given.
        """
        asking = [number for number, layer in enumerate(layers) if layer.get(FORK) is not None or layer.get(REPLAY) is not None]
        given: dict[str, Any] = {}
        for number, layer in enumerate(layers):
            below = bool(asking) and number < asking[-1]
            given.update({key: value for key, value in _flat(layer).items() if not below or key not in TrialConfig.model_fields})
        fork, replay = given.pop(FORK, None), given.pop(REPLAY, None)
        if fork is not None and replay is not None:
            raise _refused(FORK, "cannot be given together with replay", "A replay of a fork forks by itself.")
        trial = {key: given.pop(key) for key in list(given) if key in TrialConfig.model_fields}
        asked = cls(
            trial, given, None if fork is None else _read(FORK, ForkOf, fork), None if replay is None else _read(REPLAY, ReplayOf, replay)
        )
        if asked.replay and trial:
            raise _refused(min(trial), "cannot be changed in a replay", "Leave it out, or fork the trial at generation 0.")
        return asked


def _flat(layer: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's settings by themselves, however they were written."""
    inner = layer.get(NESTED)
    nested = dict(inner) if isinstance(inner, Mapping) else {}
    own = {key.removeprefix(f"{NESTED}."): value for key, value in layer.items() if key != NESTED or not isinstance(inner, Mapping)}
    return {**own, **nested}


def _read(key: str, model: type[Model], value: Any) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = [
            {"field": ".".join([key, *map(str, problem["loc"])]), "value": problem["input"], "rule": problem["msg"]}
            for problem in error.errors(include_url=False)
        ]
        message = f"{key} cannot be read: {'; '.join(str(problem['rule']) for problem in problems)}."
        raise InvalidConfigurationError(message, details={"problems": problems}) from None


def _refused(field: str, rule: str, suggestion: str, value: Any = None) -> InvalidConfigurationError:
    problem = {"field": field, "value": value, "rule": rule, "suggestion": suggestion}
    return InvalidConfigurationError(f"{field} {rule}.", details={"problems": [problem]}, suggestions=[suggestion])


def parent_of(fork: ForkOf, trial: Trial) -> Parent:
    """What a fork shares with its parent as it stands.

    :raises InvalidStateError: the parent has committed nothing yet.
    :raises InvalidConfigurationError: it has not got as far as asked.
    :raises UnsupportedOperationError: its service tells too little of it.
    """
    if trial.config is None or trial.population_id is None:
        raise UnsupportedOperationError("This Evolution API does not tell a trial's configuration and population, so it cannot be forked.")
    newest = trial.current_generation
    if newest < 0:
        raise InvalidStateError(
            f"Trial {fork.trial_id} has committed no generation yet.", suggestions=["Fork it when it has committed generation 0."]
        )
    generation = newest if fork.generation is None else fork.generation
    if generation > newest:
        rule = f"({generation}) must not be beyond the parent's last committed generation ({newest})"
        raise _refused("fork.generation", rule, f"Fork it at generation {newest} or before.", generation)
    return Parent(trial_id=fork.trial_id, generation=generation, population_id=trial.population_id, workflow_id=fork.workflow_id)


def fork_behind(replay: ReplayOf, trial: Trial | None) -> ForkOf | None:
    """The fork that the original was, if it was one: its replay shares the same generations."""
    if replay.fork is not None or trial is None or trial.parent is None:
        return replay.fork
    return ForkOf(trial_id=trial.parent.trial_id, generation=trial.parent.generation)


def forked_settings(asked: Asked, fork: ForkOf, trial: Trial) -> dict[str, Any]:
    """A fork's settings, complete: those of its parent ``trial`` but for what was given."""
    stored = trial.config.model_dump(mode="json") if trial.config else {}
    return {**asked.provider, **stored, **asked.trial, **_flat(fork.config)}


def replayed_settings(asked: Asked, replay: ReplayOf, trial: Trial | None) -> dict[str, Any]:
    """The settings a trial was recorded with, complete.

    :param trial: the original as its service has it; not needed when the record was given.
    :raises InvalidConfigurationError: nobody tells them, or they hold no seed.
    """
    stored = trial.config.model_dump(mode="json") if trial and trial.config else {}
    recorded = {**TrialConfig().model_dump(mode="json"), **_flat(replay.config)} if replay.config is not None else stored
    if recorded.get("seed") is None:
        raise _refused("replay.config", "must be the complete configuration, with its seed", "Give it as it was recorded.")
    return {**asked.provider, **recorded}


def original_of(replay: ReplayOf, trial: Trial | None) -> Original:
    """What a replay is compared with.

    :raises InvalidConfigurationError: nobody tells the digest.
    """
    digest = replay.digest or (trial.digest if trial else None)
    generation = replay.generation if replay.digest else trial.current_generation if trial else None
    if not digest or generation is None or generation < 0:
        raise _refused("replay.digest", "must be given with replay.generation", "Give both, or the id of a trial that the service knows.")
    return Original(trial_id=replay.trial_id, workflow_id=replay.workflow_id, generation=generation, digest=digest)
