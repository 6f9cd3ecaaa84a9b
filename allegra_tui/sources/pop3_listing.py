"""How the messages of a POP3 session are told apart, and when they arrived."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

from allegra_tui.sources.source import utc

_OCTETS = re.compile(r"[0-9]{1,18}(?!\S)")


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
    """Tell when a message arrived, in UTC: from the topmost Received field, else from Date."""
    fields = BytesHeaderParser(policy=compat32).parsebytes(header)
    received = str(fields.get("Received", "")).rpartition(";")[2]
    for text in (received, str(fields.get("Date", ""))):
        try:
            date = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return utc(date if date.tzinfo else date.replace(tzinfo=UTC))
    return None


def octets(listed: str) -> int:
    """Return the size in what LIST tells of a message; 0 where it tells none, and the message's bytes will show it."""
    told = _OCTETS.match(listed)
    return int(told[0]) if told else 0
