"""One e-mail after parsing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from allegra_tui.model.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A clean addr-spec: the local part as written, the domain in lower-case A-label form."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who a message says it is from.

    `address` decides only where `problem` is None; otherwise `reading` is the best guess, for people to look at.
    """

    address: Address | None = None
    reading: str | None = None
    name: str = ""
    problem: Reason | None = None
    detail: str = ""

    @property
    def trusted(self) -> bool:
        """Whether the form of From leaves exactly one reading."""
        return self.address is not None

    def __str__(self) -> str:
        return str(self.address or self.reading or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message; `filename` is safe to show and to join to a directory."""

    filename: str
    content_type: str
    data: bytes = field(repr=False)
    sha256: str
    inline: bool = False
    content_id: str | None = None

    @property
    def size(self) -> int:
        """Bytes after decoding."""
        return len(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the header alone tells: enough to recognise a message and to list it."""

    content_hash: str
    """Hex SHA-256 over the raw From, Date, Subject and Message-ID values and the bytes after the header."""
    subject: str
    sender: Sender
    message_id: str | None
    date: datetime | None


class MachineKind(StrEnum):
    """What kind of program wrote a message."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    AUTO_GENERATED = "auto_generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Machine mail, and the header that shows it."""

    kind: MachineKind
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A parsed message. Text is Unicode without NUL and lone surrogates; control characters remain (`text.display`)."""

    subject: str | None
    title: str
    sender: Sender
    date: datetime | None = None
    message_id: str | None = None
    references: Sequence[str] = ()
    """Message-IDs of the parents, nearest first: In-Reply-To, then References from its end."""
    text: str = ""
    visible_text: str = ""
    attachments: Sequence[Attachment] = ()
    machine: Machine | None = None
    authentication_results: Sequence[str] = ()
    """The Authentication-Results fields, topmost first, unfolded."""
    repairs: Sequence[str] = ()
    """What had to be mended or guessed, in words."""
