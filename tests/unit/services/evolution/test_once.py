from __future__ import annotations

import threading

import pytest

from dean_provider.services.evolution.once import Once


def test_work_asked_for_at_once_is_done_once():
    once, stored, made, barrier = Once(), {}, [], threading.Barrier(6)

    def make():
        made.append(1)
        stored["key"] = "answer"
        return "answer"

    found = []

    def ask():
        barrier.wait()
        found.append(once.do("key", lambda: stored.get("key"), make))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, found) == ([1], ["answer"] * 6)
    assert len(once.turns) == 0


def test_a_failure_is_not_kept():
    once, answers = Once(), iter([ValueError(), "answer"])

    def make():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError):
        once.do("key", lambda: None, make)
    assert once.do("key", lambda: None, make) == "answer"


def test_other_keys_do_not_wait():
    once = Once()
    assert once.do("a", lambda: None, lambda: once.do("b", lambda: None, lambda: "inner")) == "inner"
