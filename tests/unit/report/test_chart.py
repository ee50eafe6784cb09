from __future__ import annotations

import itertools
import math

from dean_provider.report.chart import Chart, Dot, Level, Line, Readings
from dean_provider.report.scale import Scale


def chart(**changes) -> Chart:
    fields = {"key": "k", "title": "t", "summary": "s", "x": Scale(0, 10), "y": Scale(0, 100), "x_label": "x", "height": 200}
    return Chart(**fields | changes)


def test_up_is_more():
    drawn = chart(lines=[Line("a", "best", [(0, 0), (5, 50), (10, 100)])])
    assert drawn.paths == [("best", "M0 200L500 100L1000 0")]


def test_gaps_where_values_are_missing():
    drawn = chart(lines=[Line("a", "best", [(0, 0), (5, math.nan), (8, 50), (10, 100)])])
    assert drawn.paths == [("best", "M0 200M800 100L1000 0")]


def test_lines_leave_the_drawing_but_dots_and_levels_stay_on_its_edge():
    drawn = chart(lines=[Line("a", "worst", [(0, 300)])], dots=[Dot(0, 300, "d", "l")], levels=[Level("b", "v", 300, "300")])
    assert drawn.paths[0][1] == "M0 -400"
    assert drawn.spots == [("d", 0.0, 0.0, "l")]
    assert drawn.level_lines[0][1] == 0


def test_names_of_close_levels_keep_clear_of_each_other():
    drawn = chart(levels=[Level(f"level {place}", "v", 50 + place / 10, "") for place in range(4)])
    heights = [label for _, _, label, _, _ in drawn.level_lines]
    assert all(after - before >= 13 for before, after in itertools.pairwise(heights))


def test_bars_stand_on_zero():
    drawn = chart(y=Scale(-100, 100), bars=[(1, 50), (2, -50), (3, math.nan)])
    assert dict(drawn.bar_paths) == {"bar-above": "M58 100V50H142V100Z", "bar-below": "M158 100V150H242V100Z"}


def test_readings_are_placed_in_percent():
    drawn = chart(readings=Readings([0, 5], ["generation 0", "generation 5"], [("best", "best", ["1", "2"])]))
    assert drawn.reading_data == {
        "at": [0.0, 50.0],
        "heads": ["generation 0", "generation 5"],
        "rows": [{"name": "best", "style": "best", "values": ["1", "2"]}],
    }
    assert chart().reading_data is None
