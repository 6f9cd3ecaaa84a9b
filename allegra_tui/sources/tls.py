"""The one place that makes TLS contexts and decides whether a server is trusted. Checking cannot be switched off."""

import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from socket import socket
from typing import Any

from allegra_tui.model.settings import Mailbox
from allegra_tui.sources.source import Certificate, TlsError

Handshake = Callable[[socket], tuple[ssl.SSLSocket, Callable[[], Certificate]]]
"""Wraps a connected socket. The second call does the handshake and tells whom it trusts, or raises `TlsError`.

In two steps, so that the caller holds the socket (to close it, or to shut it from another thread) in between.
"""


class UntrustedError(TlsError):
    """Ordinary verification refuses the certificate, which OpenSSL then does not hand over: `look` fetches it."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the certificate is not trusted: {problem}")
        self.problem = problem


def handshake(mailbox: Mailbox) -> Handshake:
    """Return the handshake for a mailbox: by its pin, by its own authorities, or by those of the system.

    A pin replaces the verification of chain, dates and name: the leaf certificate is compared, before any byte of
    log-in. Raises `TlsError` where the mailbox's certificates cannot be read.
    """
    if mailbox.pin is not None:
        return _pinned(mailbox, mailbox.pin.replace(":", "").lower())
    return _verified_by(_verifying(mailbox.ca_pem), mailbox.host)


def web(host: str, ca_pem: str | None = None) -> Handshake:
    """Return the handshake for a web server: by the system's authorities, and by further ones. Raises `TlsError`."""
    context = _verifying(ca_pem)
    context.load_default_certs()
    return _verified_by(context, host)


def _verified_by(context: ssl.SSLContext, host: str) -> Handshake:
    def wrap(sock: socket) -> tuple[ssl.SSLSocket, Callable[[], Certificate]]:
        wrapped = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)

        def shake() -> Certificate:
            try:
                wrapped.do_handshake()
            except ssl.SSLCertVerificationError as error:
                raise UntrustedError(_reason(error)) from error
            return _verified(wrapped)

        return wrapped, shake

    return wrap


def look(mailbox: Mailbox, problem: str) -> Handshake:
    """Return a handshake that reads the certificate and always ends in a `TlsError` that holds it.

    Because it never returns, nothing can be sent over such a connection, least of all a password.
    """
    context = _reading()

    def wrap(sock: socket) -> tuple[ssl.SSLSocket, Callable[[], Certificate]]:
        wrapped = context.wrap_socket(sock, server_hostname=mailbox.host, do_handshake_on_connect=False)

        def shake() -> Certificate:
            wrapped.do_handshake()
            raise TlsError(problem, certificate(_leaf(wrapped), problem))

        return wrapped, shake

    return wrap


def _pinned(mailbox: Mailbox, pin: str) -> Handshake:
    context = _reading()

    def wrap(sock: socket) -> tuple[ssl.SSLSocket, Callable[[], Certificate]]:
        wrapped = context.wrap_socket(sock, server_hostname=mailbox.host, do_handshake_on_connect=False)

        def shake() -> Certificate:
            wrapped.do_handshake()
            leaf = _leaf(wrapped)
            if hashlib.sha256(leaf).hexdigest() == pin:
                return certificate(leaf)
            found = certificate(leaf, "the server's certificate is not the pinned one")
            raise TlsError(
                f"{found.problem} (pinned {pin[:16]}..., presented {found.sha256[:16]}...): find out whether it was "
                f"renewed on purpose, and see both to trust the new one: allegra-tui mailbox trust {mailbox.name}",
                found,
            )

        return wrapped, shake

    return wrap


def check_authorities(ca_pem: str) -> None:
    """Raise `TlsError` where no certificates to trust can be read from a PEM text."""
    _verifying(ca_pem)


def _verifying(ca_pem: str | None) -> ssl.SSLContext:
    if ca_pem is None:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cadata=ca_pem)
    except (ssl.SSLError, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else error
        raise TlsError(f"the certificates to trust (ca_file) cannot be read: {reason}") from error
    # A server's own certificate may be named here, and authorities of one's own seldom carry every extension.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _reading() -> ssl.SSLContext:
    """Make a context that leaves the decision to its callers here: a pin, or a handshake that always fails."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: ssl.SSLCertVerificationError) -> str:
    reason: str = error.verify_message or error.reason
    return reason.rstrip(".")


def _leaf(wrapped: ssl.SSLSocket) -> bytes:
    leaf = wrapped.getpeercert(binary_form=True)
    if leaf is None:
        raise TlsError("the server presents no certificate")
    return leaf


def certificate(der: bytes, problem: str = "") -> Certificate:
    """Describe a certificate. Raises `TlsError` where it cannot be read."""
    from cryptography import x509  # takes longer to import than all else here; needed where something is wrong

    try:
        parsed = x509.load_der_x509_certificate(der)
        names = [str(name.value) for name in _alternative_names(parsed)]
        return Certificate(
            subject=parsed.subject.rfc4514_string(),
            names=names,
            issuer=parsed.issuer.rfc4514_string(),
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            sha256=hashlib.sha256(der).hexdigest(),
            problem=problem,
        )
    except (ValueError, x509.InvalidVersion) as error:
        raise TlsError(f"the server's certificate cannot be read: {error}") from error


def _alternative_names(parsed: Any) -> Sequence[Any]:
    from cryptography import x509

    try:
        return list(parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return []  # there are none that could be read; pinned it can be all the same


def _verified(wrapped: ssl.SSLSocket) -> Certificate:
    """Describe a certificate that OpenSSL has verified, from what it tells: quicker than reading it anew."""
    told: Mapping[str, Any] = wrapped.getpeercert() or {}
    return Certificate(
        subject=_name(told.get("subject", ())),
        names=[value for _, value in told.get("subjectAltName", ())],
        issuer=_name(told.get("issuer", ())),
        not_before=_date(told["notBefore"]),
        not_after=_date(told["notAfter"]),
        sha256=hashlib.sha256(_leaf(wrapped)).hexdigest(),
    )


_ABBREVIATED = {
    "commonName": "CN",
    "countryName": "C",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
}


def _name(parts: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Write a distinguished name as RFC 4514 does, the most particular part first."""
    pairs = [pair for part in reversed(parts) for pair in part]
    return ",".join(f"{_ABBREVIATED.get(key, key)}={value}" for key, value in pairs)


def _date(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
