from __future__ import annotations

from dean_provider.contract.pattern import Pattern, PatternPage


def test_patterns_of_a_trial_are_asked_for_by_the_services_own_id(make_gateway) -> None:
    gateway = make_gateway({"list_patterns": PatternPage(patterns=[Pattern(pattern_id="p")])})
    workflow_id = gateway.trial()
    assert [one["pattern_id"] for one in gateway.get(f"/trials/{workflow_id}/patterns").json()["patterns"]] == ["p"]
    (asked,) = gateway.evolution.requests("list_patterns")
    assert asked.trial_id == f"t-{workflow_id}"


def test_the_registry_leaves_out_patterns_of_trials_one_may_not_read(make_gateway) -> None:
    def page(_: object) -> PatternPage:
        trials = {"mine": f"t-{mine}", "others": f"t-{others}", "elsewhere": "t-of-another-installation", "none": None}
        return PatternPage(patterns=[Pattern(pattern_id=name, trial_id=trial_id) for name, trial_id in trials.items()])

    gateway = make_gateway({"list_patterns": page})
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")

    def seen(caller: str) -> list[str]:
        return [one["pattern_id"] for one in gateway.get("/patterns", caller).json()["patterns"]]

    assert seen("user:viewer:mine") == ["mine", "elsewhere", "none"]
    assert seen("user:viewer") == ["mine", "others", "elsewhere", "none"]
