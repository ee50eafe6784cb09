from __future__ import annotations

from dean_provider.report.incidents import incidents


def test_interventions_and_retries_in_order(make_data):
    told = incidents(make_data(20).generations)
    assert [(row.generation, row.what) for row in told.rows] == [("7", "Evaluation repeated"), ("15", "Mutations injected")]
    assert told.rows[1].detail == "12 agents mutated, diversity 0.03 → 0.10"
    assert (told.interventions, told.retries, told.left_out) == (1, 1, 0)


def test_long_lists_are_cut_but_counted(make_generation):
    told = incidents([make_generation(0, retries=2) for _ in range(100)])
    assert (len(told.rows), told.left_out, told.retries) == (60, 40, 200)
