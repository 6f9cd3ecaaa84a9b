"""Every case of a server's certificate, on a real Dovecot that has another one for each name it is asked by (SNI)."""

import hashlib
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.sources import StepName, TlsError
from allegra_tui.sources.tls import certificate
from tests.servers.certificates import Authority, Issued
from tests.servers.dovecot import Dovecot, running
from tests.sources.using import steps

PROTOCOLS = [Protocol.IMAP, Protocol.POP3]
ENCRYPTED = [Security.SSL, Security.STARTTLS]


@dataclass
class Names:
    """A Dovecot, its certificate for each name, and the authority that issued most of them."""

    dovecot: Dovecot
    authority: Authority
    issued: dict[str, Issued]

    def mailbox(self, name: str, protocol: Protocol, security: Security, **changes: Any) -> Mailbox:
        account = self.dovecot.account()
        trusted = {"ca_pem": self.authority.pem, **changes}
        return account.mailbox(protocol=protocol, security=security, host=f"{name}.test", **trusted)

    @property
    def heard(self) -> str:
        """What Dovecot heard of log-ins."""
        log = (self.dovecot.base / "dovecot.log").read_text()
        return "\n".join(line for line in log.splitlines() if "Login: user" in line or "auth failed" in line)


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with tempfile.TemporaryDirectory() as directory:
        base = Path(directory)
        authority, stranger = Authority(base), Authority(base, "Stranger")
        issued = {
            "good": authority.issue("good", ["good.test"]),
            "also": authority.issue("also", ["also.test"]),
            "wild.mail": authority.issue("wild", ["*.mail.test"]),
            "wrong": authority.issue("wrong", ["elsewhere.test"]),
            "expired": authority.issue("expired", ["expired.test"], expired=True),
            "early": authority.issue("early", ["early.test"], begins=5),
            "unknown": stranger.issue("unknown", ["unknown.test"]),
        }
        config = "".join(
            f"local_name {name}.test {{\n  ssl_cert = <{one.cert_file}\n  ssl_key = <{one.key_file}\n}}\n"
            for name, one in issued.items()
        )
        with running(config) as dovecot:
            yield Names(dovecot, authority, issued)


@pytest.fixture(autouse=True)
def _names_of_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name of .test is this host, and no name server is asked."""
    resolve = socket.getaddrinfo

    def look_up(host: Any, *details: Any, **more: Any) -> Any:
        return resolve("127.0.0.1" if str(host).endswith(".test") else host, *details, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ["good", "also", "wild.mail"])
def test_accepted(names: Names, name: str, protocol: Protocol, security: Security) -> None:
    taken = steps(names.mailbox(name, protocol, security), "correct-horse")
    certificate = taken[StepName.TLS].certificate
    assert certificate is not None
    assert certificate.sha256 == names.issued[name].sha256  # the one for the name that was asked for
    assert StepName.LOGIN in taken


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("wrong", "Hostname mismatch, certificate is not valid for 'wrong.test'"),
        ("expired", "certificate has expired"),
        ("early", "certificate is not yet valid"),
        ("unknown", "unable to get local issuer certificate"),
    ],
)
def test_refused_and_nothing_said(
    names: Names, name: str, problem: str, protocol: Protocol, security: Security
) -> None:
    before = names.heard
    with pytest.raises(TlsError) as caught:
        steps(names.mailbox(name, protocol, security), "correct-horse")
    shown = caught.value.certificate
    assert shown is not None
    assert (shown.sha256, shown.problem) == (names.issued[name].sha256, problem)
    assert "look at the certificate there and pin it" in str(caught.value)
    assert names.heard == before


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ["wrong", "expired", "early", "unknown"])
def test_pinned_each_of_them_is_accepted(names: Names, name: str, protocol: Protocol, security: Security) -> None:
    box = names.mailbox(name, protocol, security, ca_pem=None, pin=names.issued[name].sha256)
    assert StepName.LOGIN in steps(box, "correct-horse")


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_another_one_than_the_pinned_is_refused_and_nothing_said(
    names: Names, protocol: Protocol, security: Security
) -> None:
    before = names.heard
    old, new = names.issued["also"].sha256, names.issued["good"].sha256
    with pytest.raises(TlsError) as caught:
        steps(names.mailbox("good", protocol, security, pin=old), "correct-horse")
    for part in (f"pinned {old[:16]}", f"presented {new[:16]}", "renewed on purpose", "mailbox trust box"):
        assert part in str(caught.value)
    assert caught.value.certificate is not None
    assert caught.value.certificate.sha256 == new
    assert names.heard == before


def test_one_that_has_an_extension_twice_can_be_looked_at() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd.test")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=9))
    for last in ("1", "2"):
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.{last}"), b""), False)
    once = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    twice = once.replace(b"\x06\x03\x2a\x03\x02", b"\x06\x03\x2a\x03\x01")
    assert twice != once
    seen = certificate(twice)
    assert (seen.subject, seen.names, seen.sha256) == ("CN=odd.test", [], hashlib.sha256(twice).hexdigest())
