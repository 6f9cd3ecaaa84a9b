"""A message cut into its MIME parts by offsets into the original bytes (RFC 2046), without copying bodies.

Iterative, linear in the size for each level of nesting, and bounded: `MAX_PARTS` parts, `MAX_DEPTH` levels. What lies
beyond a bound stays whole, as one part.
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

_TYPE = re.compile(r"[!#$%&'*+.^_`{|}~0-9a-z-]+/[!#$%&'*+.^_`{|}~0-9a-z-]+")
_SHORT_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "message": "message/rfc822"}
_DELIMITER_REST = re.compile(rb"(--)?[ \t\r]{0,200}(?:\n|\Z)")
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
    def encoding(self) -> str:
        """The transfer encoding in its usual spelling."""
        return encoding_name(self.header.get(b"content-transfer-encoding"))

    def leave_whole(self, content_type: str) -> None:
        """Makes it one file with its header, as it stands in the message."""
        self.start = self.header.start
        self.content_type = content_type
        self.uncut = True

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
            part.leave_whole("message/rfc822")
            continue
        for start, end in _spans(raw, part, repairs):
            child = _part(raw, start, end, part, repairs)
            part.children.append(child)
            count += 1
            if count > MAX_PARTS:
                repairs.add(f"parts cut at {MAX_PARTS}")
                child.end = part.end
                child.leave_whole("application/octet-stream")
                break
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
        content_type = _SHORT_TYPES.get(content_type, default)
    depth = 0 if parent is None else parent.depth + 1
    return Part(header, header.body, end, depth, parent, content_type, parameters)


def _spans(raw: bytes, part: Part, repairs: Repairs) -> Iterator[tuple[int, int]]:
    """Where the parts of a multipart begin and end, in order."""
    start: int | None = None
    closed = False
    for line, after, closing in _delimiters(raw, part.start, part.end, _boundary(raw, part, repairs)):
        if start is not None:
            yield start, max(start, _text_end(raw, line))
        elif closed and not closing:
            repairs.add("parts after the closing boundary")
        closed = closed or closing
        start = None if closing else after
    if start is not None:
        if not closed:
            repairs.add("closing boundary missing")
        yield start, part.end


def _boundary(raw: bytes, part: Part, repairs: Repairs) -> bytes | None:
    """The boundary a multipart names, or the one its body shows where that one does not occur in it."""
    token = part.parameters.token(b"boundary")
    if token and any(True for _ in _delimiters(raw, part.start, part.end, token.encode("latin-1"))):
        return token.encode("latin-1")
    likely = _LIKELY_DELIMITER.search(raw, part.start, part.end)
    if likely is None:
        return None
    repairs.add("boundary guessed")
    return likely[1].rstrip()


def _delimiters(raw: bytes, start: int, end: int, boundary: bytes | None) -> Iterator[tuple[int, int, bool]]:
    """The delimiter lines in `raw[start:end]`: where each begins, where the next line begins, whether it closes."""
    if not boundary:
        return
    needle = b"--" + boundary
    at = start if raw.startswith(needle, start, end) else _line_with(raw, needle, start, end)
    while at >= 0:
        rest = _DELIMITER_REST.match(raw, at + len(needle), end)
        if rest is not None:
            yield at, rest.end(), rest[1] is not None
        # The newline that ends this line begins the next one's.
        at = _line_with(raw, needle, at + len(needle) if rest is None else rest.end() - 1, end)


def _line_with(raw: bytes, needle: bytes, start: int, end: int) -> int:
    """Where the next line that begins with `needle` begins, -1 where there is none."""
    newline = raw.find(b"\n" + needle, start, end)
    return -1 if newline < 0 else newline + 1


def _text_end(raw: bytes, line: int) -> int:
    """Where the text before a delimiter line ends: the line break belongs to the delimiter."""
    return line - 2 if raw[line - 2 : line - 1] == b"\r" else line - 1
