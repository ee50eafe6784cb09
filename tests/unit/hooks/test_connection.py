from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
import requests
from airflow.providers.http.hooks.http import HttpAsyncHook, HttpHook

from dean_provider.errors import ConfigurationError, InvalidConfigurationError
from dean_provider.hooks.connection import Defaults, look_up, settings_of
from dean_provider.hooks.options import AuthMode

CASES: dict[str, dict[str, Any]] = {
    "host": {"host": "service"},
    "schema": {"host": "service", "schema": "https"},
    "port": {"host": "service", "port": 8090},
    "url": {"host": "https://service/below", "schema": "http"},
    "url and port": {"host": "https://service", "port": 8443},
    "login": {"host": "service", "login": "ann", "password": "sesame"},
    "umlaut": {"host": "service", "login": "änn", "password": "pässword"},
    "headers": {"host": "service", "extra": {"X-Team": "packing", "X-Number": "7"}},
    "options and headers": {"host": "service", "extra": {"X-Team": "packing", "timeout": 3, "verify": False, "allow_redirects": False}},
}


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_means_what_the_http_provider_means(connection: Any, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Address, headers and basic authentication are those of both of the HTTP provider's hooks."""
    given = connection(**fields)

    async def found(cls: Any, conn_id: str) -> Any:
        return given

    for hook in (HttpHook, HttpAsyncHook):
        monkeypatch.setattr(hook, "get_connection", classmethod(lambda cls, conn_id: given))
        monkeypatch.setattr(hook, "aget_connection", classmethod(found))

    settings = settings_of(given)

    theirs = HttpHook(http_conn_id="some")
    session = theirs.get_conn()
    assert settings.base_url == theirs.base_url.rstrip("/")
    prepared = session.prepare_request(requests.Request("GET", "http://service/x"))
    assert settings.basic == prepared.headers.get("Authorization")
    config = asyncio.run(HttpAsyncHook(http_conn_id="some").config())
    assert settings.base_url == config.base_url.rstrip("/")
    assert dict(config.headers or {}).items() <= dict(settings.headers).items()
    assert settings.basic == (config.auth.encode() if config.auth else None)


def test_extra_of_the_http_provider(connection: Any, tmp_path: Path) -> None:
    authority, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    for path in (authority, cert, key):
        path.touch()
    extra = {
        "verify": str(authority),
        "cert": [str(cert), str(key)],
        "proxies": {"https": "http://ann:hidden@proxy:3128"},
        "timeout": 4,
        "allow_redirects": "false",
        "max_redirects": 3,
    }

    settings = settings_of(connection(host="service", schema="https", extra=extra))

    assert (settings.verify, settings.cert) == (str(authority), (str(cert), str(key)))
    assert settings.proxy == "http://ann:hidden@proxy:3128"
    assert (settings.timeout, settings.follow_redirects, settings.max_redirects) == (4, False, 3)
    assert not {"verify", "cert", "proxies", "timeout"} & set(settings.headers)
    assert "hidden" in settings.secrets
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(("said", "meant"), [("true", True), ("False", False), ("no", False), (True, True), ("", True), (None, True)])
def test_a_form_says_truth_in_words(connection: Any, said: Any, meant: bool) -> None:
    assert settings_of(connection(host="service", extra={"verify": said})).verify is meant


@pytest.mark.parametrize("said", ["3", " 3", 3])
def test_a_form_says_numbers_in_words(connection: Any, said: Any) -> None:
    assert settings_of(connection(host="service", extra={"max_redirects": said})).max_redirects == 3


@pytest.mark.parametrize("said", ["many", -1, 101, 1.5, True, "9" * 5000])
def test_redirects_are_bounded(connection: Any, said: Any) -> None:
    with pytest.raises(InvalidConfigurationError, match="max_redirects is no whole number from 0 to 100"):
        settings_of(connection(host="service", extra={"max_redirects": said}))


def test_one_proxy_for_all(connection: Any) -> None:
    assert settings_of(connection(host="service", extra={"proxy": "http://proxy:1"})).proxy == "http://proxy:1"


def test_the_environments_proxy_and_authority_count(connection: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))

    assert settings_of(connection(host="service")).proxy == "http://proxy:1"
    assert settings_of(connection(host="service")).verify == str(bundle)
    assert settings_of(connection(host="service", extra={"verify": False})).verify is False
    assert settings_of(connection(host="service", extra={"trust_env": False})).proxy is None


