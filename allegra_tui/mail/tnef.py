"""winmail.dat unpacked: the files and the text of a TNEF stream (MS-OXTNEF, property sets as in MS-OXCDATA).

Own code because it has to be safe in the process that reads mail (tnefparse 1.4 loops for minutes on a stream of 35
bytes): one pass over offsets, no count of the stream is believed beyond its bytes, nested messages are followed a few
levels deep. RTF is read where a stream holds the text in no other form.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct
from struct import error as StructError  # noqa: N812  (it would shadow every other error here)

from allegra_tui.mail import charset, rtf

SIGNATURE = b"\x78\x9f\x3e\x22"

_MAX_ATTRIBUTES = 10_000
_MAX_PROPERTIES = 10_000
_MAX_DEPTH = 4

_ATTRIBUTE = Struct("<BHHI")
_PROPERTY = Struct("<HH")
_U32 = Struct("<I")
_CHECKSUM = 2

_BODY = 0x800C
_ATTACH_DATA = 0x800F
_ATTACH_TITLE = 0x8010
_ATTACH_START = 0x9002
_MESSAGE_PROPERTIES = 0x9003
_ATTACH_PROPERTIES = 0x9005
_CODEPAGE = 0x9007

_MULTIPLE = 0x1000
_NAMED = 0x8000
_FIXED_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102

_TEXT = 0x1000
_RTF = 0x1009
_HTML = 0x1013
_DISPLAY_NAME = 0x3001
_DATA = 0x3701
_FILENAME = 0x3704
_LONG_FILENAME = 0x3707
_INTERNET_CODEPAGE = 0x3FDE

_EMBEDDED_MESSAGE = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"


class TnefError(ValueError):
    """A stream that cannot be read; `str()` says why."""


@dataclass(slots=True)
class Unpacked:
    """What a stream holds: files in order, and the message's text or its HTML."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    text: str = ""
    html: str = ""
    cut: bool = False
    """Whether the stream ended in the middle, or held more RTF than is read."""


@dataclass(slots=True)
class _File:
    names: dict[int, str] = field(default_factory=dict)
    data: bytes | memoryview = b""
    is_message: bool = False

    def name(self) -> str:
        """The best of the names: the long one, the one of the old attribute, the short one, what is displayed."""
        for source in (_LONG_FILENAME, _ATTACH_TITLE, _FILENAME, _DISPLAY_NAME):
            if name := self.names.get(source):
                return name
        return ""


def unpack(data: bytes, rich: rtf.Allowance | None = None) -> Unpacked:
    """The content of a TNEF stream. Raises TnefError where it is none, or damaged at once.

    `rich` bounds what is read of RTF, there and in other streams.
    """
    return _unpack(memoryview(data), 0, rich or rtf.Allowance())


def _unpack(data: memoryview, depth: int, rich: rtf.Allowance) -> Unpacked:
    if bytes(data[:4]) != SIGNATURE:
        raise TnefError("it does not begin like one")
    unpacked = Unpacked()
    files: list[_File] = []
    codepage = "cp1252"
    html, html_codepage = b"", ""
    compressed = b""
    for name, body in _attributes(data, unpacked):
        if name == _ATTACH_START:
            files.append(_File())
        elif name == _CODEPAGE and len(body) >= _U32.size:
            codepage = f"cp{_U32.unpack_from(body)[0]}"
        elif name == _BODY:
            unpacked.text = _string(bytes(body), codepage)
        elif name == _MESSAGE_PROPERTIES:
            for identifier, kind, value in _properties(body):
                if identifier == _TEXT and kind in {_STRING8, _UNICODE}:
                    unpacked.text = _value(value, kind, codepage)
                elif identifier == _HTML:
                    html = bytes(value)
                elif identifier == _RTF:
                    compressed = bytes(value)
                elif identifier == _INTERNET_CODEPAGE and len(value) >= _U32.size:
                    html_codepage = f"cp{_U32.unpack_from(value)[0]}"
        elif files:
            _add(files[-1], name, body, codepage)
    if html:
        unpacked.html = charset.decode(html.rstrip(b"\0"), _known(html_codepage) or codepage)[0]
    if compressed and not (unpacked.text.strip() or unpacked.html):
        _add_rich_text(compressed, unpacked, rich)
    for file in files:
        _finish(file, unpacked, depth, rich)
    return unpacked


def _add_rich_text(compressed: bytes, unpacked: Unpacked, rich: rtf.Allowance) -> None:
    document = rtf.decompress(compressed, rich.left)
    found = rtf.read(document, rich.left)
    unpacked.cut = unpacked.cut or len(document) > rich.left
    rich.left = max(0, rich.left - len(document))
    if found.is_html:
        unpacked.html = found.text
    else:
        unpacked.text = found.text


