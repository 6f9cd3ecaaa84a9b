"""What a faulty server holds: folders of messages, in memory, and who may read them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

INBOX = "INBOX"
_ARRIVED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass(eq=False)
class Stored:
    """A message on the server."""

    uid: int
    raw: bytes = field(repr=False)
    uidl: str
    flags: set[str] = field(default_factory=set)
    arrived: datetime = _ARRIVED

    @property
    def header(self) -> bytes:
        """The header with the empty line after it."""
        return self.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


class Folder:
    """Messages in their order. UIDs rise, unless a test says otherwise."""

    def __init__(self, uidvalidity: int = 1) -> None:
        self.uidvalidity = uidvalidity
        self.uidnext = 1
        self.messages: list[Stored] = []

    def add(self, raw: bytes, *flags: str, arrived: datetime = _ARRIVED) -> Stored:
        """Take a message in under the next number."""
        stored = Stored(self.uidnext, raw, f"uidl-{self.uidvalidity}-{self.uidnext}", set(flags), arrived)
        self.uidnext += 1
        self.messages.append(stored)
        return stored

    def having(self, uids: Collection[int]) -> list[Stored]:
        """Return the messages with these numbers, in the folder's order."""
        return [stored for stored in self.messages if stored.uid in uids]

    def remove(self, gone: Collection[Stored]) -> None:
        """Take messages out for good."""
        self.messages = [stored for stored in self.messages if stored not in gone]

    def renumber(self, uidvalidity: int, *, first: int = 1) -> None:
        """Give all messages new numbers and names, as a server does whose index was lost."""
        self.uidvalidity = uidvalidity
        self.uidnext = first
        for stored in self.messages:
            stored.uid = self.uidnext
            stored.uidl = f"uidl-{uidvalidity}-{stored.uid}"
            self.uidnext += 1


class Maildrop:
    """An account."""

    password = "secret"

    def __init__(self, messages: Iterable[bytes] = (), user: str = "user") -> None:
        self.user = user
        self.folders = {INBOX: Folder()}
        for raw in messages:
            self.inbox.add(raw)

    @property
    def inbox(self) -> Folder:
        """The folder that POP3 has alone."""
        return self.folders[INBOX]
