"""Issues and what belongs to them, as they are read from the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """An issue is open or closed."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """Who wrote an issue or comment. The address stays as it was when the message came."""

    address: str | None
    name: str
    registered: bool
    resembles: str | None = None
    """The registered address or domain that a stranger's address looks like, by today's register; for whole issues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttachment:
    """A file of an issue or comment; its bytes are read by `sha256`."""

    id: int
    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What was added to an issue."""

    id: int
    text: str
    visible_text: str
    submitter: Submitter
    created: datetime
    attachments: Sequence[StoredAttachment] = ()
    message_id: int | None = None
    """The journal row it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue as a list shows it."""

    number: int
    project: str
    title: str
    state: State
    submitter: Submitter
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(IssueLine):
    """A whole issue."""

    description: str
    visible_text: str
    attachments: Sequence[StoredAttachment] = ()
    comments: Sequence[Comment] = ()
    message_id: int | None = None
    """The journal row it came from."""