def _attributes(data: memoryview, unpacked: Unpacked) -> Iterator[tuple[int, memoryview]]:
    """The attributes of a stream in order, the last one as far as it goes."""
    at = 6
    for _ in range(_MAX_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(data):
            return
        _, name, _, length = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        if at + length > len(data):
            unpacked.cut = True
        yield name, data[at : at + length]
        at += length + _CHECKSUM


def _add(file: _File, name: int, body: memoryview, codepage: str) -> None:
    if name == _ATTACH_DATA:
        file.data = body
    elif name == _ATTACH_TITLE:
        file.names[name] = _string(bytes(body), codepage)
    elif name == _ATTACH_PROPERTIES:
        for identifier, kind, value in _properties(body):
            if identifier in {_FILENAME, _LONG_FILENAME, _DISPLAY_NAME} and kind in {_STRING8, _UNICODE}:
                file.names[identifier] = _value(value, kind, codepage)
            elif identifier == _DATA and kind == _OBJECT:
                # An object's interface identifier stands before its bytes.
                file.data = value[16:]
                file.is_message = bytes(value[:16]) == _EMBEDDED_MESSAGE
            elif identifier == _DATA:
                file.data = value


def _finish(file: _File, unpacked: Unpacked, depth: int, rich: rtf.Allowance) -> None:
    """Adds a file, or the files and the text of a message that was attached."""
    if file.is_message and depth < _MAX_DEPTH and (inner := _message(file.data, depth + 1, rich)) is not None:
        unpacked.cut = unpacked.cut or inner.cut
        if text := inner.text or inner.html:
            extension = ".txt" if inner.text else ".html"
            unpacked.files.append((f"{file.name() or 'message'}{extension}", text.encode("utf-8", "replace")))
        unpacked.files.extend(inner.files)
    elif file.data or file.names:
        unpacked.files.append((file.name(), bytes(file.data)))


def _message(data: memoryview | bytes, depth: int, rich: rtf.Allowance) -> Unpacked | None:
    """The content of an attached message, None where it cannot be read or holds neither text nor files."""
    try:
        inner = _unpack(memoryview(data), depth, rich)
    except TnefError:
        return None
    return inner if inner.text or inner.html or inner.files else None


def _properties(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Identifier, type and first value of each property, until one cannot be read."""
    try:
        count = _U32.unpack_from(data)[0]
        at = _U32.size
        for _ in range(min(count, _MAX_PROPERTIES)):
            kind, identifier = _PROPERTY.unpack_from(data, at)
            at += _PROPERTY.size
            if identifier >= _NAMED:
                at = _past_name(data, at)
            value, at = _first_value(data, at, kind)
            yield identifier, kind & ~_MULTIPLE, value
    except StructError:
        return


def _past_name(data: memoryview, at: int) -> int:
    """Past the GUID and the number or name of a named property."""
    named_by_text = _U32.unpack_from(data, at + 16)[0]
    number_or_length = _U32.unpack_from(data, at + 20)[0]
    return at + 24 + (_padded(number_or_length) if named_by_text else 0)


def _first_value(data: memoryview, at: int, kind: int) -> tuple[memoryview, int]:
    """The first value of a property, and where the next property begins."""
    size = _FIXED_SIZES.get(kind & ~_MULTIPLE)
    count = 1
    if kind & _MULTIPLE or size is None:
        count = _U32.unpack_from(data, at)[0]
        at += _U32.size
    if size is not None:
        if kind & ~_MULTIPLE in {0x02, 0x0B} and kind & _MULTIPLE:
            return data[at : at + 2], at + _padded(2 * count)
        return data[at : at + size], at + size * count
    first = data[:0]
    for number in range(min(count, len(data))):
        length = _U32.unpack_from(data, at)[0]
        at += _U32.size
        if number == 0:
            first = data[at : at + length]
        at += _padded(length)
    return first, at


def _padded(length: int) -> int:
    return length + -length % 4


def _value(value: memoryview, kind: int, codepage: str) -> str:
    if kind == _UNICODE:
        return _string(bytes(value[: len(value) // 2 * 2]), "utf-16-le")
    return _string(bytes(value), codepage)


def _string(data: bytes, codepage: str) -> str:
    """A string up to the zero that ends it."""
    return charset.decode(data, _known(codepage))[0].rstrip("\0\ufffd")


def _known(codepage: str) -> str | None:
    return {"cp65001": "utf-8", "cp20127": "ascii"}.get(codepage, codepage)
