from __future__ import annotations

from dean_provider.notifications.message import LONGEST_REASON, message_of

OUTCOME = {
    "trial_id": "t-1",
    "parent": None,
    "name": "packing",
    "status": "completed",
    "termination_reason": "generations",
    "generations": 60,
    "scores": {"train": 3.0, "validation": 3.3, "test": 3.2168},
    "baselines": {"best_fit": {"test": 5.37, "train": 5.1}, "first_fit": {"test": 5.74}, "other": {"test": None}},
    "metric": "excess over the L1 bound",
    "unit": "%",
    "tokens_used": 3492,
    "digest": "ab" * 32,
    "report": "https://reports/x.html",
}


def test_a_completed_trial_in_a_few_lines():
    message = message_of(OUTCOME)
    assert message.subject == "Trial packing completed"
    assert message.text.splitlines() == [
        "Trial packing completed",
        "Generation 60, ended by generations, 3492 tokens.",
        "Excess over the L1 bound (test): 3.217 % (best fit 5.37 %, first fit 5.74 %).",
        "Trial id: t-1",
        f"Digest: {'ab' * 32}",
        "Report: https://reports/x.html",
    ]


def test_without_a_test_set_the_next_best_is_told_with_the_baselines_on_it():
    text = message_of({**OUTCOME, "scores": {"train": 3.0, "validation": None, "test": None}}).text
    assert "(train): 3 % (best fit 5.1 %)." in text


def test_a_failure_says_why_in_bounds_and_what_is_known():
    message = message_of({"trial_id": "t-1", "name": "packing"}, "await_evolution failed: " + "x" * 1000)
    assert message.subject == "Trial packing failed"
    (why,) = [line for line in message.text.splitlines() if line.startswith("Why: await_evolution")]
    assert len(why) == len("Why: ") + LONGEST_REASON
    assert message_of({}, "no services").text == "Trial trial failed\nWhy: no services"


def test_parentage_and_replays_are_told():
    outcome = {**OUTCOME, "parent": {"trial_id": "t-0", "generation": 5}, "replay": {"trial_id": "t-9", "agrees": False}}
    assert "Forked from t-0 at generation 5." in message_of(outcome).text
    assert "Replay of t-9: the digests DIFFER." in message_of(outcome).text
