from __future__ import annotations

from dean_provider.report.provenance import origins


def test_the_run_first_then_what_the_service_says_differently():
    run = {
        "dag_id": "mine",
        "run_id": "manual__1",
        "url": "https://airflow.example/x",
        "note_of_mine": "n",
        "empty": "",
        "dean-provider": "0.1.0",
    }
    versions = {"python": "3.11.7", "dean-provider": "0.1.0", "numpy": "2.4.6"}
    assert origins(run, versions) == [
        ("DAG", "mine"),
        ("DAG run", "manual__1"),
        ("note of mine", "n"),
        ("dean-provider", "0.1.0"),
        ("numpy (service)", "2.4.6"),
        ("python (service)", "3.11.7"),
    ]
    assert ("dean-provider (service)", "0.2.0") in origins(run, {"dean-provider": "0.2.0"})


def test_an_address_that_cannot_be_a_link_is_at_least_shown():
    assert origins({"url": "javascript:alert(1)"}, {}) == [("url", "javascript:alert(1)")]
