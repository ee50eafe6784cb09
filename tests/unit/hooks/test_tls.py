"""Certificates, authorities, client certificates and proxies, on both transports, against servers that insist on them."""

from __future__ import annotations

import base64
import datetime as dt
import gc
import ipaddress
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import TrialRef
from dean_provider.errors import ConfigurationError, ConnectionFailedError
from dean_provider.hooks import EvolutionAPIHook

# asyncio of Python 3.10 forgets that a TLS connection which the other side broke off is closed.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed transport <asyncio.sslproto:ResourceWarning")

REF = TrialRef(trial_id="t")
TRIAL = {"trial_id": "t", "status": "running"}


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """What it forgets is collected here, where its warning is known, and not in whatever test comes later."""
    yield
    gc.collect()


class Authority:
    """A certificate authority of one test session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.certificate = self._signed(self.name, self.key, authority=True)
        self.path = folder / "ca.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files with a certificate for 127.0.0.1 and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        paths = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return paths

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False) -> x509.Certificate:
        now = dt.datetime.now(dt.timezone.utc)
        usage = {
            "digital_signature": not authority, "content_commitment": False, "key_encipherment": False, "data_encipherment": False,
            "key_agreement": False, "key_cert_sign": authority, "crl_sign": authority, "encipher_only": False, "decipher_only": False,
        }  # fmt: skip
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(serve: Any, authority: Authority, reply: Any) -> Any:
    """A server with a certificate; ``secure(client=True)`` demands one of its clients too."""

    def start(*, client: bool = False) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("service"))
        if client:
            context.load_verify_locations(authority.path)
            context.verify_mode = ssl.CERT_REQUIRED
        server = serve(context)
        server.otherwise = lambda _: reply(body=TRIAL)
        return server

    return start


def test_an_unknown_authority_is_not_trusted(secure: Any, make_hook: Any, caller: Any) -> None:
    server = secure()
    hook = make_hook(EvolutionAPIHook, server, {"attempts": 3}, schema="https")

    with pytest.raises(ConfigurationError, match=r"is not trusted: .*certificate") as raised:
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert "verify" in raised.value.suggestions[0]
    assert not server.asked


def test_a_private_authority_may_be_named(secure: Any, make_hook: Any, caller: Any, authority: Authority) -> None:
    hook = make_hook(EvolutionAPIHook, secure(), {"verify": str(authority.path)}, schema="https")

    assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"


def test_a_private_authority_may_be_in_the_environment(
    secure: Any, make_hook: Any, caller: Any, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))

    assert caller.call(make_hook(EvolutionAPIHook, secure(), schema="https"), evolution.READ_TRIAL, REF).trial_id == "t"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_verification_may_be_switched_off(secure: Any, make_hook: Any, caller: Any) -> None:
    hook = make_hook(EvolutionAPIHook, secure(), {"verify": "false"}, schema="https")

    assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"


def test_a_certificate_for_another_name_is_not_trusted(secure: Any, make_hook: Any, caller: Any, authority: Authority) -> None:
    hook = make_hook(EvolutionAPIHook, secure(), {"verify": str(authority.path)}, schema="https", host="localhost")

    with pytest.raises(ConfigurationError, match="not trusted"):
        caller.call(hook, evolution.READ_TRIAL, REF)


def test_a_client_certificate_is_shown(secure: Any, make_hook: Any, caller: Any, authority: Authority) -> None:
    server = secure(client=True)
    cert, key = authority.issue("client")
    joined = authority.folder / "joined.pem"
    joined.write_bytes(cert.read_bytes() + key.read_bytes())

    for shown in ([str(cert), str(key)], str(joined)):
        hook = make_hook(EvolutionAPIHook, server, {"verify": str(authority.path), "cert": shown}, schema="https")
        assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"
    with pytest.raises(ConnectionFailedError):
        caller.call(make_hook(EvolutionAPIHook, server, {"verify": str(authority.path)}, schema="https"), evolution.READ_TRIAL, REF)


class Proxy(socketserver.ThreadingTCPServer):
    """Forwards plain requests and tunnels the others, for those who log in."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ProxyHandler)
        self.seen: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _ProxyHandler(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(65_536)
        first, *headers = head.decode("latin-1").split("\r\n")
        self.server.seen.append(first)
        if f"Proxy-Authorization: Basic {base64.b64encode(b'ann:sesame').decode()}" not in headers:
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        method, target, _ = first.split(" ")
        place = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = place.partition(":")
        with socket.create_connection((host, int(port))) as there:
            if method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                there.sendall(head)
            self._tunnel(there)

    def _tunnel(self, there: socket.socket) -> None:
        pairs = {self.request: there, there: self.request}
        while True:
            for ready in select.select(list(pairs), [], [], 30)[0]:
                data = ready.recv(65_536)
                if not data:
                    return
                pairs[ready].sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    started = Proxy()
    yield started
    started.shutdown()
    started.server_close()


def proxied(proxy: Proxy, login: str = "ann:sesame") -> str:
    return f"http://{login}@127.0.0.1:{proxy.server_address[1]}"


@pytest.mark.parametrize("key", ["proxy", "proxies"])
def test_a_proxy_forwards(proxy: Proxy, server: Any, make_hook: Any, caller: Any, reply: Any, key: str) -> None:
    server.otherwise = lambda _: reply(body=TRIAL)
    hook = make_hook(EvolutionAPIHook, server, {key: proxied(proxy) if key == "proxy" else {"http": proxied(proxy)}})

    assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"
    assert proxy.seen == [f"GET http://127.0.0.1:{server.port}/api/v1/trials/t HTTP/1.1"]


def test_a_proxy_tunnels_what_is_encrypted(proxy: Proxy, secure: Any, make_hook: Any, caller: Any, authority: Authority) -> None:
    server = secure()
    hook = make_hook(EvolutionAPIHook, server, {"proxy": proxied(proxy), "verify": str(authority.path)}, schema="https")

    assert caller.call(hook, evolution.READ_TRIAL, REF).trial_id == "t"
    assert [line.rpartition(" ")[0] for line in proxy.seen] == [f"CONNECT 127.0.0.1:{server.port}"]


def test_the_environments_proxy_is_used(
    proxy: Proxy, server: Any, make_hook: Any, caller: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxied(proxy))
    monkeypatch.setenv("NO_PROXY", "")
    server.otherwise = lambda _: reply(body=TRIAL)

    assert caller.call(make_hook(EvolutionAPIHook, server), evolution.READ_TRIAL, REF).trial_id == "t"
    assert caller.call(make_hook(EvolutionAPIHook, server, {"trust_env": False}), evolution.READ_TRIAL, REF).trial_id == "t"
    assert len(proxy.seen) == 1


def test_a_proxy_that_refuses_shows_no_password(proxy: Proxy, secure: Any, make_hook: Any, caller: Any) -> None:
    hook = make_hook(EvolutionAPIHook, secure(), {"proxy": proxied(proxy, "ann:hidden-word")}, schema="https")

    with pytest.raises(ConnectionFailedError) as raised:
        caller.call(hook, evolution.READ_TRIAL, REF)

    assert "hidden-word" not in str(raised.value) + str(raised.value.details)


def test_a_proxy_that_is_away(serve: Any, server: Any, make_hook: Any, caller: Any) -> None:
    gone = serve()
    gone.stop()

    with pytest.raises(ConnectionFailedError, match="No connection"):
        caller.call(make_hook(EvolutionAPIHook, server, {"proxy": f"http://127.0.0.1:{gone.port}"}), evolution.READ_TRIAL, REF)
