from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dean_provider.contract.economy import ReadUsage
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.pattern import (
    ApplyPatterns,
    DetectPatterns,
    ListPatterns,
    MeasurePattern,
    Pattern,
    PatternBody,
    PatternRef,
    PatternStatus,
    QuarantinePattern,
    StorePattern,
    TraitRange,
)
from dean_provider.contract.population import GenerationRef, PopulationRef
from dean_provider.contract.trial import StopTrial
from dean_provider.errors import ConflictError, InvalidConfigurationError, InvalidStateError, NotFoundError

pytestmark = pytest.mark.integration

GOOD = PatternBody(ranges=tuple(TraitRange(trait="x", index=index, low=-0.05, high=0.05) for index in range(4)))
BAD = PatternBody(ranges=(TraitRange(trait="x", index=0, low=5.0, high=5.12),))


@pytest.fixture
def trial(caller, small):
    return caller.run(small(population_size=30, generations=3, mutation_rate=0.5))


@pytest.fixture
def stored(caller, trial):
    def store(name, body, **more):
        pattern = Pattern(pattern_id=f"{name}-{trial.trial_id}", body=body, trial_id=trial.trial_id, **more)
        return caller.call(evolution.STORE_PATTERN, StorePattern(pattern=pattern))

    return store


def measure(caller, pattern, trial, agents=30):
    request = MeasurePattern(pattern_id=pattern.pattern_id, trial_id=trial.trial_id, agents=agents)
    return caller.call(evolution.MEASURE_PATTERN, request)


def tokens(caller, trial):
    return caller.call(evolution.READ_USAGE, ReadUsage(trial_id=trial.trial_id)).tokens


def test_a_pattern_is_stored_once_and_its_worth_is_measured_not_claimed(caller, trial, stored):
    claimed = {"status": "accepted", "effectiveness": {"mean": 1, "low": 1, "high": 1, "agents": 99}}
    pattern = stored("claim", GOOD, description="near the origin", **claimed)
    assert (pattern.status, pattern.effectiveness, pattern.objective) == (PatternStatus.DISCOVERED, None, "sphere")
    assert stored("claim", GOOD) == pattern
    assert caller.call(evolution.READ_PATTERN, PatternRef(pattern_id=pattern.pattern_id)) == pattern
    with pytest.raises(ConflictError):
        stored("claim", BAD)


def test_a_pattern_without_a_body_or_a_fit_id_is_refused(caller):
    for wrong in (Pattern(pattern_id="x"), Pattern(pattern_id="with space", body=GOOD)):
        with pytest.raises(InvalidConfigurationError):
            caller.call(evolution.STORE_PATTERN, StorePattern(pattern=wrong))
    with pytest.raises(NotFoundError):
        caller.call(evolution.READ_PATTERN, PatternRef(pattern_id="nothing"))


def test_what_helps_is_accepted_and_what_harms_refused(caller, trial, stored):
    good = measure(caller, stored("good", GOOD), trial)
    assert good.status is PatternStatus.ACCEPTED
    assert 0 < good.effectiveness.low <= good.effectiveness.mean <= good.effectiveness.high
    assert (good.effectiveness.agents, good.effectiveness.tokens_used) == (30, 60)
    bad = measure(caller, stored("bad", BAD), trial)
    assert bad.status is PatternStatus.REFUSED
    assert bad.effectiveness.high < 0
    accepted = caller.call(evolution.LIST_PATTERNS, ListPatterns(trial_id=trial.trial_id, status=PatternStatus.ACCEPTED))
    assert accepted.patterns == [good]
    page = caller.call(evolution.LIST_PATTERNS, ListPatterns(trial_id=trial.trial_id, objective="sphere", limit=1))
    assert (page.patterns, page.next_cursor is None) == ([bad], False)


def test_measuring_again_costs_nothing(caller, trial, stored):
    pattern, before = stored("again", GOOD), tokens(caller, trial)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: measure(caller, pattern, trial), range(4)))
    assert all(one == found[0] for one in found)
    assert tokens(caller, trial) == before + 60


