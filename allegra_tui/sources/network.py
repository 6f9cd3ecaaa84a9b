"""What IMAP and POP3 share: the way to a trusted connection, and cutting it."""

import base64
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from allegra_tui.model.credential import BearerToken, Obtain, Password
from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.sources import sasl, tls
from allegra_tui.sources.cancellation import Cancellation
from allegra_tui.sources.concealed import Concealed
from allegra_tui.sources.source import (
    CancelledError,
    Certificate,
    ConnectError,
    DeadlineError,
    Download,
    Entry,
    LoginError,
    RefusedError,
    SourceError,
    Step,
    StepName,
    TlsError,
)
from allegra_tui.sources.wire import OversizedError, Wire

FAREWELL = 5.0
"""Seconds that a server gets to answer a good-bye nobody needs."""
_REOPENED = 10
"""How often in a run a connection that breaks during a download is opened anew."""
_FOR_NOW = re.compile(r"\[(?:IN-?USE|UNAVAILABLE|LIMIT|LOGIN-DELAY|SYS/TEMP)\b", re.IGNORECASE)
"""Response codes of RFC 5530, 2449 and 3206 for trouble that passes."""


class NetworkSource(ABC):
    """A source on a server. The steps of `connect` that differ are left to IMAP and POP3."""

    def __init__(self, mailbox: Mailbox, obtain: Obtain) -> None:
        self._mailbox = mailbox
        self._obtain = obtain
        self._cancellation = Cancellation()
        self._read_only = False
        self._reopened = 0
        self._until = 0.0
        self._concealed = Concealed()
        self._wire = self._new_wire()

    def connect(self, *, read_only: bool = False) -> Iterator[Step]:
        """See `Source.connect`."""
        self._forget()
        self._reopened = 0
        self._until = time.monotonic() + self._mailbox.run_seconds
        again = self._again() if read_only == self._read_only else None
        if again is not None:
            yield again
            return
        self._read_only = read_only
        yield from self._connect()

    def _connect(self) -> Iterator[Step]:
        self._wire.close()
        try:
            yield from self._reach(lambda: tls.handshake(self._mailbox))
        except tls.UntrustedError as error:
            raise self._with_certificate(error) from error
        yield from self._enter()

    @abstractmethod
    def _forget(self) -> None:
        """Forget what was asked for before."""

    def _again(self) -> Step | None:
        """Open the folder once more over the connection that still stands; None where there is none."""
        return None

    @abstractmethod
    def _greet(self) -> None:
        """Wait for the server's greeting."""

    @abstractmethod
    def _upgrade(self, handshake: Callable[[], tls.Handshake]) -> Certificate | None:
        """Switch to TLS; None where the server does not offer it."""

    @abstractmethod
    def _enter(self) -> Iterator[Step]:
        """Log in and open the folder."""

    @abstractmethod
    def _say_goodbye(self) -> None:
        """End the session in order, carrying nothing out. The connection is closed afterwards in any case."""

    def _reach(self, handshake: Callable[[], tls.Handshake]) -> Iterator[Step]:
        """Connect as far as to where a log-in may follow."""
        self._wire = wire = self._new_wire()
        security = self._mailbox.security
        addresses = wire.resolve()
        found = ", ".join(dict.fromkeys(str(address[0]) for _, address in addresses))
        yield Step(name=StepName.RESOLVE, detail=f"{self._mailbox.host} is {found}")
        used = wire.open(addresses)
        connected = Step(name=StepName.CONNECT, detail=f"connected to {used} port {self._mailbox.effective_port}")
        if security is Security.SSL:
            yield connected
            yield self._trusted(wire.start_tls(handshake()))
            self._greet()
            return
        self._greet()
        yield connected
        if security is Security.NONE:
            return
        certificate = self._upgrade(handshake)
        if certificate is not None:
            yield self._trusted(certificate)
        elif security is Security.STARTTLS:
            raise TlsError(
                f"{wire.address} offers no encryption (STARTTLS), so no password is sent: "
                "set the server up for it, or choose ssl with its port"
            )
        else:
            yield Step(name=StepName.TLS, detail="NOT encrypted: the server offers no STARTTLS")

    def _trusted(self, certificate: Certificate) -> Step:
        how = "pinned certificate" if self._mailbox.pin else "certificate"
        until = f"{certificate.not_after:%Y-%m-%d}"
        detail = f"encrypted, {how} of {certificate.subject or ', '.join(certificate.names)}, valid until {until}"
        return Step(name=StepName.TLS, detail=detail, certificate=certificate)

    def _with_certificate(self, error: tls.UntrustedError) -> TlsError:
        """Add what the server presents, read over a second connection that ends with its handshake."""
        self._wire.close()
        try:
            for _ in self._reach(lambda: tls.look(self._mailbox, error.problem)):
                pass
        except CancelledError:
            raise
        except TlsError as seen:
            if seen.certificate is None:
                return error
            advice = "name its authority (ca_file), or test the mailbox, look at the certificate there and pin it"
            return TlsError(f"{error}; {advice}", seen.certificate)
        except SourceError:
            return error
        return error

    def _log_in(self) -> None:
        """Obtain the credential and log in with it. Until the next log-in, a server that repeats it is not quoted."""
        self._concealed.forget()  # a source lives for weeks, a token for an hour
        match self._obtain(None):
            case Password(password):
                if any(char in text for text in (password, self._mailbox.username) for char in "\r\n\0"):
                    name = self._mailbox.name
                    raise LoginError(f"user name or password of mailbox {name} contains a line break or NUL")
                plain = f"\0{self._mailbox.username}\0{password}"  # RFC 4616
                self._concealed.add(password, base64.b64encode(plain.encode()).decode())
                if (refusal := self._give_password(password)) is not None:
                    raise self._login_refused(refusal, "look at user name and password")
            case BearerToken() as token:
                self._log_in_with(token)
            case None:
                raise LoginError(f"mailbox {self._mailbox.name} has no password")

    def _log_in_with(self, token: BearerToken) -> None:
        """Log in with a token; one that the server refuses is exchanged once, since it may have been withdrawn."""
        if not self._wire.encrypted:
            raise LoginError(f"{self._wire.address} is not encrypted, so no token is sent: choose ssl or starttls")
        refusal = self._give_token(token)
        if refusal is not None:
            match self._obtain(token):
                case BearerToken() as another if another != token:
                    refusal = self._give_token(another)
        if refusal is not None:
            raise self._login_refused(refusal, "look at the user name, and whether its mail may be read this way")

    @abstractmethod
    def _give_password(self, password: str) -> str | None:
        """Log in; what the server says where it refuses."""

    @abstractmethod
    def _give_token(self, token: BearerToken) -> str | None:
        """Log in; what the server says where it refuses."""

    def _initial(self, mechanism: str, token: BearerToken) -> bytes:
        """Return what begins the log-in with a token."""
        user, host, port = self._mailbox.username, self._mailbox.host, self._mailbox.effective_port
        try:
            initial = sasl.initial(mechanism, user=user, host=host, port=port, token=token.text)
        except ValueError as error:
            raise LoginError(f"mailbox {self._mailbox.name}: {error}") from None
        self._concealed.add(token.text, base64.b64encode(initial).decode())
        return initial

    def _no_tokens(self) -> LoginError:
        return LoginError(f"{self._wire.address} takes no OAuth2 tokens (neither OAUTHBEARER nor XOAUTH2)")

    def _login_refused(self, text: str, advice: str) -> SourceError:
        """Tell a refused log-in, and what may help."""
        where = f"{self._wire.address} refuses the log-in of {self._mailbox.username}"
        if _FOR_NOW.search(text):
            return SourceError(f"{where} for now: {text}")
        return LoginError(f"{where}: {text}; {advice}")

    def download(self, entries: Sequence[Entry]) -> Iterator[Download]:
        """See `Source.download`. A message at which the connection breaks is found out, told, and passed over."""
        left = {entry.key: entry for entry in entries}
        singly = fresh = False
        while left:
            group = list(left.values())[: 1 if singly else None]
            try:
                for one in self._bodies(group):
                    del left[one.key]
                    fresh = False
                    yield one
            except (ConnectError, DeadlineError) as error:
                # Servers hang up for many reasons: a message is to blame where a new connection breaks at it at once.
                guilty = error.key if isinstance(error, OversizedError) else ""
                guilty = guilty or (group[0].key if singly and fresh else "")
                if left.pop(guilty, None):
                    yield Download(key=guilty, problem=str(error))
                    singly = False
                else:
                    singly = True
                self._reopen_after(error)
                fresh = True

    def header(self, key: str) -> bytes:
        """See `Source.header`. Where the connection breaks at it, the message is told and the others can be had."""
        try:
            return self._header(key)
        except (ConnectError, DeadlineError) as error:
            self._reopen_after(error)
            raise RefusedError(f"the header of message {key} could not be had: {error}") from error

    @abstractmethod
    def _header(self, key: str) -> bytes:
        """Download a header over the connection as it is."""

    def _reopen_after(self, error: SourceError) -> None:
        """Open a broken connection anew; raise its error where that happened too often, or the run's time is over."""
        self._reopened += 1
        if self._reopened > _REOPENED or time.monotonic() > self._until:
            raise error
        self._reopen()

    @abstractmethod
    def _bodies(self, entries: Sequence[Entry]) -> Iterator[Download]:
        """Download each message once over the connection as it is."""

    def _reopen(self) -> None:
        """Connect anew and go on where the old connection broke."""
        for _ in self._connect():
            pass

    def _new_wire(self) -> Wire:
        return Wire(
            self._mailbox.host,
            self._mailbox.effective_port,
            connect_timeout=self._mailbox.connect_timeout,
            read_timeout=self._mailbox.read_timeout,
            cancellation=self._cancellation,
            concealed=self._concealed,
        )

    def cancel(self) -> None:
        """See `Source.cancel`."""
        self._cancellation.cancel()

    def close(self) -> None:
        """See `Source.close`."""
        try:
            if self._wire.alive:
                self._say_goodbye()
        except SourceError:
            pass  # nothing depends on the server's answer, and the connection is closed in any case
        finally:
            self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
