"""Forks of trials: the parent's committed generations become the fork's own, in the transaction that stores it.

What is shared counts for the fork (its history, digest, running time and token budget) and not a second time for the service: the ledger
holds only what the fork itself spends.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, insert, literal, select
from sqlalchemy.orm import Session

from dean_provider.contract.config import TrialConfig, config_differences
from dean_provider.contract.trial import ForkOrigin, ValidateTrial, Validation, ValidationProblem
from dean_provider.engine.evolve import generation_cost
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.evolution.lookup import generation_of, trial_row
from dean_provider.services.evolution.objectives import ObjectiveShelf
from dean_provider.services.evolution.shown import stored_config
from dean_provider.services.evolution.tables import GenerationRow, TrialRow
from dean_provider.services.store import Database, table_of

__all__ = ["INHERITED", "ForkValidation", "copy_history", "require_forkable", "share_history"]

INHERITED = ("objective", "objective_parameters", "population_size", "pattern_seeds", "pattern_seed_share")
"""What made the shared generations and cannot be otherwise in a fork."""


def require_forkable(session: Session, fork: ForkOrigin, config: TrialConfig) -> TrialRow:
    """The parent of a fork that can be made.

    :raises NotFoundError: there is no such trial.
    :raises InvalidConfigurationError: it cannot be forked there, or not with that configuration, every problem listed.
    """
    parent = trial_row(session, fork.trial_id)
    problems = _problems(parent, fork, config)
    if problems:
        raise InvalidConfigurationError(
            f"Trial {fork.trial_id!r} cannot be forked like that: {'; '.join(problem['rule'] for problem in problems)}.",
            details={"problems": problems},
            suggestions=[problems[0]["suggestion"]],
        )
    return parent


def _problems(parent: TrialRow, fork: ForkOrigin, config: TrialConfig) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def refuse(field: str, value: Any, rule: str, suggestion: str) -> None:
        found.append({"field": field, "value": value, "rule": rule, "suggestion": suggestion})

    newest = parent.current_generation
    if newest < 0:
        rule = "fork.generation must be one the parent has committed, and it has none yet"
        refuse("fork.generation", fork.generation, rule, "Fork it when it has committed generation 0.")
    elif fork.generation > newest:
        rule = f"fork.generation ({fork.generation}) must not be beyond the parent's last committed generation ({newest})"
        refuse("fork.generation", fork.generation, rule, f"Fork it at generation {newest} or before.")
    if config.generations < fork.generation:
        rule = f"generations ({config.generations}) must not be below the generation it is forked at ({fork.generation})"
        refuse("generations", config.generations, rule, f"Set generations to {fork.generation} or more, or fork it earlier.")
    differences = config_differences(stored_config(parent), config)
    for field in INHERITED:
        if field in differences:
            before, asked = differences[field]
            refuse(field, asked, f"{field} must be the parent's", f"Leave it at {before!r}, or start a trial of its own.")
    return found


def share_history(session: Session, parent: TrialRow, row: TrialRow, generation: int) -> None:
    """Let a trial that is not stored yet stand where its parent stood at ``generation``."""
    last = generation_of(session, parent, generation)
    shared = GenerationRow.trial == parent.number, GenerationRow.generation <= generation
    best, retries = session.execute(select(func.max(GenerationRow.best_fitness), func.sum(GenerationRow.retries)).where(*shared)).one()
    row.parent_id, row.parent_generation = parent.trial_id, generation
    row.seed = parent.seed if row.seed is None else row.seed
    row.current_generation = generation
    row.best_fitness, row.diversity = best, last.diversity
    row.tokens_used = row.shared_tokens = last.tokens_used
    row.digest = last.digest
    row.elapsed_seconds = last.elapsed_seconds
    row.retries = int(retries)


def copy_history(session: Session, parent: TrialRow, row: TrialRow) -> None:
    """Store the shared generations under the trial's number; its agents are those of its own population."""
    table = table_of(GenerationRow)
    own = {
        "trial": literal(row.number),
        "best_agent_id": _moved(table.c.best_agent_id, f"{parent.population_id}:", f"{row.population_id}:"),
    }
    columns = {column.name: own.get(column.name, column) for column in table.c}
    shared = select(*columns.values()).where(table.c.trial == parent.number, table.c.generation <= row.parent_generation)
    session.execute(insert(table).from_select(list(columns), shared))


def _moved(column: Any, before: str, after: str) -> Any:
    """Ids of agents of one population as those of another; others stay."""
    return case((func.substr(column, 1, len(before)) == before, literal(after).concat(func.substr(column, len(before) + 1))), else_=column)


class ForkValidation:
    """Answers whether a trial can run here, as a fork when it is one."""

    def __init__(self, database: Database, shelf: ObjectiveShelf) -> None:
        self.database = database
        self.shelf = shelf

    def validate(self, request: ValidateTrial) -> Validation:
        """Whether a configuration can run here, what it would cost, and its search space.

        :raises NotFoundError: the trial to fork does not exist.
        """
        found = self.shelf.validate(request)
        if request.fork is None:
            return found
        with self.database.read() as session:
            parent = trial_row(session, request.fork.trial_id)
            problems = [ValidationProblem.model_validate(problem) for problem in _problems(parent, request.fork, request.config)]
            if problems or not found.valid:
                return Validation(valid=False, problems=[*found.problems, *problems])
            shared = generation_of(session, parent, request.fork.generation).tokens_used
        return found.model_copy(update={"estimated_tokens": _own_tokens(request.config, request.fork, shared)})


def _own_tokens(config: TrialConfig, fork: ForkOrigin, shared: int) -> int:
    """Tokens that a fork itself may need."""
    objective = load_objective(config.objective, dict(config.objective_parameters))
    tokens = (config.generations - fork.generation) * generation_cost(config, objective, 1)
    return tokens if config.token_budget is None else max(0, min(tokens, config.token_budget - shared))
