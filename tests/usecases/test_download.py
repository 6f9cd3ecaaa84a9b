"""Mail streams in: batches are handed on while later messages are on their way, and what came is not lost."""

from collections.abc import Collection, Iterator, Sequence

import pytest

from allegra_tui.sources import ConnectError, Download, Entry, Source
from allegra_tui.usecases.intake.download import arriving
from allegra_tui.usecases.intake.selection import BATCH_MESSAGES


class Stream:
    """What `arriving` needs of a source: messages of 10 bytes, of which some are wrong."""

    def __init__(self, *, large: Collection[str] = (), vanished: Collection[str] = (), breaks_at: str = "") -> None:
        self._large = large
        self._vanished = vanished
        self._breaks_at = breaks_at
        self.asked = 0
        self.sent = 0

    def describe(self, keys: Sequence[str]) -> Iterator[Entry]:
        for key in keys:
            yield Entry(key=key, size=1_000 if key in self._large else 10)

    def download(self, entries: Sequence[Entry]) -> Iterator[Download]:
        self.asked += 1
        for entry in entries:
            if entry.key == self._breaks_at:
                raise ConnectError("gone")
            self.sent += 1
            gone = entry.key in self._vanished
            yield Download(key=entry.key, raw=b"0123456789", problem="vanished" if gone else None, vanished=gone)

    def header(self, key: str) -> bytes:
        return b"Subject: large\r\n"


def batches_of(stream: Stream, count: int) -> Iterator[Sequence[str]]:
    """Give the keys of each batch."""
    source: Source = stream  # type: ignore[assignment]
    for batch in arriving(source, [str(number) for number in range(count)], 100, []):
        yield [one.key for one in batch]


def test_a_batch_is_handed_on_while_the_next_one_travels() -> None:
    stream = Stream()
    batches = (batch for batch in batches_of(stream, 5 * BATCH_MESSAGES) if batch)
    first = next(batches)
    assert len(first) == BATCH_MESSAGES
    assert (stream.asked, stream.sent) == (1, BATCH_MESSAGES + 1)
    assert [*first, *(key for batch in batches for key in batch)] == [str(n) for n in range(5 * BATCH_MESSAGES)]
    assert stream.asked == 1


def test_the_caller_can_end_where_nothing_can_be_had() -> None:
    keys = [str(number) for number in range(3_000)]
    stream = Stream(vanished=keys)
    batches = batches_of(stream, len(keys))
    assert [next(batches), next(batches)] == [[], []]
    assert stream.sent <= 1_000


def test_what_came_before_the_connection_ended_is_a_batch() -> None:
    batches = batches_of(Stream(breaks_at="3"), 10)
    assert [next(batches), next(batches)] == [[], ["0", "1", "2"]]
    with pytest.raises(ConnectError):
        next(batches)


def test_of_what_is_too_large_the_header_comes() -> None:
    assert [key for batch in batches_of(Stream(large={"1"}), 3) for key in batch] == ["1", "0", "2"]
