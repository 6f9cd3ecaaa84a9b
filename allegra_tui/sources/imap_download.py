"""Bodies over IMAP: several FETCHes under way, replies matched by UID, and no message taken for whole that is not."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allegra_tui.sources.imap_connection import LITERAL
from allegra_tui.sources.imap_session import Session, uid_sets
from allegra_tui.sources.source import Download, Entry, SourceError
from allegra_tui.sources.wire import words

_COMMANDS = 4
"""FETCHes under way at a time: a distant server always has the next one at hand."""
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


def pipelined(session: Session, asks: Iterable[Ask], *, literal: int = LITERAL) -> Iterator[Told | Completed]:
    """Send FETCHes, a few of them ahead, and yield what is told, in the order in which it comes.

    Exhaust it or drop it before the session is used for anything else.
    """
    waiting: dict[bytes, Ask] = {}
    todo = deque(asks)
    connection = session.connection
    with session.talking(literal=literal):
        while todo or waiting:
            if todo and len(waiting) < _COMMANDS:
                while todo and len(waiting) < _COMMANDS:
                    ask = todo.popleft()
                    (uids, _), *rest = uid_sets(ask.uids)
                    if rest:
                        raise ValueError("too many messages for one FETCH")
                    waiting[connection.ask_fetch(uids, ask.items)] = ask
                # The clock starts anew with each answer, so that no time is saved up for a later silence.
                connection.owed = sum(ask.size for ask in waiting.values())
                session.wire.expect(connection.owed)
            for uid, data in connection.next_fetched().items():
                yield Told(uid, data)
            for tag in list(waiting):
                if answer := connection.answered(tag):
                    yield Completed(waiting.pop(tag), answer[0], words(answer[1]))
        connection.owed = 0


def bodies(session: Session, entries: Sequence[Entry]) -> Iterator[Download]:
    """Download each message once."""
    wanted = {int(entry.key): entry for entry in entries}
    literal = 2 * max((entry.size for entry in entries), default=0) + _SLACK  # a bare LF may be counted as one byte
    short: list[tuple[Entry, bytes]] = []
    batches = [Ask([int(one.key) for one in batch], _BODY, sum(one.size for one in batch)) for batch in _cut(entries)]
    yield from _asked(session, batches, wanted, short, literal, alone=False)
    # A server may answer NO for a whole FETCH because of one message, and Dovecot gives NIL for one that vanished but
    # whose EXPUNGE it has not told yet: what is missing is asked for again, one by one.
    yield from _asked(
        session, [Ask([uid], _BODY, entry.size) for uid, entry in wanted.items()], wanted, short, literal, alone=True
    )
    yield from _short_ones(session, short)


def _asked(
    session: Session,
    asks: Sequence[Ask],
    wanted: dict[int, Entry],
    short: list[tuple[Entry, bytes]],
    literal: int,
    *,
    alone: bool,
) -> Iterator[Download]:
    """Yield what comes, once its FETCH is complete, and take it from `wanted`; what is too short goes to `short`.

    Until a FETCH is complete, a second message may come under the same number; then neither is taken for the other.
    """
    came: dict[int, set[bytes]] = defaultdict(set)

    def released(uids: Iterable[int]) -> Iterator[Download]:
        for uid in uids:
            bodies = came.pop(uid, set()) - {b""}
            if not bodies:
                continue
            entry, raw = wanted.pop(uid), min(bodies)
            if len(bodies) > 1:
                yield Download(key=entry.key, problem="the server has two messages under this number")
            elif len(raw) < entry.size:
                short.append((entry, raw))
            else:
                yield Download(key=entry.key, raw=raw)

    try:
        for part in pipelined(session, asks, literal=literal):
            if isinstance(part, Told):
                if part.uid in wanted and b"BODY[]" in part.data:  # else news of flags, or of what was told already
                    raw = part.data[b"BODY[]"]
                    came[part.uid].add(raw if isinstance(raw, bytes) else b"")
                continue
            empty = b"" in came[part.ask.uids[0]]
            yield from released(part.ask.uids)
            if alone and (entry := wanted.pop(part.ask.uids[0], None)):
                yield _without(entry, part, empty=empty)
    except SourceError:
        yield from released(list(came))
        raise


def _without(entry: Entry, end: Completed, *, empty: bool) -> Download:
    """Tell of a message why its bytes did not come when it alone was asked for."""
    if empty:
        return Download(key=entry.key, problem="the server gives no content for it")
    if end.status == "OK":
        return Download(key=entry.key, problem="vanished", vanished=True)
    return Download(key=entry.key, problem=f"the server refuses it: {end.text}")


def _short_ones(session: Session, short: Sequence[tuple[Entry, bytes]]) -> Iterator[Download]:
    """Tell cut messages from wrong sizes: some servers only estimate RFC822.SIZE.

    A message is whole where the server says that nothing follows its last byte (RFC 3501 6.4.5: a partial fetch
    beyond the end is an empty string); anything else proves it cut, or leaves it open.
    """
    left = {int(entry.key): (entry, raw) for entry, raw in short}
    asks = [Ask([uid], f"(UID BODY.PEEK[]<{len(raw)}.1>)", 1) for uid, (_, raw) in left.items()]
    for part in pipelined(session, asks):
        if isinstance(part, Told) and part.uid in left:
            entry, raw = left[part.uid]
            if part.data.get(b"BODY[]<%d>" % len(raw)) == b"":
                del left[part.uid]
                yield Download(key=entry.key, raw=raw)
        elif isinstance(part, Completed) and (found := left.pop(part.ask.uids[0], None)):
            entry, raw = found
            problem = f"cut short: {len(raw)} of {entry.size} bytes came"
            yield Download(key=entry.key, raw=raw, problem=problem)


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
