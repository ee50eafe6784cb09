from __future__ import annotations

import threading

from dean_provider.testing import PausePoints


def test_it_holds_at_its_point_from_its_generation_on_until_released():
    reached = []
    points = PausePoints("committing", 3, lambda *what: reached.append(what))
    points("committing", "t", 2)
    points("bred", "t", 5)
    assert reached == []
    held = threading.Thread(target=points, args=("committing", "t", 4))
    held.start()
    while not reached:
        pass
    assert held.is_alive()
    points.release()
    held.join(5)
    assert not held.is_alive()
    points("committing", "t", 9)
    assert reached == [("committing", "t", 4)]
