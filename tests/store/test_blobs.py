"""Bytes come back as they were, and are stored once."""

import sqlite3
from contextlib import closing

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from allegra_tui.store import Store, blobs
from tests.store import make

_SIZES = [
    0,
    1,
    2047,
    2048,
    2049,
    blobs.PART_BYTES - 1,
    blobs.PART_BYTES,
    blobs.PART_BYTES + 1,
    3 * blobs.PART_BYTES + 5,
]


def test_bytes_of_every_size_come_back(store: Store) -> None:
    contents = [pattern[:size] for size in _SIZES for pattern in (b"text " * size, make.noise(size) * 2)]
    with store.write() as tx:
        stored = [blobs.put(tx, content) for content in contents]
    with store.read() as tx:
        assert [blobs.get(tx, sha256) for sha256 in stored] == contents
        assert blobs.get(tx, "0" * 64) is None


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=6000), max_size=5))
@example([b"", b"", b"a" * 5000])
def test_any_bytes_come_back(store: Store, contents: list[bytes]) -> None:
    with store.write() as tx:
        stored = [blobs.put(tx, content) for content in contents]
        assert [blobs.get(tx, sha256) for sha256 in stored] == contents


def test_the_same_bytes_are_stored_once(store: Store) -> None:
    with store.write() as tx:
        assert len({blobs.put(tx, b"a logo") for _ in range(3)}) == 1
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM blob_parts").fetchone() == (1,)


def test_text_is_compressed_and_noise_is_not(store: Store) -> None:
    with store.write() as tx:
        blobs.put(tx, b"Dear Sir or Madam, " * 1000)
        blobs.put(tx, make.noise(1)[:19_000])
    with closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute("SELECT compressed, length(data) FROM blob_parts ORDER BY blob_id").fetchall()
    assert rows[0][0] == 1
    assert rows[0][1] < 1000
    assert rows[1] == (0, 19_000)
