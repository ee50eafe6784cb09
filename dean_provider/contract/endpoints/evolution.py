"""Evolution API: trials, generations, the pattern registry, the token economy."""

from __future__ import annotations

from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, ReadUsage, Usage
from dean_provider.contract.endpoints.dialect import Dialect, Probe, Traits, register_dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.evaluation import Lease, LeaseCandidates, Returned, ReturnEvaluations
from dean_provider.contract.pattern import (
    AppliedPatterns,
    ApplyPatterns,
    ListPatterns,
    MeasurePattern,
    Pattern,
    PatternPage,
    PatternRef,
    QuarantinePattern,
    StorePattern,
)
from dean_provider.contract.service import Empty, Health, ServiceName, TextDocument
from dean_provider.contract.trial import (
    Constraints,
    GenerationPage,
    ListGenerations,
    ListTrials,
    ObjectiveList,
    StartTrial,
    StopTrial,
    Trial,
    TrialPage,
    TrialRef,
    ValidateTrial,
    Validation,
    Verification,
)

_S = ServiceName.EVOLUTION

HEALTH = Operation("health", _S, Empty, Health, True, "How the service is, with its checks.")
METRICS = Operation("metrics", _S, Empty, TextDocument, True, "Prometheus exposition text.")
START_TRIAL = Operation(
    "start_trial", _S, StartTrial, Trial, True, "Start a trial under the caller's id, find the running one, or resume a stopped one."
)
READ_TRIAL = Operation("read_trial", _S, TrialRef, Trial, True, "One trial.")
LIST_TRIALS = Operation("list_trials", _S, ListTrials, TrialPage, True, "Trials, newest first.")
PAUSE_TRIAL = Operation("pause_trial", _S, TrialRef, Trial, True, "Hold a trial at its next generation boundary.")
RESUME_TRIAL = Operation("resume_trial", _S, TrialRef, Trial, True, "Let a paused trial go on.")
STOP_TRIAL = Operation("stop_trial", _S, StopTrial, Trial, True, "Stop a trial; it never moves again by itself.")
LIST_GENERATIONS = Operation(
    "list_generations", _S, ListGenerations, GenerationPage, True, "Generations from one on, waiting for the first if asked."
)
STREAM_TRIAL = Operation("stream_trial", _S, TrialRef, TextDocument, True, "Progress as server-sent events.")
EXPORT_TRIAL = Operation("export_trial", _S, TrialRef, TextDocument, True, "Every generation with genomes and fitness, as JSON Lines.")
VERIFY_TRIAL = Operation(
    "verify_trial", _S, TrialRef, Verification, True, "Evaluate the outcome once on unseen instances, exactly.", seconds=600
)
VALIDATE_TRIAL = Operation(
    "validate_trial", _S, ValidateTrial, Validation, True, "Whether a configuration can run here, and its search space."
)
READ_CONSTRAINTS = Operation("read_constraints", _S, Empty, Constraints, True, "Limits the service enforces.")
LIST_OBJECTIVES = Operation("list_objectives", _S, Empty, ObjectiveList, True, "Objectives registered here.")
LEASE_CANDIDATES = Operation("lease_candidates", _S, LeaseCandidates, Lease, True, "Take candidates that wait for evaluation.")
RETURN_EVALUATIONS = Operation("return_evaluations", _S, ReturnEvaluations, Returned, True, "Hand back the fitness of leased candidates.")
LIST_PATTERNS = Operation("list_patterns", _S, ListPatterns, PatternPage, True, "Stored patterns, newest first.")
READ_PATTERN = Operation("read_pattern", _S, PatternRef, Pattern, True, "One stored pattern.")
STORE_PATTERN = Operation("store_pattern", _S, StorePattern, Pattern, True, "Put a pattern into the registry.")
MEASURE_PATTERN = Operation(
    "measure_pattern", _S, MeasurePattern, Pattern, True, "Measure a stored pattern's effectiveness by intervention.", seconds=900
)
QUARANTINE_PATTERN = Operation(
    "quarantine_pattern", _S, QuarantinePattern, Pattern, True, "Keep a stored pattern from being applied, or let it out again."
)
APPLY_PATTERNS = Operation(
    "apply_patterns", _S, ApplyPatterns, AppliedPatterns, True, "Impose patterns on copies of the final population.", seconds=900
)
READ_BUDGET = Operation("read_budget", _S, Empty, Budget, True, "Tokens of the whole service.")
ALLOCATE_TOKENS = Operation("allocate_tokens", _S, AllocateTokens, Allocation, True, "Reserve tokens for a holder.")
READ_USAGE = Operation("read_usage", _S, ReadUsage, Usage, True, "Tokens used, by time window.")

OPERATIONS: tuple[Operation, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Operation))  # type: ignore[type-arg]

_TRIAL = "/api/v1/trials/{trial_id}"
_PATTERN = "/api/v1/patterns/{pattern_id}"

REFERENCE = register_dialect(
    Dialect(
        name="reference",
        service=_S,
        traits=Traits(forks=True),
        probe=Probe(
            "/health",
            lambda _status, body: isinstance(body, dict) and body.get("dialect") == "reference" and body.get("service") == "evolution",
        ),
        routes={
            HEALTH.name: Route("GET", "/health"),
            METRICS.name: Route("GET", "/metrics", text=True),
            START_TRIAL.name: Route("POST", "/api/v1/trials"),
            READ_TRIAL.name: Route("GET", _TRIAL),
            LIST_TRIALS.name: Route("GET", "/api/v1/trials"),
            PAUSE_TRIAL.name: Route("POST", _TRIAL + "/pause"),
            RESUME_TRIAL.name: Route("POST", _TRIAL + "/resume"),
            STOP_TRIAL.name: Route("POST", _TRIAL + "/stop"),
            LIST_GENERATIONS.name: Route("GET", _TRIAL + "/generations", wait_field="wait_seconds"),
            STREAM_TRIAL.name: Route("GET", _TRIAL + "/stream", text=True, media_type="text/event-stream"),
            EXPORT_TRIAL.name: Route("GET", _TRIAL + "/export", text=True, media_type="application/x-ndjson"),
            VERIFY_TRIAL.name: Route("POST", _TRIAL + "/verification"),
            VALIDATE_TRIAL.name: Route("POST", "/api/v1/trials/validate"),
            READ_CONSTRAINTS.name: Route("GET", "/api/v1/constraints"),
            LIST_OBJECTIVES.name: Route("GET", "/api/v1/objectives"),
            LEASE_CANDIDATES.name: Route("POST", _TRIAL + "/leases"),
            RETURN_EVALUATIONS.name: Route("POST", _TRIAL + "/leases/{lease_id}/results", slashes=frozenset({"lease_id"})),
            LIST_PATTERNS.name: Route("GET", "/api/v1/patterns"),
            READ_PATTERN.name: Route("GET", _PATTERN),
            STORE_PATTERN.name: Route("POST", "/api/v1/patterns"),
            MEASURE_PATTERN.name: Route("POST", _PATTERN + "/effectiveness"),
            QUARANTINE_PATTERN.name: Route("PUT", _PATTERN + "/quarantine"),
            APPLY_PATTERNS.name: Route("POST", _TRIAL + "/patterns/apply"),
            READ_BUDGET.name: Route("GET", "/api/v1/economy/budget"),
            ALLOCATE_TOKENS.name: Route("PUT", "/api/v1/economy/allocations/{holder}", slashes=frozenset({"holder"})),
            READ_USAGE.name: Route("GET", "/api/v1/economy/usage"),
        },
    )
)
