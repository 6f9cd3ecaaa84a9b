"""Outcomes, reasons and checks: stable words that scripts rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a message in the journal."""

    RECEIVED = "received"
    CREATED = "created"
    COMMENTED = "commented"
    REJECTED = "rejected"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    FAILED = "failed"


class Review(StrEnum):
    """What a person has to do, or did, about a message."""

    NONE = "none"
    OPEN = "open"
    RELEASED = "released"
    DISCARDED = "discarded"


class Settle(StrEnum):
    """Whether a message is dealt with where it was seen."""

    PENDING = "pending"
    DONE = "done"
    LEFT = "left"
    REFUSED = "refused"


class SettleAction(StrEnum):
    """What is to be done with a message on its server once it is safe."""

    LEAVE = "leave"
    DELETE = "delete"
    MOVE = "move"


class Reason(StrEnum):
    """Why a message was not taken. The codes never change; people read a check's `detail`."""

    TOO_LARGE = "too_large"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    AUTO_GENERATED = "auto_generated"
    OWN_ADDRESS = "own_address"
    SENDER_MISSING = "sender_missing"
    SENDER_AMBIGUOUS = "sender_ambiguous"
    SENDER_MALFORMED = "sender_malformed"
    SUBJECT_LIST = "subject_list"
    SENDER_LIST = "sender_list"
    BODY_LIST = "body_list"
    UNKNOWN_SENDER = "unknown_sender"
    PATTERN = "pattern"
    PATTERN_TIMEOUT = "pattern_timeout"
    PATTERN_UNUSABLE = "pattern_unusable"
    DMARC = "dmarc"
    RATE = "rate"
    NO_PROJECT = "no_project"
    DUPLICATE = "duplicate"
    PARSE_FAILED = "parse_failed"
    HANDLING_FAILED = "handling_failed"
    THIRD_ATTEMPT = "third_attempt"


AFTER_RATE = (Reason.RATE, Reason.NO_PROJECT)
"""Why messages are not taken that passed all checks before the rate."""


class CheckName(StrEnum):
    """The checks in the order in which they decide."""

    SIZE = "size"
    MACHINE = "machine"
    SENDER_FORM = "sender_form"
    REJECT_LISTS = "reject_lists"
    REGISTERED = "registered"
    PATTERN = "pattern"
    AUTHENTICATION = "authentication"
    RATE = "rate"
    FOLLOW_UP = "follow_up"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One step of a verdict; `reason` is set where it failed."""

    name: CheckName
    passed: bool
    detail: str
    reason: Reason | None = None


class Decision(StrEnum):
    """What a verdict asks for."""

    CREATE = "create"
    COMMENT = "comment"
    REJECT = "reject"
    IGNORE = "ignore"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to become of a message, and the ordered checks that led there."""

    decision: Decision
    checks: Sequence[Check]
    reason: Reason | None = None
    project: str | None = None
    """Key of the project of a new issue."""
    comment_on: int | None = None
    """Number of the issue a comment goes to."""

    @property
    def reaches_rate(self) -> bool:
        """Whether no check before the rate refuses the message, so that it counts as one of the sender's."""
        return self.reason is None or self.reason in AFTER_RATE

    @property
    def deciding(self) -> Check | None:
        """The check that refused the message, if one did."""
        return next((check for check in self.checks if not check.passed), None)
