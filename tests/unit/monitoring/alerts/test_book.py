from __future__ import annotations

import pytest

from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring.alerts.book import default_book, read_book
from dean_provider.monitoring.alerts.rules_file import RulesFile
from dean_provider.monitoring.catalogue import CATALOGUE


def _problems(path):
    with pytest.raises(InvalidConfigurationError) as caught:
        read_book(path)
    return {(one["field"], one["origin"].rpartition("line ")[2]): one for one in caught.value.details["problems"]}


def test_a_file_changes_adds_and_disables_rules_by_name(written) -> None:
    book = read_book(
        written("""
rules:
  TrialStalled: {above: 600}
  HighCpu: false
  DiskLow: {enabled: false}
  Mine: {severity: info, summary: Mine., metric: other_total, take: rate, over: 5m, above: 3}
""")
    )
    stalled, before = book.rules["TrialStalled"], default_book().rules["TrialStalled"]
    assert (stalled.threshold, stalled.for_, stalled.inhibited_by) == (600, before.for_, before.inhibited_by)
    assert {rule.name for rule in default_book().enabled} - {rule.name for rule in book.enabled} == {"HighCpu", "DiskLow"}
    assert book.rules["Mine"].condition == "rate over 5 min above 3, until back at 3 for 1 min"
    assert book.changed == {"TrialStalled", "HighCpu", "DiskLow", "Mine"}


def test_a_threshold_of_another_kind_takes_the_place_of_the_default(written) -> None:
    rule = read_book(written("rules: {HighCpu: {at_least: 0.5}}")).rules["HighCpu"]
    assert (rule.comparison, rule.threshold, rule.clear) == ("at_least", 0.5, None)


def test_every_problem_is_listed_with_its_line_and_a_suggestion(written) -> None:
    problems = _problems(
        written("""rules:
  TrialStaled: {above: 3}
  TrialStalled: {fro: 5m, over: 2m}
  Mine: {severity: hard, summary: x, metric: dean_nothing, above: 1, by: [workflow_id], message: "{foo}"}
  Late: {severity: info, summary: x, metric: m, above: 1, below: 2, for: soon, inhibited_by: DiskFul}
  Odd: 3
routs: []
routes:
  - name: a
    notifier: b
    severity: grave
""")
    )
    assert set(problems) == {
        ("rules.TrialStaled", "2"),
        ("rules.TrialStalled.fro", "3"),
        ("rules.TrialStalled.over", "3"),
        ("rules.Mine.severity", "4"),
        ("rules.Mine.metric", "4"),
        ("rules.Mine.by", "4"),
        ("rules.Mine.message", "4"),
        ("rules.Late.for", "5"),
        ("rules.Late.above", "5"),
        ("rules.Late.inhibited_by", "5"),
        ("rules.Odd", "6"),
        ("routs", "7"),
        ("routes.0.severity.0", "11"),
    }
    assert problems["rules.TrialStaled", "2"]["suggestion"] == "Did you mean TrialStalled?"
    assert problems["rules.TrialStalled.fro", "3"]["suggestion"] == "Did you mean for?"
    assert problems["rules.Mine.severity", "4"]["value"] == "hard"


@pytest.mark.parametrize("text", ["rules: [1]", "- a", "rules: {a: &x {}, b: *x}", "rules: {A: {}\n", "rules: !!python/name:os.system {}"])
def test_what_is_no_file_of_rules_is_refused(written, text) -> None:
    with pytest.raises(InvalidConfigurationError):
        read_book(written(text))


def test_while_the_file_is_broken_the_rules_before_hold_on(written) -> None:
    path = written("rules: {HighCpu: false}")
    file = RulesFile(str(path))
    assert not file.book().rules["HighCpu"].enabled
    first = file.digest
    written("rules: {HighCpu: {above: many}}")
    assert not file.book().rules["HighCpu"].enabled
    assert len(file.problems) == 1
    assert file.problems[0].startswith("rules.HighCpu.above ")
    assert file.digest != first
    written("")
    assert file.book().rules["HighCpu"].enabled
    assert file.problems == []
    path.unlink()
    assert file.book().rules["HighCpu"].enabled
    assert len(file.problems) == 1


def test_the_packages_rules_are_about_figures_that_there_are_by_labels_that_they_have() -> None:
    for rule in default_book().rules.values():
        metric = CATALOGUE[rule.metric]
        known = {"service", *metric.labels}
        assert set(rule.by) <= known, rule.name
        assert set(rule.where) <= known, rule.name
        for inhibitor in rule.inhibited_by:
            assert inhibitor.rule in default_book().rules
            other = CATALOGUE[default_book().rules[inhibitor.rule].metric]
            assert {*inhibitor.where, *inhibitor.equal} <= {"service", *other.labels}, rule.name
