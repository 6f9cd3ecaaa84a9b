"""Who is trusted, and that no password travels before that is known. Real Dovecot, real certificates."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.sources import (
    CancelledError,
    Certificate,
    ConnectError,
    DeadlineError,
    LoginError,
    SourceError,
    StepName,
    TlsError,
    open_source,
)
from tests.servers.certificates import Authority, Issued
from tests.servers.dovecot import DovecotAccount
from tests.servers.scripted import FakeImap, FakePop3, Talk, scripted
from tests.sources.using import RAW, bodies, connected, given, steps

PROTOCOLS = [Protocol.IMAP, Protocol.POP3]
ENCRYPTED = [Security.SSL, Security.STARTTLS, Security.STARTTLS_IF_AVAILABLE]


def refused(mailbox: Mailbox, password: str | None = "secret") -> SourceError:
    """Connect in vain."""
    with pytest.raises(SourceError) as caught:
        steps(mailbox, password)
    return caught.value


@pytest.mark.parametrize("security", list(Security))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_kind_of_security_reads_the_mailbox(
    account: DovecotAccount, protocol: Protocol, security: Security
) -> None:
    account.deliver(RAW)
    mailbox = account.mailbox(protocol=protocol, security=security)
    with connected(mailbox, account.password) as source:
        assert bodies(source) == [RAW]
    assert (StepName.TLS in steps(mailbox, account.password)) == (security is not Security.NONE)


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_unknown_authority_is_refused_and_its_certificate_shown(
    account: DovecotAccount, protocol: Protocol, security: Security
) -> None:
    error = refused(account.mailbox(protocol=protocol, security=security, ca_pem=None), account.password)
    assert isinstance(error, TlsError)
    assert "look at the certificate there and pin it" in str(error)
    assert isinstance(error.certificate, Certificate)
    assert error.certificate.sha256 == account.dovecot.issued.sha256
    assert error.certificate.names == ["localhost"]
    assert error.certificate.subject == "CN=localhost"
    assert error.certificate.issuer == "CN=Test Authority"
    assert "issuer" in error.certificate.problem


def test_another_authority_is_refused(account: DovecotAccount, tmp_path: Path) -> None:
    error = refused(account.mailbox(ca_pem=Authority(tmp_path, "Other").pem), account.password)
    assert isinstance(error, TlsError)
    assert error.certificate is not None


def test_a_certificate_for_another_host_is_refused(account: DovecotAccount) -> None:
    error = refused(account.mailbox(host="127.0.0.1"), account.password)
    assert isinstance(error, TlsError)
    assert error.certificate is not None
    assert "not valid for '127.0.0.1'" in error.certificate.problem


@pytest.mark.parametrize("security", ENCRYPTED)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pin_replaces_chain_and_name(account: DovecotAccount, protocol: Protocol, security: Security) -> None:
    pin = account.dovecot.issued.sha256
    mailbox = account.mailbox(protocol=protocol, security=security, ca_pem=None, host="127.0.0.1", pin=pin)
    step = steps(mailbox, account.password)[StepName.TLS]
    assert "pinned" in step.detail
    assert step.certificate is not None
    assert step.certificate.sha256 == pin


def test_a_pin_is_understood_as_openssl_writes_it(account: DovecotAccount) -> None:
    pin = account.dovecot.issued.sha256.upper()
    written = ":".join(pin[at : at + 2] for at in range(0, len(pin), 2))
    assert StepName.LOGIN in steps(account.mailbox(pin=written), account.password)


def test_another_certificate_than_the_pinned_one_is_refused_though_its_authority_is_trusted(
    account: DovecotAccount,
) -> None:
    error = refused(account.mailbox(pin="0" * 64), account.password)
    assert isinstance(error, TlsError)
    assert error.certificate is not None
    assert error.certificate.sha256 == account.dovecot.issued.sha256
    assert "not the pinned one" in error.certificate.problem


def test_a_servers_own_certificate_can_be_trusted_instead_of_its_authority(account: DovecotAccount) -> None:
    own = account.dovecot.issued.cert_file.read_text()
    assert StepName.LOGIN in steps(account.mailbox(ca_pem=own), account.password)


def test_what_is_no_certificate_is_named(account: DovecotAccount) -> None:
    assert "ca_file" in str(refused(account.mailbox(ca_pem="no certificate"), account.password))


def test_the_certificate_of_a_trusted_server_is_told(account: DovecotAccount) -> None:
    certificate = steps(account.mailbox(), account.password)[StepName.TLS].certificate
    assert certificate is not None
    assert certificate.sha256 == account.dovecot.issued.sha256
    assert certificate.not_after.replace(microsecond=0) == account.dovecot.issued.certificate.not_valid_after_utc
    assert (certificate.subject, certificate.names, certificate.problem) == ("CN=localhost", ["localhost"], "")


class TlsServer:
    """Accepts TLS and notes what a client says over it."""

    def __init__(self, issued: Issued) -> None:
        self.said: list[bytes] = []
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(issued.cert_file, issued.key_file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="tls server")
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(sock, server_side=True) as wrapped:
                    self.said.append(wrapped.recv(1000))
            except OSError:
                sock.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=30)


@pytest.fixture
def expired(tmp_path: Path) -> Iterator[tuple[TlsServer, Authority]]:
    """A server whose certificate has run out."""
    authority = Authority(tmp_path)
    server = TlsServer(authority.issue("expired", ["localhost"], expired=True))
    yield server, authority
    server.stop()


def test_an_expired_certificate_is_refused_and_nothing_said(expired: tuple[TlsServer, Authority]) -> None:
    server, authority = expired
    mailbox = Mailbox(name="box", host="localhost", port=server.port, username="user", ca_pem=authority.pem)
    error = refused(mailbox)
    assert isinstance(error, TlsError)
    assert error.certificate is not None
    assert "expired" in error.certificate.problem
    assert [said for said in server.said if said] == []


def test_a_port_without_tls_is_told_as_such(account: DovecotAccount) -> None:
    port = account.dovecot.port(Protocol.IMAP, Security.NONE)
    error = refused(account.mailbox(port=port), account.password)
    assert isinstance(error, TlsError)
    assert "does not speak TLS" in str(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wrong_password_is_told_with_the_servers_words(account: DovecotAccount, protocol: Protocol) -> None:
    error = refused(account.mailbox(protocol=protocol), "wrong")
    assert isinstance(error, LoginError)
    assert "Authentication failed" in str(error)
    assert "wrong" not in str(error)


@pytest.mark.parametrize("password", [None, "two\r\nlines", "nul\0"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_impossible_password_is_not_sent(account: DovecotAccount, protocol: Protocol, password: str | None) -> None:
    assert isinstance(refused(account.mailbox(protocol=protocol), password), LoginError)


def test_a_password_that_is_not_ascii_reaches_the_server(account: DovecotAccount) -> None:
    error = refused(account.mailbox(), "Schlüssel \N{KEY}")
    assert "Authentication failed" in str(error)


class StrippedImap(FakeImap):
    """Somebody in between leaves STARTTLS out."""


class PreauthImap(FakeImap):
    """Somebody in between has the client believe that it is logged in."""

    greeting = b"* PREAUTH welcome\r\n"
    capabilities = "IMAP4rev1 STARTTLS"


class InjectingImap(FakeImap):
    """Somebody in between sends plain bytes along with the answer to STARTTLS."""

    capabilities = "IMAP4rev1 STARTTLS"

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "STARTTLS":
            talk.send(f"{tag} OK begin\r\n* CAPABILITY IMAP4rev1 EVIL\r\n".encode())
        else:
            super().complete(talk, tag, name, command)


class RefusingImap(InjectingImap):
    """STARTTLS is offered and then refused."""

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "STARTTLS":
            talk.send(f"{tag} NO not today\r\n".encode())
        else:
            FakeImap.complete(self, talk, tag, name, command)


class StrippedPop3(FakePop3):
    """Somebody in between leaves STLS out."""


class RefusingPop3(FakePop3):
    """STLS is not known and capabilities neither."""

    capabilities = None

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name == "STLS":
            talk.send(b"-ERR what?\r\n")
        else:
            super().answer(talk, name, numbers)


class InjectingPop3(FakePop3):
    """Plain bytes along with the answer to STLS."""

    capabilities = ("STLS",)

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        talk.send(b"+OK begin\r\n+OK injected\r\n") if name == "STLS" else super().answer(talk, name, numbers)


@pytest.mark.parametrize(
    ("script", "protocol"),
    [
        (StrippedImap(), Protocol.IMAP),
        (PreauthImap(), Protocol.IMAP),
        (InjectingImap(), Protocol.IMAP),
        (RefusingImap(), Protocol.IMAP),
        (StrippedPop3(), Protocol.POP3),
        (RefusingPop3(), Protocol.POP3),
        (InjectingPop3(), Protocol.POP3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_password_where_tls_is_kept_away(script: FakeImap | FakePop3, protocol: Protocol) -> None:
    with scripted(script) as server:
        error = refused(server.mailbox(protocol, Security.STARTTLS))
        assert isinstance(error, TlsError)
        assert not [line for line in server.received if b"secret" in line or b"LOGIN" in line or b"USER" in line]


@pytest.mark.parametrize("script", [PreauthImap(), InjectingImap(), RefusingImap()], ids=lambda one: type(one).__name__)
def test_if_available_does_not_fall_back_where_tls_was_offered(script: FakeImap) -> None:
    with scripted(script) as server:
        assert isinstance(refused(server.mailbox(security=Security.STARTTLS_IF_AVAILABLE)), TlsError)
        assert not [line for line in server.received if b"secret" in line]


@pytest.mark.parametrize(("script", "protocol"), [(StrippedImap(), Protocol.IMAP), (RefusingPop3(), Protocol.POP3)])
def test_if_available_goes_on_unencrypted_and_says_so(script: FakeImap | FakePop3, protocol: Protocol) -> None:
    with scripted(script) as server:
        taken = steps(server.mailbox(protocol, Security.STARTTLS_IF_AVAILABLE))
        assert "NOT encrypted" in taken[StepName.TLS].detail
        assert [line for line in server.received if b"secret" in line]


def test_preauth_without_encryption_asked_for_needs_no_log_in() -> None:
    with scripted(PreauthImap()) as server:
        assert "PREAUTH" in steps(server.mailbox(), None)[StepName.LOGIN].detail


def test_login_disabled_is_believed() -> None:
    script = FakeImap()
    script.capabilities = "IMAP4rev1 LOGINDISABLED"
    with scripted(script) as server:
        error = refused(server.mailbox())
        assert isinstance(error, LoginError)
        assert "starttls" in str(error)
        assert not [line for line in server.received if b"secret" in line]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_listening_and_no_such_host_are_told(protocol: Protocol) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refused(Mailbox(name="box", protocol=protocol, host="127.0.0.1", port=port, username="user"))
    assert isinstance(error, ConnectError)
    assert f"127.0.0.1:{port}" in str(error)
    error = refused(Mailbox(name="box", protocol=protocol, host="no.such.host.invalid", username="user"))
    assert isinstance(error, ConnectError)
    assert "no.such.host.invalid" in str(error)


def test_a_handshake_that_never_ends_has_a_limit() -> None:
    with scripted(Talk.silence) as server:
        assert isinstance(refused(server.mailbox(security=Security.SSL)), DeadlineError)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_connection_can_be_left_before_the_log_in(account: DovecotAccount, protocol: Protocol) -> None:
    with open_source(account.mailbox(protocol=protocol, security=Security.STARTTLS), given(None)) as source:
        for step in source.connect(read_only=True):
            if step.name is StepName.TLS:
                assert step.certificate is not None
                break
        else:
            pytest.fail("no TLS step")


def test_a_cancelled_source_does_not_connect() -> None:
    with scripted(FakeImap()) as server, open_source(server.mailbox(), given("secret")) as source:
        source.cancel()
        with pytest.raises(CancelledError):
            list(source.connect())
        assert server.received == []