def test_our_own_options(connection: Any) -> None:
    extra = {
        "dialect": "b",
        "auth": "jwt",
        "jwt_claims": '{"aud": "dean"}',
        "attempts": "2",
        "deadline": 9,
        "headers": {"X-A": 1, "X-B": True},
    }

    settings = settings_of(connection(host="service", extra=extra))

    assert (settings.options.dialect, settings.options.auth) == ("b", AuthMode.JWT)
    assert (settings.options.jwt_claims, settings.options.attempts, settings.deadline) == ({"aud": "dean"}, 2, 9)
    assert settings.headers["X-A"] == "1"
    assert settings.headers["X-B"] == "true"
    assert not set(extra) & set(settings.headers)


def test_defaults_of_the_installation_hold_where_the_connection_says_nothing(connection: Any) -> None:
    defaults = Defaults(timeout=7, connect_timeout=2, deadline=70, redis_url="redis://:hush@cache")

    settings = settings_of(connection(host="service"), defaults)

    assert (settings.timeout, settings.connect_timeout, settings.deadline) == (7, 2, 70)
    assert settings.redis_url == "redis://:hush@cache"
    assert "hush" in settings.secrets


def test_connecting_takes_no_longer_than_an_attempt(connection: Any) -> None:
    settings = settings_of(connection(host="service", extra={"timeout": 1, "connect_timeout": 5}))

    assert settings.connect_timeout == 1


def test_a_login_in_the_host_counts_and_stays_out_of_the_address(connection: Any) -> None:
    settings = settings_of(connection(host="http://ann:se%40same@service/x"))

    assert settings.base_url == "http://service/x"
    assert settings.basic == "Basic " + base64.b64encode(b"ann:se@same").decode()
    assert {"se%40same", "se@same"} <= settings.secrets


def test_a_login_without_password_has_an_empty_one(connection: Any) -> None:
    """The HTTP provider would send the word None."""
    assert settings_of(connection(host="service", login="ann")).basic == "Basic " + base64.b64encode(b"ann:").decode()


def test_secrets_among_the_headers(connection: Any) -> None:
    settings = settings_of(
        connection(host="service", extra={"X-API-Key": "abcdefgh", "X-Team": "packing", "headers": {"Cookie": "crumbs"}})
    )

    assert {"abcdefgh", "crumbs"} <= settings.secrets
    assert "packing" not in settings.secrets


def test_an_address_from_a_service_record_may_move(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpHook, "_resolve_srv_targets", lambda self, host: [("found", 1234)], raising=False)

    settings = settings_of(connection(host="_http._tcp.service", extra={"srv_lookup": True}))

    assert settings.base_url == "http://found:1234"
    assert settings.relocatable


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "host"),
        ({"host": "ftp://service"}, "host"),
        ({"host": "service", "port": 99999}, "connection"),
        ({"host": "service", "extra": {"attempts": 0}}, "extra.attempts"),
        ({"host": "service", "extra": {"auth": "magic"}}, "extra.auth"),
        ({"host": "service", "extra": {"timeout": "soon"}}, "extra.timeout"),
        ({"host": "service", "extra": {"X-List": [1]}}, "extra.X-List"),
        ({"host": "service", "extra": {"X-Break": "a\r\nX-Evil: b"}}, "extra.X-Break"),
        ({"host": "service", "extra": {"verify": "/nowhere/ca.pem"}}, "extra.verify"),
        ({"host": "service", "extra": {"cert": "/nowhere/cert.pem"}}, "extra.cert"),
        ({"host": "service", "login": "王", "password": "x"}, "login"),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused_with_its_field(connection: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidConfigurationError) as refused:
        settings_of(connection(**fields))

    assert [problem["field"] for problem in refused.value.details["problems"]] == [field]
    assert refused.value.suggestions


def test_an_extra_that_is_no_object(connection: Any) -> None:
    with pytest.raises(InvalidConfigurationError, match="extra: must be a JSON object"):
        settings_of(connection(host="service", extra=["a"]))


def test_every_wrong_option_is_listed(connection: Any) -> None:
    with pytest.raises(InvalidConfigurationError) as refused:
        settings_of(connection(host="service", extra={"attempts": 0, "deadline": -1}))

    assert [problem["field"] for problem in refused.value.details["problems"]] == ["extra.deadline", "extra.attempts"]


def test_look_up_reads_the_connection_and_the_section_dean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SOME", "dean-evolution://ann:sesame@service:8090/https?dialect=reference")
    monkeypatch.setenv("AIRFLOW__DEAN__REQUEST_TIMEOUT_SECONDS", "11")

    settings = look_up("some")

    assert settings.base_url == "https://service:8090"
    assert settings.timeout == 11
    assert settings.options.dialect == "reference"


def test_a_connection_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="There is no connection 'absent'"):
        look_up("absent")
