"""The one protocol behind which IMAP, POP3 and Maildir look alike. A source knows mail stores, not issues."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from allegra_tui.model.certificate import Certificate as Certificate  # so that callers need one module only


class SourceError(Exception):
    """Expected trouble with a mailbox: one clear line, with what to do next where something can be done."""

    code = "source"


class ConnectError(SourceError):
    """The server cannot be reached, or hung up."""

    code = "connect"


class DeadlineError(SourceError):
    """A step took longer than its time limit."""

    code = "timeout"


class TlsError(SourceError):
    """The connection cannot be trusted. `certificate` holds what the server presented, where a pin may be offered."""

    code = "tls"

    def __init__(self, message: str, certificate: Certificate | None = None) -> None:
        super().__init__(message)
        self.certificate = certificate


class LoginError(SourceError):
    """The server refuses user name or password."""

    code = "login"


class SignInError(LoginError):
    """Signing in by OAuth2 failed, or a person has to do it (again)."""

    code = "sign_in"


class FolderError(SourceError):
    """The folder does not exist or cannot be opened."""

    code = "folder"


class RefusedError(SourceError):
    """The server refuses one command about one message; the connection is in order and the others can be had."""

    code = "refused"


class CancelledError(SourceError):
    """Somebody called `cancel`."""

    code = "cancelled"


class StepName(StrEnum):
    """The steps of a connection, in their order. A source leaves out those it does not have."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    CAPABILITIES = "capabilities"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that was taken, with what it found, in words."""

    name: StepName
    detail: str
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every message a folder holds, in the order in which it is to be taken."""

    uidvalidity: int
    """0 where the protocol has none."""
    keys: Sequence[str]
    count: int
    """How many there were when the folder was opened, as the server says (EXISTS, STAT), or how many files there are:
    not counted from the keys."""
    next_uid: int = 0
    """What the next message will have at least (UIDNEXT); 0 where the server does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message on the server."""

    key: str
    size: int
    """Bytes, as the server tells them."""
    internal_date: datetime | None = None


def utc(date: datetime) -> datetime | None:
    """Return a moment in UTC; none for one that only its own zone keeps within the calendar."""
    try:
        return date.astimezone(UTC)
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What came of downloading one message: whole bytes, or what is wrong."""

    key: str
    raw: bytes = field(repr=False, default=b"")
    problem: str | None = None
    """Why there are no whole bytes: vanished, refused, or cut short. What arrived is in `raw`."""
    vanished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of the deletions and moves asked for since the connection was opened."""

    done: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Key to the reason. The message is still there, or marked and not expunged."""
    notes: Sequence[str] = ()
    """What else was done, such as a folder that was made."""


class Source(Protocol):
    """One connection to one mailbox. Use it as a context manager; only `cancel` may be called from another thread.

    Every method raises `SourceError` for expected trouble, and none waits without a limit.
    """

    def connect(self, *, read_only: bool = False) -> Iterator[Step]:
        """Take the steps up to the opened folder, yielding each as it is done. Exhaust it before anything else.

        With `read_only` nothing on the server changes, whatever is called (EXAMINE). Called again, it begins anew: what
        was asked for before is forgotten, and a connection that still stands is kept, its folder opened once more.
        """
        ...

    @property
    def announces(self) -> bool:
        """Whether `wait` learns of new mail when it comes; known once connected. Otherwise somebody has to look."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for mail that came since the last `list`, at most so long; tell whether there may be some.

        To be called again and again while `announces` says so; where it does not, this returns False at once.
        """
        ...

    def list(self) -> Listing:
        """List all messages, by number alone: cheap at 100,000."""
        ...

    def marked(self) -> Collection[str]:
        r"""List the messages that are marked for deletion, by whomever, and still there; none where there are no marks.

        IMAP: `\Deleted` (RFC 3501 2.3.2); a Maildir: the flag T.
        """
        ...

    def describe(self, keys: Sequence[str], *, dates: bool = False) -> Iterator[Entry]:
        """Tell the size of these messages, with `dates` also when they arrived; those that vanished are left out."""
        ...

    def download(self, entries: Sequence[Entry]) -> Iterator[Download]:
        """Download these messages, each once, in any order; how many travel at a time is the source's affair.

        Flags stay as they are. A message that cannot be had is told as such and the others still come.
        """
        ...

    def header(self, key: str) -> bytes:
        """Download the header alone, at most its first megabyte; empty where the message vanished.

        Raises `RefusedError` where the server does not give it.
        """
        ...

    def delete(self, keys: Collection[str]) -> None:
        """Mark messages for deletion; `finish` carries it out."""
        ...

    def move(self, keys: Collection[str], target: str) -> None:
        """Move messages to another folder, as far as the server can at once; `finish` does the rest."""
        ...

    def finish(self) -> Settlement:
        """Carry out deletions and moves (UID EXPUNGE, QUIT) and tell what is certainly done. Ends a POP3 session.

        Raises where the server does not answer: then what was asked for may be done or not, and is to be asked again.
        """
        ...

    def folders(self) -> Iterable[str]:
        """The folders to choose from; none where the protocol has none."""
        ...

    def cancel(self) -> None:
        """Shut the connection from another thread: what waits there raises `CancelledError`."""
        ...

    def close(self) -> None:
        """End the connection without carrying anything out. Never raises."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
