"""What the trigger form sends is told from what a person chose."""

from __future__ import annotations

from pathlib import Path

from dean_provider.config import resolve, trial_options, without_defaults


def test_a_form_that_nobody_touched_gives_nothing() -> None:
    assert without_defaults({name: option.default for name, option in trial_options().items()}) == {}


def test_what_was_chosen_stays() -> None:
    form = {**{name: option.default for name, option in trial_options().items()}, "seed": 42, "labels": {"team": "a"}}
    assert without_defaults(form) == {"seed": 42, "labels": {"team": "a"}}


def test_a_number_that_is_written_differently_is_still_the_default() -> None:
    assert without_defaults({"population_size": 60.0, "diversity_threshold": 0.05}) == {}


def test_wrong_values_stay() -> None:
    conf = {"tournament_size": True, "generations": "60", "nonsense": 1}
    assert without_defaults(conf) == conf


def test_a_nested_trial_is_looked_into() -> None:
    assert without_defaults({"trial": {"seed": None, "generations": 5}}) == {"trial": {"generations": 5}}
    assert without_defaults({"trial": {"seed": None}}) == {}


def test_the_layers_below_still_speak(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("trial: {population_size: 200, generations: 10}")
    form = {name: option.default for name, option in trial_options().items()}
    conf = without_defaults({**form, "generations": 20})
    trial = resolve(conf, config_file=file, environ={}, airflow_option=lambda _: None).settings.trial
    assert (trial.population_size, trial.generations) == (200, 20)
