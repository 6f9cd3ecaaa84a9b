"""How the messages of a POP3 session are told apart, and when they arrived."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime


def named(header: bytes, size: int) -> str:
    """Name a message that has no UIDL by its header and size, which a later session finds unchanged."""
    return f"{hashlib.sha256(header).hexdigest()}-{size}"


def distinct(names: Mapping[int, str]) -> dict[str, int]:
    """Turn names by number into numbers by key; equal names, which RFC 1939 forbids, are counted in their order."""
    numbers: dict[str, int] = {}
    for number, name in names.items():
        key, ordinal = name, 1
        while key in numbers:
            ordinal += 1
            key = f"{name}#{ordinal}"
        numbers[key] = number
    return numbers


def arrived(header: bytes) -> datetime | None:
    """Tell when a message arrived: from the topmost Received field, else from Date."""
    fields = BytesHeaderParser(policy=compat32).parsebytes(header)
    received = str(fields.get("Received", "")).rpartition(";")[2]
    for text in (received, str(fields.get("Date", ""))):
        try:
            date = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