def test_what_a_pattern_is_worth_does_not_hang_on_ids(caller, small):
    found = []
    for name in ("one", "two"):
        trial = caller.run(small(population_size=30, generations=3, mutation_rate=0.5), f"{name}-of-equal-trials")
        pattern = Pattern(pattern_id=f"{name}-of-equal-patterns", body=GOOD, trial_id=trial.trial_id)
        caller.call(evolution.STORE_PATTERN, StorePattern(pattern=pattern))
        applied = caller.call(evolution.APPLY_PATTERNS, ApplyPatterns(trial_id=trial.trial_id, pattern_ids=[pattern.pattern_id]))
        found.append((measure(caller, pattern, trial).effectiveness, applied.mean_fitness_after, applied.best_fitness_after))
    assert found[0] == found[1]


def test_a_measurement_goes_back_through_the_history_for_agents_that_lack_the_pattern(caller, trial, stored):
    """In the final population fewer agents than wanted are different and lack it."""
    measured = measure(caller, stored("history", GOOD), trial, agents=80)
    assert 30 < measured.effectiveness.agents <= 80


def test_too_few_agents_without_the_pattern_is_said(caller, trial, stored):
    everybody = PatternBody(ranges=(TraitRange(trait="x", index=0, low=-5.12, high=5.12),))
    with pytest.raises(InvalidStateError, match="Only 0 different agents"):
        measure(caller, stored("everybody", everybody), trial)


def test_patterns_are_found_stored_measured_and_applied(caller, small):
    config = small(population_size=80, generations=12, mutation_rate=0.2)
    trial = caller.run(config)
    detected = caller.call(indexagent.DETECT_PATTERNS, DetectPatterns(population_id=trial.population_id, start=0, end=12))
    assert detected.patterns
    for pattern in detected.patterns[:2]:
        named = pattern.model_copy(update={"trial_id": trial.trial_id})
        caller.call(evolution.STORE_PATTERN, StorePattern(pattern=named))
        assert measure(caller, pattern, trial).effectiveness is not None


def test_applying_patterns_leaves_the_trial_as_it_is(caller, trial, stored):
    pattern, before = stored("applied", GOOD), tokens(caller, trial)
    final = GenerationRef(population_id=trial.population_id, generation=3)
    source = caller.call(indexagent.READ_GENERATION, final)
    request = ApplyPatterns(trial_id=trial.trial_id, pattern_ids=[pattern.pattern_id])
    applied = caller.call(evolution.APPLY_PATTERNS, request)
    assert applied.mean_fitness_after > applied.mean_fitness_before
    assert applied.best_fitness_before == trial.best_fitness
    assert (applied.agents, applied.tokens_used) == (30, 30)
    assert caller.call(evolution.APPLY_PATTERNS, request) == applied
    assert tokens(caller, trial) == before + 30
    assert caller.read(trial.trial_id) == trial
    assert caller.call(indexagent.READ_GENERATION, final) == source
    copy = caller.call(indexagent.READ_GENERATION, GenerationRef(population_id=applied.population_id, generation=0))
    assert (np.abs(np.array(copy.genomes)) <= 0.05).all()
    assert np.mean(copy.fitness) == applied.mean_fitness_after
    assert caller.call(indexagent.READ_POPULATION, PopulationRef(population_id=applied.population_id)).derived_from == trial.population_id


def test_patterns_of_another_objective_are_refused(caller, trial, stored):
    pattern = stored("foreign", GOOD, objective="ackley")
    with pytest.raises(InvalidConfigurationError, match="objective sphere"):
        measure(caller, pattern, trial)
    with pytest.raises(InvalidConfigurationError, match="objective sphere"):
        caller.call(evolution.APPLY_PATTERNS, ApplyPatterns(trial_id=trial.trial_id, pattern_ids=[pattern.pattern_id]))


def test_only_completed_trials_are_measured_on(caller, small, stored):
    pattern = stored("early", GOOD)
    running = caller.start(small(generations=5000))
    with pytest.raises(InvalidStateError):
        measure(caller, pattern, running)
    with pytest.raises(InvalidStateError):
        caller.call(evolution.VERIFY_TRIAL, StopTrial(trial_id=running.trial_id))
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=running.trial_id))


def apply(caller, trial, *patterns, **how):
    request = ApplyPatterns(trial_id=trial.trial_id, pattern_ids=[pattern.pattern_id for pattern in patterns], **how)
    return caller.call(evolution.APPLY_PATTERNS, request)


def genomes(caller, population_id, generation):
    found = caller.call(indexagent.READ_GENERATION, GenerationRef(population_id=population_id, generation=generation))
    return np.array(found.genomes), found.variations


def test_a_pattern_is_tried_on_a_share_and_a_larger_share_has_those_of_a_smaller(caller, trial, stored):
    pattern = stored("shared", GOOD)
    before, _ = genomes(caller, trial.population_id, trial.current_generation)
    changed = []
    for share, count in ((0.2, 6), (0.7, 21), (1.0, 30)):
        applied = apply(caller, trial, pattern, share=share)
        after, variations = genomes(caller, applied.population_id, 0)
        here = set((after != before).any(axis=1).nonzero()[0].tolist())
        assert (applied.imposed, len(here), applied.agents) == (count, count, 30)
        assert [variation.value for variation in variations].count("imposed") == count
        changed.append((here, after))
    (few, first), (more, second), (every, third) = changed
    assert few < more < every
    assert np.array_equal(first[sorted(few)], second[sorted(few)])
    assert np.array_equal(second[sorted(more)], third[sorted(more)])


def test_the_worth_of_a_share_is_measured_on_those_it_changed(caller, trial, stored):
    before = tokens(caller, trial)
    good, bad = (apply(caller, trial, stored(name, body), share=0.2, measure=True) for name, body in (("better", GOOD), ("worse", BAD)))
    assert good.effectiveness.low > 0 > bad.effectiveness.high
    assert good.effectiveness.agents == good.imposed == 6
    assert (good.tokens_used, good.effectiveness.tokens_used) == (30 + 12, 12)
    assert tokens(caller, trial) - before == good.tokens_used + bad.tokens_used
    assert apply(caller, trial, stored("better", GOOD), share=0.2, measure=True) == good
    assert apply(caller, trial, stored("better", GOOD), share=0.2).population_id != good.population_id


def test_what_is_in_quarantine_is_not_applied_until_it_is_let_out(caller, trial, stored):
    pattern = stored("dangerous", GOOD)
    measured = measure(caller, pattern, trial)
    name = pattern.pattern_id
    kept = caller.call(evolution.QUARANTINE_PATTERN, QuarantinePattern(pattern_id=name, reason="it did harm elsewhere"))
    assert (kept.status, kept.quarantine, kept.effectiveness) == (
        PatternStatus.QUARANTINED,
        "it did harm elsewhere",
        measured.effectiveness,
    )
    assert caller.call(evolution.QUARANTINE_PATTERN, QuarantinePattern(pattern_id=name)) == kept
    assert stored("dangerous", GOOD) == kept
    listed = caller.call(evolution.LIST_PATTERNS, ListPatterns(status=PatternStatus.QUARANTINED, trial_id=trial.trial_id))
    assert listed.patterns == [kept]
    with pytest.raises(InvalidStateError, match="it did harm elsewhere"):
        apply(caller, trial, pattern)
    assert measure(caller, pattern, trial).status is PatternStatus.QUARANTINED
    out = caller.call(evolution.QUARANTINE_PATTERN, QuarantinePattern(pattern_id=name, quarantined=False))
    assert (out.status, out.quarantine) == (PatternStatus.ACCEPTED, None)
    assert apply(caller, trial, pattern).imposed == 30


def test_what_was_applied_is_applied_anew_once_its_population_is_released(caller, trial, stored):
    first = apply(caller, trial, stored("again", GOOD), share=0.2, measure=True)
    caller.call(indexagent.RELEASE_POPULATION, PopulationRef(population_id=first.population_id))
    again = apply(caller, trial, stored("again", GOOD), share=0.2, measure=True)
    assert again == first
    assert caller.call(indexagent.READ_POPULATION, PopulationRef(population_id=first.population_id)).size == 30
