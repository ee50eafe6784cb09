from __future__ import annotations

from dean_provider.bundle import DeanDagBundle


def test_serves_the_packaged_dags_or_the_examples():
    dags, examples = DeanDagBundle(name="dean"), DeanDagBundle(name="examples", examples=True)
    assert (dags.path / "dean_evolution_trial.py").exists()
    assert examples.path.name == "example_dags"
    assert list(examples.path.glob("*.py"))


def test_another_folder_may_be_given(tmp_path):
    assert DeanDagBundle(name="dean", path=str(tmp_path)).path == tmp_path
