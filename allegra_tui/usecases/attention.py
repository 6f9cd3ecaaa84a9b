"""What needs a person, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.overview import Situation


class Kind(StrEnum):
    """What sort of thing it is, and so where it is put right."""

    PATTERN = "pattern"
    OFF = "off"
    PROJECT = "project"
    ERROR = "error"
    OVERDUE = "overdue"
    ANSWER = "answer"
    QUARANTINE = "quarantine"
    SENDERS = "senders"
    MAILBOX = "mailbox"
    NOTE = "note"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Something that needs a person. `text` may quote servers."""

    kind: Kind
    text: str
    mailbox: str | None = None


def concerns(situation: Situation) -> list[Concern]:
    """List what needs a person: what stops everything, what stops a mailbox, what waits, what is good to know."""
    used = [view for view in situation.mailboxes if view.mailbox.enabled]
    found = [*_of_all(situation, used)]
    found += [_of_box(Kind.ERROR, view, view.state.error) for view in used if view.state.error and not view.unanswered]
    found += [
        _of_box(Kind.OVERDUE, view, _overdue(view))
        for view in used
        if view.status.overdue and not view.state.error and not view.unanswered
    ]
    found += [
        _of_box(Kind.ANSWER, view, "nobody said yet what to take of the mail there") for view in used if view.unanswered
    ]
    found += [
        _of_box(Kind.SIGN_IN if view.to_sign_in else Kind.CERTIFICATE, view, view.status.warning)
        for view in used
        if view.status.warning
    ]
    found += _waiting(situation, used)
    found += [_of_box(Kind.NOTE, view, view.state.note) for view in used if view.state.note]
    return found


def _overdue(view: MailboxView) -> str:
    last = view.status.last_success
    return f"no success since {last.astimezone():%Y-%m-%d %H:%M}" if last else "nobody has fetched its mail yet"


def _of_all(situation: Situation, used: list[MailboxView]) -> Iterator[Concern]:
    if situation.pattern_trouble is not None:
        yield Concern(kind=Kind.PATTERN, text="a pattern cannot be used, so nothing is taken in")
    if not situation.intake.enabled:
        yield Concern(kind=Kind.OFF, text="the intake is switched off: no mail is taken from any mailbox")
    homeless = [view.mailbox.name for view in used if view.mailbox.project is None]
    if situation.default_project is None and homeless:
        wanted = situation.boxes.default_project
        why = f"the default project {wanted} is archived" if wanted else "no default project"
        yield Concern(kind=Kind.PROJECT, text=f"{why}: {_names(homeless)} cannot be fetched")


def _waiting(situation: Situation, used: list[MailboxView]) -> Iterator[Concern]:
    if situation.waiting:
        boxes = [view.mailbox.name for view in situation.mailboxes if view.status.quarantine]
        came = f", from {_names(boxes)}" if boxes else ""
        messages = "1 message waits" if situation.waiting == 1 else f"{situation.waiting:,} messages wait"
        yield Concern(kind=Kind.QUARANTINE, text=f"{messages} for your decision{came}")
    if used and not situation.intake.allow_unknown_senders and not situation.senders:
        yield Concern(kind=Kind.SENDERS, text="nobody may write: none is registered, unknown are refused")
    if not used:
        none = "every mailbox is disabled" if situation.mailboxes else "there is no mailbox"
        yield Concern(kind=Kind.MAILBOX, text=f"{none}, so no mail comes in")


def _of_box(kind: Kind, view: MailboxView, text: str | None) -> Concern:
    return Concern(kind=kind, text=f"{view.mailbox.name}: {text}", mailbox=view.mailbox.name)


def _names(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
