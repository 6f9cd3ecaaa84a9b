"""Bytes, once for each SHA-256, in parts of bounded size and compressed where that helps."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select

from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import attachments, blob_parts, blobs, messages

PART_BYTES = 1 << 20
"""A part is read, compressed and written as a whole, so this bounds what a large blob costs in memory."""
_SAMPLE_BYTES = 2048
_BLANKS_OF_TEXT = 0.04
"""The share of blanks from which on a sample is text, which shrinks: what does not has none, or one in 256 bytes."""
_WORTH_IT = 0.6
"""Base64 shrinks to 0.76 at best: not worth the time. Text and HTML shrink to a third."""

_KNOWN = select(blobs.c.sha256, blobs.c.id).where(blobs.c.sha256.in_(bindparam("asked", expanding=True)))
_ADD = insert(blobs).returning(blobs.c.id, sort_by_parameter_order=True)
_ADD_PART = insert(blob_parts)


def put(tx: Transaction, data: bytes) -> str:
    """Store bytes, if they are not there yet, and return their SHA-256 in hex."""
    sha256 = digest(data)
    ensure(tx, {sha256: data})
    return sha256


def digest(data: bytes) -> str:
    """Return what bytes are stored under."""
    return hashlib.sha256(data).hexdigest()


def get(tx: Transaction, sha256: str) -> bytes | None:
    """Return bytes, or None if there are none with this SHA-256."""
    blob_id: int | None = tx.execute(select(blobs.c.id).where(blobs.c.sha256 == sha256)).scalar()
    return None if blob_id is None else read(tx, blob_id)


def read(tx: Transaction, blob_id: int) -> bytes:
    """Return the bytes of a blob."""
    buffer = BytesIO()
    for part in parts(tx, blob_id):
        buffer.write(part)
    return buffer.getvalue()


def parts(tx: Transaction, blob_id: int) -> Iterator[bytes]:
    """Give the bytes of a blob piece by piece."""
    query = select(blob_parts.c.compressed, blob_parts.c.data).where(blob_parts.c.blob_id == blob_id)
    for row in tx.execute(query.order_by(blob_parts.c.position)):
        yield zlib.decompress(row.data) if row.compressed else row.data


def ensure(tx: Transaction, contents: Mapping[str, bytes]) -> dict[str, int]:
    """Store contents under their SHA-256, each once, and return the blob ids."""
    ids: dict[str, int] = {row.sha256: row.id for row in tx.execute(_KNOWN, {"asked": list(contents)})}
    missing = [sha256 for sha256 in contents if sha256 not in ids]
    if missing:
        added = tx.execute(
            _ADD,
            [{"sha256": sha256, "size": len(contents[sha256])} for sha256 in missing],
        ).scalars()
        ids.update(zip(missing, added, strict=True))
        _write(tx, ((ids[sha256], contents[sha256]) for sha256 in missing))
    return ids


def remove_unused(tx: Transaction, blob_ids: Collection[int]) -> None:
    """Remove those of the blobs that neither an attachment nor an original refers to."""
    unused = [
        *tx.execute(
            select(blobs.c.id).where(
                blobs.c.id.in_(blob_ids),
                ~exists().where(attachments.c.blob_id == blobs.c.id),
                ~exists().where(messages.c.blob_id == blobs.c.id),
            )
        ).scalars()
    ]
    tx.execute(delete(blob_parts).where(blob_parts.c.blob_id.in_(unused)))
    tx.execute(delete(blobs).where(blobs.c.id.in_(unused)))


def _write(tx: Transaction, contents: Iterable[tuple[int, bytes]]) -> None:
    """Store the parts of blobs, about `PART_BYTES` a statement."""
    rows: list[dict[str, Any]] = []
    waiting = 0
    for blob_id, content in contents:
        for position, start in enumerate(range(0, len(content), PART_BYTES)):
            part = memoryview(content)[start : start + PART_BYTES]
            if waiting + len(part) > PART_BYTES:
                tx.execute(_ADD_PART, rows)
                rows, waiting = [], 0
            rows.append(_part(blob_id, position, part))
            waiting += len(part)
    if rows:
        tx.execute(_ADD_PART, rows)


def _part(blob_id: int, position: int, part: memoryview) -> dict[str, Any]:
    compressed = _shrinks(part)
    data = zlib.compress(part, 1) if compressed else part
    return {"blob_id": blob_id, "position": position, "compressed": compressed, "data": data}


def _shrinks(part: memoryview) -> bool:
    """Tell from a sample of the middle, where a message's bulk is, whether compressing pays."""
    middle = max(0, (len(part) - _SAMPLE_BYTES) // 2)
    sample = bytes(part[middle : middle + _SAMPLE_BYTES])
    if sample.count(b" ") > _BLANKS_OF_TEXT * len(sample):
        return True
    return len(zlib.compress(sample, 1)) < _WORTH_IT * len(sample)
