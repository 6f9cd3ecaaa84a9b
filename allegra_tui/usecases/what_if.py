"""What other settings would do to the messages that came last: each judged again from its original, twice.

Both verdicts, by the stored settings and by the new ones, follow the pure function that the intake follows, over the
issues and senders of today: what differs is the doing of the settings alone. Nothing is stored.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from allegra_tui import mail
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.mail import Address, Mail
from allegra_tui.model.settings import IntakeSettings, Mailbox
from allegra_tui.model.verdict import Decision, Outcome, Reason, Verdict
from allegra_tui.policy.verdict import Policy, judge
from allegra_tui.store import Store, Transaction, journal, mailboxes, projects, senders, settings
from allegra_tui.store.journal import JournalFilter
from allegra_tui.usecases import policies
from allegra_tui.usecases.known import StoreKnown
from allegra_tui.usecases.policies import PatternUnusable, Policies

LAST = 500
"""How many messages are looked at."""
_TAKEN = (Decision.CREATE, Decision.COMMENT)
_WHATEVER_IS_SET = {
    *(Reason.SENDER_MISSING, Reason.SENDER_AMBIGUOUS, Reason.SENDER_MALFORMED, Reason.DMARC),
    *(Reason.BOUNCE, Reason.AUTO_REPLY),
}
"""Why messages are refused that hardly any settings would let as far as the rate."""
_AT_ONCE = 20
"""Messages read in one transaction."""


class Effect(StrEnum):
    """What new settings do to a message."""

    ACCEPTED = "accepted"
    """It would be taken, and is not by the stored settings."""
    REFUSED = "refused"
    """It would not be taken any more."""
    OTHERWISE = "otherwise"
    """It is taken either way, as something else or with another text or other files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A message that new settings treat differently."""

    line: JournalLine
    effect: Effect
    before: str
    """What the stored settings do with it, in words. May quote foreign text."""
    after: str
    """What the new ones would do with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What new settings would do to the last messages."""

    messages: int
    """How many were looked at; fewer than there are where it was stopped."""
    judged: int
    without_original: int
    """Those that cannot be judged again, because retention removed their original."""
    left_out: int
    """Those that no settings decide: duplicates, what could not be read or handled, what still waits for its turn."""
    turned: Sequence[Turned]
    """The newest first."""
    paused: str | None = None
    """Why the stored settings take nothing in at all; None where they do."""

    def of(self, effect: Effect) -> list[Turned]:
        """List the messages of one kind."""
        return [one for one in self.turned if one.effect is effect]


def what_if(
    store: Store,
    new: IntakeSettings,
    *,
    last: int = LAST,
    progress: Callable[[int, int], object] = lambda done, total: None,
    stop: threading.Event | None = None,
) -> WhatIf:
    """Judge the last messages by the stored settings and by new ones. Whether the intake is on does not matter.

    `progress` is told how many of how many are done; `stop` ends it early with what is known. Raises `PatternUnusable`
    where the new settings cannot be used.
    """
    with store.read() as tx:
        known_projects = projects.every(tx, archived=True)
        asked = policies.assemble(new, known_projects)
        paused = None
        try:
            stored: Policies | None = policies.assemble(settings.load(tx), known_projects)
        except PatternUnusable as error:
            stored, paused = None, str(error)
        lines = journal.lines(tx, JournalFilter(), limit=last)
        boxes = {box.name: box for box in [*mailboxes.every(tx), mailboxes.find(tx, mailboxes.IMPORTING)] if box}
    judging = _Judging(stored, asked, boxes, _Arrivals(lines))
    counted = 0
    for start in range(0, len(lines), _AT_ONCE):
        with store.read() as tx:
            for line in lines[start : start + _AT_ONCE]:
                if stop is not None and stop.is_set():
                    return judging.result(counted, paused)
                judging.take(tx, line)
                counted += 1
                progress(counted, len(lines))
    return judging.result(counted, paused)


class _Arrivals:
    """When the senders of the messages that are looked at wrote, in the order in which the messages came.

    What a check before the rate refuses by nearly any settings does not count; what other settings let through may.
    """

    def __init__(self, lines: Sequence[JournalLine]) -> None:
        self._by_sender: dict[str, list[JournalLine]] = {}
        for line in lines:
            if line.reason not in _WHATEVER_IS_SET and not _undecided(line):
                self._by_sender.setdefault(senders.key(line.sender), []).append(line)

    def before(self, line: JournalLine, sender: Address, minutes: int) -> int:
        """Count a sender's messages within the minutes before one; those beyond the ones looked at are not known."""
        since = line.received - timedelta(minutes=minutes)
        others = self._by_sender.get(senders.key(str(sender)), ())
        return sum(other.id < line.id and other.received >= since for other in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownThen(StoreKnown):
    """Today's store, but the rate of when the message came."""

    arrivals: _Arrivals
    line: JournalLine

    def recent(self, sender: Address, minutes: int) -> int:
        """How many messages of this sender came within the minutes before this one."""
        return self.arrivals.before(self.line, sender, minutes)


class _Judging:
    """Judges message after message, and keeps what differs."""

    def __init__(
        self, stored: Policies | None, asked: Policies, boxes: Mapping[str, Mailbox], arrivals: _Arrivals
    ) -> None:
        self._boxes, self._arrivals = boxes, arrivals
        self._stored, self._asked = stored, asked
        self._turned: list[Turned] = []
        self._judged = self._without = self._left_out = 0

    def take(self, tx: Transaction, line: JournalLine) -> None:
        """Judge a message."""
        if _undecided(line):
            self._left_out += 1
            return
        raw = journal.original(tx, line.id)
        if raw is None:
            self._without += 1
            return
        self._judged += 1
        then = _KnownThen(tx=tx, arrivals=self._arrivals, line=line)
        parsed, box = mail.parse(raw), self._boxes.get(line.mailbox)
        asked = self._asked.of(box)
        after = judge(parsed, asked, then, size=line.size)
        if self._stored is None:
            if after.decision in _TAKEN:
                self._note(line, Effect.ACCEPTED, "waits: nothing is taken in", _words(after))
            return
        stored = self._stored.of(box)
        before = judge(parsed, stored, then, size=line.size)
        was, now = before.decision in _TAKEN, after.decision in _TAKEN
        if was != now:
            self._note(line, Effect.ACCEPTED if now else Effect.REFUSED, _words(before), _words(after))
        elif now and (told := _otherwise(parsed, (before, stored), (after, asked))):
            self._note(line, Effect.OTHERWISE, *told)

    def _note(self, line: JournalLine, effect: Effect, before: str, after: str) -> None:
        self._turned.append(Turned(line=line, effect=effect, before=before, after=after))

    def result(self, counted: int, paused: str | None) -> WhatIf:
        """Return what was found so far."""
        return WhatIf(
            messages=counted,
            judged=self._judged,
            without_original=self._without,
            left_out=self._left_out,
            turned=tuple(self._turned),
            paused=paused,
        )


def _undecided(line: JournalLine) -> bool:
    """Whether no settings decide about a message; what could not be read once is not read again here."""
    failed = line.outcome is Outcome.FAILED and line.reason is not Reason.NO_PROJECT
    return failed or line.outcome in (Outcome.RECEIVED, Outcome.DUPLICATE)


def _words(verdict: Verdict) -> str:
    match verdict.decision:
        case Decision.CREATE:
            return f"a new issue in {verdict.project}"
        case Decision.COMMENT:
            return f"a comment on #{verdict.comment_on}"
    deciding = verdict.deciding
    return f"{verdict.reason}: {deciding.detail}" if deciding else str(verdict.reason)


def _otherwise(parsed: Mail, before: tuple[Verdict, Policy], after: tuple[Verdict, Policy]) -> tuple[str, str] | None:
    """Tell both ways in which a message is taken, if they differ."""
    was, now = _words(before[0]), _words(after[0])
    trimmed, other = before[1].lists.trim(parsed), after[1].lists.trim(parsed)
    if trimmed.attachments != other.attachments:
        was, now = f"{was}, {_files(len(trimmed.attachments))}", f"{now}, {_files(len(other.attachments))}"
    if trimmed.visible_text != other.visible_text:
        lengths = (len(trimmed.visible_text), len(other.visible_text))
        was, now = f"{was}, {lengths[0]:,} characters shown", f"{now}, {lengths[1]:,} characters shown"
    return (was, now) if was != now else None


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"
