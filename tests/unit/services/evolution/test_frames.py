from __future__ import annotations

import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.services.evolution.evaluation.frames import Closed, receive, send


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    yield left, right
    left.close()
    right.close()


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=20), max_size=5), st.binary(max_size=2000))
def test_what_is_sent_is_received(header, payload):
    left, right = socket.socketpair()
    with left, right:
        send(left, header, payload)
        assert receive(right) == (header, payload)


def test_a_large_frame_passes_in_pieces(pair):
    left, right = pair
    payload = bytes(range(256)) * 20_000
    sender = threading.Thread(target=send, args=(left, {}, payload))
    sender.start()
    assert receive(right, time.monotonic() + 20) == ({}, payload)
    sender.join()


def test_silence_ends_at_the_deadline(pair):
    with pytest.raises(TimeoutError):
        receive(pair[0], time.monotonic() + 0.02)
    with pytest.raises(TimeoutError):
        receive(pair[0], time.monotonic() - 1)


def test_half_a_frame_ends_at_the_deadline_too(pair):
    left, right = pair
    left.sendall(b"\0\0\0\x05\0\0\0\x05ab")
    with pytest.raises(TimeoutError):
        receive(right, time.monotonic() + 0.02)


def test_nobody_who_listens_ends_at_the_deadline(pair):
    with pytest.raises(TimeoutError):
        send(pair[0], {}, bytes(10_000_000), time.monotonic() + 0.05)


def test_an_end_in_order_is_told_from_silence(pair):
    left, right = pair
    left.close()
    with pytest.raises(Closed):
        receive(right)
