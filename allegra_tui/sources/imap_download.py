"""Bodies over IMAP: several FETCHes under way, replies matched by UID, and no message taken for whole that is not."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allegra_tui.sources.imap_connection import LITERAL
from allegra_tui.sources.imap_session import Session, uid_sets
from allegra_tui.sources.source import Download, Entry, SourceError

_COMMANDS = 4
"""FETCHes under way at a time: a distant server always has the next one at hand."""
_AHEAD = 4 * 1024 * 1024
"""Bytes that are under way from which on no further FETCH is sent."""
_MESSAGES = 25
_BYTES = 1024 * 1024
"""How many messages, and how much of them, one FETCH asks for."""
_SLACK = 65_536
_BODY = "(UID BODY.PEEK[])"


@dataclass(frozen=True, slots=True)
class Ask:
    """A FETCH: which messages, what of them, and about how many bytes that is."""

    uids: Sequence[int]
    items: str
    size: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a FETCH response tells of a message."""

    uid: int
    data: Mapping[bytes, Any]


@dataclass(frozen=True, slots=True)
class Completed:
    """The end of a FETCH: OK, NO or BAD, and the server's words."""

    ask: Ask
    status: str
    text: str


def pipelined(session: Session, todo: deque[Ask], *, literal: int = LITERAL) -> Iterator[Told | Completed]:
    """Send FETCHes, a few of them ahead, and yield what is told, in the order in which it comes.

    `todo` is emptied on the way; what its owner puts in meanwhile is sent as well. Exhaust it or drop it before the
    session is used for anything else.
    """
    waiting: dict[bytes, Ask] = {}
    connection = session.connection
    with session.talking(literal=literal):
        while todo or waiting:
            owed = sum(ask.size for ask in waiting.values())
            if todo and len(waiting) < _COMMANDS and owed < _AHEAD:
                while todo and len(waiting) < _COMMANDS and owed < _AHEAD:
                    ask = todo.popleft()
                    (uids, _), *rest = uid_sets(ask.uids)
                    if rest:
                        raise ValueError("too many messages for one FETCH")
                    waiting[connection.ask_fetch(uids, ask.items)] = ask
                    owed += ask.size
                # The clock starts anew with each answer, so that no time is saved up for a later silence.
                connection.owed = owed
                session.wire.expect(owed)
            for uid, data in connection.next_fetched().items():
                yield Told(uid, data)
            for tag in list(waiting):
                if answer := connection.answered(tag):
                    yield Completed(waiting.pop(tag), answer[0], session.wire.words(answer[1]))
        connection.owed = 0


def bodies(session: Session, entries: Sequence[Entry]) -> Iterator[Download]:
    """Download each message once, in their order; where the connection breaks, raise after what came in any order."""
    arrivals = _Arrivals(entries)
    literal = 2 * max((entry.size for entry in entries), default=0) + _SLACK  # a bare LF may be counted as one byte
    try:
        for part in pipelined(session, arrivals.todo, literal=literal):
            if isinstance(part, Told):
                arrivals.note(part)
            else:
                arrivals.close(part)
                yield from arrivals.in_order()
    except SourceError:
        yield from arrivals.rest()
        raise


class _Arrivals:
    """What came of the messages asked for, until it is clear and can be handed on in their order.

    What a FETCH leaves open is asked about ahead of all others, message by message: a server may answer NO for a whole
    FETCH because of one of them, and Dovecot gives NIL for one that vanished but whose EXPUNGE it has not told yet.
    So no more is held back than what is under way.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.todo = deque(
            Ask([int(one.key) for one in batch], _BODY, sum(one.size for one in batch)) for batch in _cut(entries)
        )
        self._order = deque(int(entry.key) for entry in entries)
        self._open = {int(entry.key): entry for entry in entries}
        self._came: defaultdict[int, set[bytes]] = defaultdict(set)
        """Until its FETCH is complete, a second message may come under the same number."""
        self._short: dict[int, bytes] = {}
        """Fewer bytes than the server told; it is asked whether any follow."""
        self._again: set[int] = set()
        """Asked for alone, for the second time."""
        self._clear: dict[int, Download] = {}

    def note(self, told: Told) -> None:
        """Take what a response tells; news of flags, or of what is clear already, count for nothing."""
        uid, data = told.uid, told.data
        if uid in self._short:
            if data.get(b"BODY[]<%d>" % len(self._short[uid])) == b"":
                self._settle(uid, raw=self._short[uid])
        elif uid in self._open and b"BODY[]" in data:
            raw = data[b"BODY[]"]
            self._came[uid].add(raw if isinstance(raw, bytes) else b"")

    def close(self, end: Completed) -> None:
        """Decide what became of the messages of a FETCH that is complete, or ask again."""
        for uid in reversed(end.ask.uids):
            if uid not in self._open:
                continue
            entry = self._open[uid]
            if uid in self._short:
                raw = self._short[uid]
                self._settle(uid, raw=raw, problem=f"cut short: {len(raw)} of {entry.size} bytes came")
                continue
            empty = b"" in self._came[uid]
            if self._take(uid):
                continue
            if uid in self._short:
                # A message is whole where the server says that nothing follows its last byte (RFC 3501 6.4.5: a
                # partial fetch beyond the end is an empty string); some servers only estimate RFC822.SIZE.
                self.todo.appendleft(Ask([uid], f"(UID BODY.PEEK[]<{len(self._short[uid])}.1>)", 1))
            elif uid in self._again:
                self._clear[uid] = _without(self._open.pop(uid), end, empty=empty)
            else:
                self._again.add(uid)
                self.todo.appendleft(Ask([uid], _BODY, entry.size))

    def in_order(self) -> Iterator[Download]:
        """Hand on what is clear, as far as nothing before it is open."""
        while self._order and self._order[0] in self._clear:
            yield self._clear.pop(self._order.popleft())

    def rest(self) -> Iterator[Download]:
        """Hand on all that came whole."""
        for uid in list(self._came):
            self._take(uid)
        yield from (self._clear.pop(uid) for uid in self._order if uid in self._clear)

    def _take(self, uid: int) -> bool:
        """Whether what came under a number makes it clear what became of the message."""
        bodies = self._came.pop(uid, set()) - {b""}
        raw = min(bodies, default=b"")
        if len(bodies) > 1:
            self._settle(uid, problem="the server has two messages under this number")
        elif raw and len(raw) >= self._open[uid].size:
            self._settle(uid, raw=raw)
        elif raw:
            self._short[uid] = raw
        return uid in self._clear

    def _settle(self, uid: int, *, raw: bytes = b"", problem: str | None = None) -> None:
        self._short.pop(uid, None)
        self._clear[uid] = Download(key=self._open.pop(uid).key, raw=raw, problem=problem)


def _without(entry: Entry, end: Completed, *, empty: bool) -> Download:
    """Tell of a message why its bytes did not come when it alone was asked for."""
    if empty:
        return Download(key=entry.key, problem="the server gives no content for it")
    if end.status == "OK":
        return Download(key=entry.key, problem="vanished", vanished=True)
    return Download(key=entry.key, problem=f"the server refuses it: {end.text}")


def _cut(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == _MESSAGES or size + entry.size > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch
