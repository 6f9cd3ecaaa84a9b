"""A message cut into its MIME parts by offsets into the original bytes (RFC 2046), without copying bodies.

Iterative, linear in the size for each level of nesting, and bounded: `MAX_PARTS` parts, `MAX_DEPTH` levels. What lies
beyond a bound stays whole, as one part of type `UNCUT`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from allegra_tui.mail.decode import encoding_name
from allegra_tui.mail.header import Header, parse_header
from allegra_tui.mail.parameters import Parameters, read_parameters
from allegra_tui.mail.repairs import Repairs

MAX_PARTS = 500
MAX_DEPTH = 60

UNCUT = "application/octet-stream"

_MAX_DELIMITER_LINE = 1_000
_TYPE = re.compile(r"[!#$%&'*+.^_`{|}~0-9a-z-]+/[!#$%&'*+.^_`{|}~0-9a-z-]+")
_SHORT_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "message": "message/rfc822"}
_LIKELY_DELIMITER = re.compile(rb"^--(-{0,60}[^\s-][^\r\n]{0,98})\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Part:
    """A part of a message: its header, what it says it is, and where its body lies in the original bytes."""

    header: Header
    start: int
    end: int
    depth: int
    parent: "Part | None"
    content_type: str
    parameters: Parameters
    children: "list[Part]" = field(default_factory=list)
    uncut: bool = False

    @property
    def is_multipart(self) -> bool:
        """Whether it was cut into other parts."""
        return bool(self.children)

    @property
    def encoding(self) -> str:
        """The transfer encoding in its usual spelling."""
        return encoding_name(self.header.get(b"content-transfer-encoding"))

    def within(self, content_type: str) -> bool:
        """Whether a part of that type holds this one, at any distance."""
        part = self.parent
        while part is not None:
            if part.content_type == content_type:
                return True
            part = part.parent
        return False


def split(raw: bytes, repairs: Repairs) -> Part:
    """The message `raw` as a tree of parts. Never fails; what was mended is noted in `repairs`."""
    root = _part(raw, 0, len(raw), None, repairs)
    count = 1
    pending = [root]
    while pending:
        part = pending.pop()
        if not part.content_type.startswith("multipart/"):
            continue
        if part.depth >= MAX_DEPTH:
            repairs.add(f"nesting cut at {MAX_DEPTH}")
            _leave_whole(part)
            continue
        for start, end in _spans(raw, part, repairs):
            if count >= MAX_PARTS:
                repairs.add(f"parts cut at {MAX_PARTS}")
                rest = Part(Header(start, start), start, part.end, part.depth + 1, part, UNCUT, Parameters(None))
                rest.uncut = True
                part.children.append(rest)
                break
            part.children.append(_part(raw, start, end, part, repairs))
            count += 1
        if not part.children:
            repairs.add("multipart without parts")
            part.content_type = "text/plain"
        pending.extend(reversed(part.children))
    return root


def _part(raw: bytes, start: int, end: int, parent: Part | None, repairs: Repairs) -> Part:
    header = parse_header(raw, start, end, message=parent is None)
    repairs.extend(header.repairs)
    parameters = read_parameters(header.get(b"content-type"))
    default = "message/rfc822" if parent is not None and parent.content_type == "multipart/digest" else "text/plain"
    content_type = parameters.value or default
    if not _TYPE.fullmatch(content_type):
        words = content_type.split()
        first = words[0].rstrip(",") if words else ""
        content_type = first if _TYPE.fullmatch(first) else _SHORT_TYPES.get(first, default)
    depth = 0 if parent is None else parent.depth + 1
    return Part(header, header.body, end, depth, parent, content_type, parameters)


def _leave_whole(part: Part) -> None:
    """Keeps a part with its header as one message, which mail programs open."""
    part.start = part.header.start
    part.content_type = "message/rfc822"
    part.uncut = True


def _spans(raw: bytes, part: Part, repairs: Repairs) -> Iterator[tuple[int, int]]:
    """Where the parts of a multipart begin and end, in order."""
    token = part.parameters.token(b"boundary")
    boundary = token.encode("latin-1").rstrip() if token else b""
    first = _delimiter(raw, part.start, part.end, boundary) if boundary else None
    if first is None:
        likely = _LIKELY_DELIMITER.search(raw, part.start, part.end)
        if likely is None:
            return
        repairs.add("boundary guessed")
        boundary = likely[1].rstrip()
        first = _delimiter(raw, part.start, part.end, boundary)
    found = first
    closed = False
    while found is not None:
        _, start, closing = found
        following = _delimiter(raw, start - 1, part.end, boundary)
        if not closing:
            if closed:
                repairs.add("parts after the closing boundary")
            if following is None and not closed:
                repairs.add("closing boundary missing")
            yield start, part.end if following is None else max(start, following[0])
        closed = closed or closing
        found = following


def _delimiter(raw: bytes, start: int, end: int, boundary: bytes) -> tuple[int, int, bool] | None:
    """The next delimiter line at or after `start`: where the text before it ends, where the text after it begins,
    and whether it is the closing one. A `start` at the last byte of a line finds the delimiter on the next.
    """
    needle = b"--" + boundary
    at = start if start >= 0 and raw.startswith(needle, start) and (start == 0 or raw[start - 1] == 0x0A) else -1
    while True:
        if at < 0:
            newline = raw.find(b"\n" + needle, max(start, 0), end)
            if newline < 0:
                return None
            at = newline + 1
        after = at + len(needle)
        line_end = raw.find(b"\n", after, min(end, after + _MAX_DELIMITER_LINE))
        tail = raw[after : end if line_end < 0 else line_end].strip() if line_end >= 0 or end - after < 100 else b"?"
        if tail in {b"", b"--"}:
            before = at - 1 if at > 0 else 0
            if before > 0 and raw[before - 1] == 0x0D:
                before -= 1
            return before, end if line_end < 0 else line_end + 1, tail == b"--"
        start, at = after, -1
