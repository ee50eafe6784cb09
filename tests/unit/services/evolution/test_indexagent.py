from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.service import Empty
from dean_provider.errors import ConnectionFailedError
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.settings import EvolutionSettings


def test_a_password_in_the_url_is_never_shown():
    client = IndexAgentClient(EvolutionSettings(indexagent_url="http://user:swordfish@127.0.0.1:9/agents?key=herring"))
    with pytest.raises(ConnectionFailedError, match=r"http://127\.0\.0\.1:9/agents") as caught:
        client.call(operations.HEALTH, Empty())
    shown = repr((str(caught.value), caught.value.details))
    assert "swordfish" not in shown
    assert "herring" not in shown
    client.close()


@pytest.mark.parametrize("url", ["127.0.0.1:8081", "ftp://host", "http://", "http://u:sword/fish@host"])
def test_what_is_no_url_is_refused_without_showing_it(url):
    with pytest.raises(ValidationError) as caught:
        EvolutionSettings(indexagent_url=url)
    assert "sword" not in caught.value.errors()[0]["msg"]


def _self_signed(folder: Path) -> Path:
    """A file with a certificate that nobody but itself vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "self-signed.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as caller, suppress(OSError):
                context.wrap_socket(caller, server_side=True).close()

        server = threading.Thread(target=answer)
        server.start()
        client = IndexAgentClient(EvolutionSettings(indexagent_url=f"HTTPS://127.0.0.1:{listening.getsockname()[1]}"))
        with pytest.raises(ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            client.call(operations.HEALTH, Empty())
        client.close()
        server.join()
