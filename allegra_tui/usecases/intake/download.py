"""Download: whole messages within the limit, the header alone of what is too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from allegra_tui.sources import Entry, RefusedError, Source
from allegra_tui.usecases.intake.selection import batches

WINDOW_MESSAGES = 1_000
"""How many messages the server describes before they are downloaded. Within so many, no round trip is waited for."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a server handed over for one message."""

    key: str
    raw: bytes = field(repr=False)
    size: int
    whole: bool


def arriving(source: Source, keys: Sequence[str], max_bytes: int, troubles: list[str]) -> Iterator[Sequence[Arrived]]:
    """Download messages in their order and yield them in batches while the next ones are on their way.

    Now and then a batch is empty, so that the caller can end also where nothing can be had. A message that cannot be
    had is named in `troubles`, one that vanished is not. Where the connection ends for good this raises, after what had
    come until then.
    """
    for entries in _windows(source.describe(keys)):
        yield ()
        yield from batches(_download(source, entries, max_bytes, troubles))


def _windows(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while window := list(islice(entries, WINDOW_MESSAGES)):
        yield window


def _download(source: Source, entries: Sequence[Entry], max_bytes: int, troubles: list[str]) -> Iterator[Arrived]:
    for entry in entries:
        if entry.size > max_bytes and (header := _header(source, entry.key, troubles)):
            yield Arrived(entry.key, header, entry.size, whole=False)
    for one in source.download([entry for entry in entries if entry.size <= max_bytes]):
        if one.problem and not one.vanished:
            troubles.append(f"message {one.key} could not be downloaded: {one.problem}")
        elif not one.vanished:
            yield Arrived(one.key, one.raw, len(one.raw), whole=True)


def _header(source: Source, key: str, troubles: list[str]) -> bytes:
    try:
        return source.header(key)
    except RefusedError as error:
        troubles.append(str(error))
        return b""


def told(troubles: Sequence[str]) -> str | None:
    """Put the troubles of a mailbox into one line."""
    if not troubles:
        return None
    return troubles[0] if len(troubles) == 1 else f"{troubles[0]} (and {len(troubles) - 1} more)"
