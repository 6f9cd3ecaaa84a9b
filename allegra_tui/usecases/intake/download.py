"""Download a batch: whole messages within the limit, the header alone of what is too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from allegra_tui.sources import Download, Entry, RefusedError, Source, SourceError


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a server handed over for one message."""

    key: str
    raw: bytes = field(repr=False)
    size: int
    whole: bool


def download(source: Source, entries: Sequence[Entry], max_bytes: int, troubles: list[str]) -> Iterator[Arrived]:
    """Yield a batch in its order. A message that cannot be had is named in `troubles`, one that vanished is not.

    Where the connection ends for good this raises too, after what had come until then.
    """
    wanted = [entry for entry in entries if entry.size <= max_bytes]
    downloads: dict[str, Download] = {}
    ended: SourceError | None = None
    try:
        for download in source.download(wanted):
            downloads[download.key] = download
    except SourceError as error:
        ended = error
    for entry in entries:
        if entry.size > max_bytes and ended is None:
            header = _header(source, entry.key, troubles)
            if header:
                yield Arrived(entry.key, header, entry.size, whole=False)
            continue
        one = downloads.pop(entry.key, None)
        if one is None or one.vanished:
            continue
        if one.problem:
            troubles.append(f"message {entry.key} could not be downloaded: {one.problem}")
        else:
            yield Arrived(entry.key, one.raw, len(one.raw), whole=True)
    if ended:
        raise ended


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
