"""Signing in: what is kept, where, for whom, and what is never kept or shown."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest

from dean_provider.errors import ServiceUnavailableError

PASSWORD = "correct horse"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Puts text on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def _file(state_home: Path) -> Path:
    return state_home / "dean" / "login.json"


def test_user_and_password_become_a_token_that_only_the_owner_may_read(gateway_there, state_home, dean, typed) -> None:
    typed(f"{PASSWORD}\n")
    code, out, err = dean("login", "--url", gateway_there.url, "--user", "ada", "--password-stdin")
    assert code == 0, err
    assert f"Signed in at {gateway_there.url} as ada until 2033-05-18" in out
    kept = _file(state_home)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert json.loads(kept.read_text())["token"] == gateway_there.token()
    assert list(kept.parent.iterdir()) == [kept]
    for secret in (PASSWORD, gateway_there.token()):
        assert secret not in out + err
    assert PASSWORD not in kept.read_text()


def test_the_other_commands_use_what_is_kept(gateway_there, state_home, dean, typed, trial) -> None:
    gateway_there.add(trial("one"))
    typed(PASSWORD)
    dean("login", "--url", f"{gateway_there.url}/", "-u", "ada", "--password-stdin")
    code, out, _ = dean("trial", "list", "--json")
    assert (code, [each["name"] for each in json.loads(out)["workflows"]]) == (0, ["one"])


def test_a_path_before_the_routes_is_kept_too(gateway_there, state_home, dean, typed) -> None:
    gateway_there.prefix = "/af"
    typed(PASSWORD)
    assert dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")[0] == 0
    assert dean("whoami")[0] == 0


def test_a_token_can_be_given_instead(gateway_there, state_home, dean, typed) -> None:
    typed(f"{gateway_there.token()}\n")
    code, out, _ = dean("login", "--url", gateway_there.url, "--token", "--json")
    assert code == 0
    told = json.loads(out)
    assert told == {"url": gateway_there.url, "user": "ada", "expires_at": "2033-05-18T03:33:20+00:00", "file": str(_file(state_home))}


def test_a_token_that_is_not_accepted_is_not_kept(gateway_there, state_home, dean, typed) -> None:
    typed("nonsense")
    code, out, err = dean("login", "--url", gateway_there.url, "--token")
    assert code == 7
    assert "does not accept the token" in err
    assert "nonsense" not in out + err
    assert not _file(state_home).exists()


def test_a_wrong_password_says_so_and_leaves_the_earlier_sign_in(gateway_there, state_home, dean, typed) -> None:
    typed(PASSWORD)
    dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    before = _file(state_home).read_text()
    typed("wrong horse")
    code, out, err = dean("login", "-u", "ada", "--password-stdin")
    assert code == 7
    assert "refused user and password" in err
    assert "wrong horse" not in out + err
    assert _file(state_home).read_text() == before


def test_a_gateway_out_of_order_keeps_nobody_from_signing_in(gateway_there, state_home, dean, typed) -> None:
    gateway_there.failing["read_access"] = ServiceUnavailableError("Tables are missing.", suggestions=["Run airflow db migrate."])
    typed(PASSWORD)
    code, _, err = dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    assert code == 0
    assert "airflow db migrate" in err
    assert json.loads(_file(state_home).read_text())["user"] == "ada"


def test_the_password_may_come_from_the_environment(gateway_there, state_home, dean, monkeypatch) -> None:
    monkeypatch.setenv("DEAN_USER", "ada")
    monkeypatch.setenv("DEAN_PASSWORD", PASSWORD)
    assert dean("login", "--url", gateway_there.url)[0] == 0


def test_nobody_is_asked_where_nobody_can_answer(gateway_there, state_home, dean, typed) -> None:
    typed("")
    assert dean("login", "--url", gateway_there.url)[0] == 2
    code, _, err = dean("login", "--url", gateway_there.url, "-u", "ada")
    assert code == 2
    assert "--password-stdin" in err
    assert dean("login", "--token", "--user", "ada")[0] == 2


@pytest.mark.parametrize("url", ["airflow.example.org", "ftp://x", "http://", "http://ada:horse@127.0.0.1"])
def test_an_address_that_is_none_is_refused(url: str, state_home, dean) -> None:
    code, _, err = dean("login", "--url", url, "-u", "ada", "--password-stdin")
    assert code == 3
    assert "--url" in err
    assert "horse" not in err


def test_a_stored_token_is_only_for_the_address_it_was_got_at(gateway_there, state_home, dean, typed, monkeypatch) -> None:
    typed(PASSWORD)
    dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    elsewhere = gateway_there.url.replace("127.0.0.1", "localhost")
    code, _, err = dean("trial", "list", "--url", elsewhere)
    assert code == 7
    assert f"Nobody is signed in at {elsewhere}." in err
    assert f"dean login --url {elsewhere}" in err
    monkeypatch.setenv("DEAN_TOKEN", gateway_there.token())
    assert dean("trial", "list", "--url", elsewhere)[0] == 0


def test_a_file_that_others_may_read_is_refused(gateway_there, state_home, dean, typed) -> None:
    typed(PASSWORD)
    dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    _file(state_home).chmod(0o644)
    code, _, err = dean("trial", "list")
    assert code == 3
    assert f"chmod 600 {_file(state_home)}" in err


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"url": "nonsense"}', '{"url": "http://h", "surprise": "1"}', '{"url": "http://h", "expires_at": "x"}']
)
def test_a_file_that_is_not_ours_is_refused_until_somebody_signs_in_anew(gateway_there, state_home, dean, typed, text: str) -> None:
    _file(state_home).parent.mkdir(parents=True)
    _file(state_home).write_text(text)
    _file(state_home).chmod(0o600)
    assert dean("trial", "list")[0] == 3
    typed(PASSWORD)
    assert dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")[0] == 0
    assert dean("trial", "list")[0] == 0


def test_signing_out_revokes_and_removes(gateway_there, state_home, dean, typed) -> None:
    typed(PASSWORD)
    dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    code, out, _ = dean("logout", "--json")
    assert (code, json.loads(out)) == (0, {"url": gateway_there.url, "removed": True, "revoked": True})
    assert gateway_there.revoked == {gateway_there.token()}
    assert gateway_there.cookies == [f"_token={gateway_there.token()}"]
    assert not _file(state_home).exists()
    assert dean("logout")[:2] == (0, "Nobody was signed in.\n")


def test_a_token_that_is_still_good_is_not_said_to_be_revoked(gateway_there, state_home, dean, typed) -> None:
    gateway_there.revokes = False
    typed(PASSWORD)
    dean("login", "--url", gateway_there.url, "-u", "ada", "--password-stdin")
    code, out, _ = dean("logout")
    assert code == 0
    assert "could not be revoked: it is good until it ends" in out
    assert not _file(state_home).exists()


def test_signing_out_of_an_airflow_that_is_gone_still_removes(state_home, dean) -> None:
    _file(state_home).parent.mkdir(parents=True)
    _file(state_home).write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "t"}))
    _file(state_home).chmod(0o600)
    code, out, _ = dean("logout")
    assert code == 0
    assert "could not be revoked" in out
    assert not _file(state_home).exists()


def test_whoami(signed_in, dean) -> None:
    code, out, _ = dean("whoami", "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["user"], told["url"], told["url_from"], told["token_from"]) == ("ada", signed_in.url, "DEAN_URL", "DEAN_TOKEN")
    assert told["allowed"] == {"read": True, "configure": False}
    assert signed_in.token() not in out
    code, out, _ = dean("whoami")
    assert "configure (needs the configuration right)" in out
    assert signed_in.token() not in out
