"""Header fields of a message or part, read from bytes without ever failing (RFC 5322 section 2.2)."""

import re
from collections.abc import Sequence

MAX_FIELDS = 1_000
MAX_FIELD_BYTES = 64 * 1024
MAX_CONTENT_FIELD_BYTES = 4 * 1024

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_BLANK = re.compile(rb"[ \t\r]*(?:\n|\Z)")
_EMPTY_LINE = re.compile(rb"\n\r*(?:\n|\Z)")
_FOLD = re.compile(rb"\r*\n(?=[ \t])")
_BOM = b"\xef\xbb\xbf"

# Only these tell a header that goes on after a broken line from text that happens to hold a colon.
_KNOWN = re.compile(
    rb"^(?:(?:resent-)?(?:from|to|cc|date|sender|message-id)|subject|reply-to|mime-version|received|return-path"
    rb"|delivered-to|in-reply-to|references|content-(?:type|transfer-encoding|disposition|id)"
    rb"|x-[a-z-]+|dkim-signature|list-[a-z]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


class Header:
    """The fields of one header, by lower-case name, in order; values as they came, folds and all."""

    __slots__ = ("_fields", "body", "repairs", "start")

    def __init__(self, start: int = 0, body: int = 0) -> None:
        self._fields: dict[bytes, list[bytes]] = {}
        self.start = start
        """Where the first field begins."""
        self.body = body
        """Where the body begins."""
        self.repairs: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._fields)

    def add(self, name: bytes, value: bytes) -> None:
        """Appends a field, cut to the limit for its name."""
        if len(value) > MAX_CONTENT_FIELD_BYTES and (len(value) > MAX_FIELD_BYTES or name.startswith(b"content-")):
            limit = MAX_CONTENT_FIELD_BYTES if name.startswith(b"content-") else MAX_FIELD_BYTES
            value = value[:limit]
            self.repairs.append(f"header field cut: {name[:40].decode('ascii', 'replace')}")
        values = self._fields.get(name)
        if values is None:
            self._fields[name] = [value]
        else:
            values.append(value)

    def raw(self, name: bytes) -> Sequence[bytes]:
        """The values of all fields of that name (lower case), topmost first, still folded."""
        return self._fields.get(name, ())

    def all(self, name: bytes) -> list[bytes]:
        """The values of all fields of that name (lower case), topmost first, unfolded and stripped."""
        return [unfold(value) for value in self._fields.get(name, ())]

    def get(self, name: bytes) -> bytes | None:
        """The first value of that name which is not empty, unfolded; empty where all are, None where there is none."""
        values = self._fields.get(name)
        if values is None:
            return None
        for value in values:
            if found := unfold(value):
                return found
        return b""


def unfold(value: bytes) -> bytes:
    """A field's value on one line, without the white space around it."""
    if b"\n" in value:
        value = _FOLD.sub(b"", value)
    return value.strip()


def parse_header(raw: bytes, start: int, end: int, *, message: bool = False) -> Header:
    """The header of the message or part in `raw[start:end]`.

    A broken line inside is skipped when known fields follow it before the next empty line; otherwise the body
    begins there. With `message`, what may stand before a message (byte order mark, blank lines, the `From ` line of
    an mbox) is skipped as well.
    """
    position = _skip_leading(raw, start, end) if message else start
    header = Header(position, position)
    match = _FIELD.match
    add = header.add
    block_end = -1
    fields = 0
    while position < end:
        found = match(raw, position, end)
        if found is not None:
            name, value = found.groups()
            add(name.lower(), value)
            position = found.end()
            fields += 1
            if fields == MAX_FIELDS and position < end:
                position = _end_of_block(raw, position, end)
                header.repairs.append(f"header cut after {MAX_FIELDS} fields")
            continue
        blank = _BLANK.match(raw, position, end)
        if blank is not None:
            position = blank.end()
            break
        if block_end < 0:
            block_end = _end_of_block(raw, position, end)
        known = _KNOWN.search(raw, position, block_end)
        if known is None:
            if header:
                header.repairs.append("no empty line after the header")
            break
        header.repairs.append("broken header line skipped")
        position = known.start()
    header.body = min(position, end)
    return header


def _end_of_block(raw: bytes, position: int, end: int) -> int:
    """Where the empty line after `position` begins."""
    found = _EMPTY_LINE.search(raw, position - 1 if position else 0, end)
    return end if found is None else found.start() + 1


def _skip_leading(raw: bytes, start: int, end: int) -> int:
    """Past what stands before the first field; `start` itself where no header follows."""
    position = start + len(_BOM) if raw.startswith(_BOM, start) else start
    while position < end and (blank := _BLANK.match(raw, position, end)) is not None:
        position = blank.end()
    if raw.startswith((b"From ", b">From "), position) and _FIELD.match(raw, position, end) is None:
        line_end = raw.find(b"\n", position, end)
        return end if line_end < 0 else line_end + 1
    if position > start and _FIELD.match(raw, position, end) is None:
        return start
    return position
