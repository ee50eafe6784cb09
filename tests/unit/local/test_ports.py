from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dean_provider.errors import ConfigurationError
from dean_provider.local.ports import PORT_VARIABLE, Ports, free_ports


def test_free_ports_differ_and_can_be_used():
    ports = Ports.parse("auto")
    assert len({ports.api, ports.indexagent, ports.evolution}) == 3
    ports.check()


def test_free_ports_are_none_that_the_system_gives_to_connections():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        assert max(free_ports(100)) < chosen.getsockname()[1]


def test_where_every_port_is_taken_one_can_be_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dean_provider.local.ports._taken", lambda port: True)
    with pytest.raises(ConfigurationError, match="--port N"):
        Ports.free()


def test_one_number_moves_all_and_keeps_the_defaults_distances():
    assert Ports.parse("8080") == Ports()
    assert Ports.parse("18080") == Ports(18080, 18081, 18090)


@pytest.mark.parametrize("text", ["", "no", "-1", "0", "65535", "80.5", "²", "9" * 5000])
def test_anything_else_is_refused_with_a_way_out(text: str):
    with pytest.raises(ConfigurationError, match="--port auto"):
        Ports.parse(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("name", ["api", "indexagent", "evolution"])
def test_a_taken_port_is_named_in_one_line_with_what_to_set(name: str, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket() as other:
        other.bind((host, 0))
        other.listen()
        taken = other.getsockname()[1]
        free = Ports.free()
        chosen = Ports(**{**free.__dict__, name: taken})
        with pytest.raises(ConfigurationError) as caught:
            chosen.check()
    text = str(caught.value)
    assert str(taken) in text
    assert "--port auto" in text
    assert "DEAN_LOCAL_PORT" in text
    assert "\n" not in text
    assert "make" not in text


def test_in_a_checkout_the_way_out_is_one_that_make_takes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigurationError) as caught:
            Ports(other.getsockname()[1]).check()
    assert "--port auto (with make: ARGS='--port auto')" in str(caught.value)
    assert PORT_VARIABLE not in str(caught.value), "the Makefile lets none through"


def test_a_port_is_free_again_while_old_connections_linger():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    free = Ports.free()
    Ports(port, free.indexagent, free.evolution).check()
