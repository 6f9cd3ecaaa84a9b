"""The text of a message that Outlook sent as RTF: decompressed, and turned back into the HTML or plain text it was.

MS-OXRTFCP (compression) and MS-OXRTFEX (HTML and plain text inside RTF); other RTF gives its words and line breaks. One
pass over tokens, in bounded memory; what is damaged ends the text, and nothing is raised.
"""

import re
from dataclasses import dataclass, replace
from struct import Struct

from allegra_tui.mail import charset

MAX_BYTES = 1 << 20
"""As much RTF is read of a mail; a message's own words are far shorter."""

_HEADER = Struct("<II4s4x")
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
# What both sides agree on as already said (MS-OXRTFCP 2.1.2.1).
_SAID = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<sign>[^A-Za-z\r\n])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|\\(?=[\r\n])|[\r\n]+|\\"
)
_CHARACTERS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
    b"endash": "\u2013", b"emdash": "\u2014", b"enspace": " ", b"emspace": " ", b"qmspace": " ",
}  # fmt: skip
_SIGNS = {b"~": "\u00a0", b"_": "\u2011", b"{": "{", b"}": "}", b"\\": "\\"}
_UNREAD = frozenset(
    (
        b"fonttbl", b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"info", b"pict", b"object",
        b"objdata", b"header", b"headerl", b"headerr", b"headerf", b"footer", b"footerl", b"footerr", b"footerf",
        b"footnote", b"fldinst", b"datafield", b"themedata", b"xmlnstbl", b"rsidtbl", b"generator", b"private",
    )
)  # fmt: skip
# Windows code pages of \fcharset (RTF specification 1.9.1, font table).
_FONT_CODEPAGES = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RichText:
    """What a stream of RTF says: HTML where that is what it was made of, else plain text."""

    text: str
    is_html: bool
    cut: bool
    """Whether it was longer than is read."""


@dataclass(slots=True)
class Allowance:
    """How many bytes of RTF may still be read, in however many streams a mail has them."""

    left: int = MAX_BYTES


def decompress(data: bytes, most: int = MAX_BYTES) -> bytes:
    """RTF out of its compressed form, a byte more than `most` where it is longer; empty where it is none."""
    if len(data) < _HEADER.size:
        return b""
    _, size, kind = _HEADER.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEADER.size : _HEADER.size + min(size, most + 1)]
    return _expanded(data, min(size, most + 1)) if kind == _COMPRESSED else b""


def _expanded(data: bytes, size: int) -> bytes:
    """Follow literals and references into the last 4,096 bytes, until so many bytes are there."""
    said = bytearray(_SAID)
    wanted = len(_SAID) + size
    at, end = _HEADER.size, len(data)
    while at < end and len(said) < wanted:
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                said += data[at : at + 1]
                at += 1
                continue
            if at + 2 > end:
                return bytes(said[len(_SAID) :])
            token = data[at] << 8 | data[at + 1]
            at += 2
            back = (len(said) - (token >> 4)) % _WINDOW
            if back == 0:  # a reference to where the next byte goes ends the stream
                return bytes(said[len(_SAID) :])
            start = len(said) - back
            if start < 0:
                return bytes(said[len(_SAID) :])
            for index in range(start, start + (token & 0xF) + 2):
                said.append(said[index])
    return bytes(said[len(_SAID) : wanted])


def read(rtf: bytes, most: int = MAX_BYTES) -> RichText:
    """The text of an RTF document, of its first bytes where it is longer than `most`; empty where it is none."""
    if not rtf.startswith(b"{\\rtf"):
        return RichText("", is_html=False, cut=False)
    head = rtf[:1_000]
    reader = _Reader(is_html=b"\\fromhtml" in head)
    reader.read(rtf[:most])
    return RichText(reader.text(), is_html=reader.is_html, cut=len(rtf) > most)


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and gives up at its end."""

    codepage: str
    unread: bool = False
    suppressed: bool = False
    """Between \\htmlrtf and \\htmlrtf0: said a second time, for programs that read no HTML."""
    in_fonts: bool = False
    fallback: int = 1
    """Characters that stand for one \\u where it is not understood."""


class _Reader:
    """Goes over the tokens of a document once."""

    def __init__(self, *, is_html: bool) -> None:
        self.is_html = is_html
        self._state = _State("cp1252")
        self._outer: list[_State] = []
        self._parts: list[str] = []
        self._bytes = bytearray()
        """Characters of a code page that may need more than one byte."""
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._starred = False
        self._passed_over = 0
        self._high_half: int | None = None

    def text(self) -> str:
        """All that was read."""
        self._flush()
        return "".join(self._parts).replace("\r\n", "\n")

    def read(self, rtf: bytes) -> None:
        """Take a document in."""
        for token in _TOKEN.finditer(rtf):
            kind, value = token.lastgroup, token[0]
            if kind == "text":
                self._say_bytes(value)
            elif kind == "hex":
                self._say_bytes(bytes([int(token["hex"], 16)]))
            elif kind == "brace":
                self._brace(value)
            elif kind == "sign":
                self._sign(token["sign"])
            elif token["word"]:
                self._word(token["word"], token["number"])
            elif value.startswith(b"\\"):
                self._say("\n")

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._starred = False
        self._passed_over = 0
        if brace == b"{":
            self._outer.append(self._state)
        elif self._outer:
            self._state = self._outer.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign in _SIGNS:
            self._say(_SIGNS[sign])

    def _word(self, word: bytes, number: bytes | None) -> None:
        starred, self._starred = self._starred, False
        value = int(number) if number else None
        state = self._state
        if word == b"htmltag":
            self._set(unread=not self.is_html)
        elif word == b"fonttbl":
            self._set(unread=True, in_fonts=True)
        elif starred or word in _UNREAD:
            self._set(unread=True)
        elif word == b"htmlrtf":
            self._set(suppressed=self.is_html and value != 0)
        elif word == b"u" and value is not None:
            self._unicode(value & 0xFFFF)
        elif word == b"uc" and value is not None:
            self._set(fallback=min(value, 10) if value > 0 else 0)
        elif word == b"ansicpg" and value:
            self._default = "utf-8" if value == 65001 else f"cp{value}"
            self._set(codepage=self._default)
        elif word == b"f" and value is not None:
            self._font = value
            if not state.in_fonts:
                self._set(codepage=self._fonts.get(value, self._default))
        elif word == b"fcharset" and state.in_fonts and value in _FONT_CODEPAGES and value:
            self._fonts[self._font] = _FONT_CODEPAGES[value]
        elif word == b"plain":
            self._set(codepage=self._default)
        elif word in _CHARACTERS:
            self._say(_CHARACTERS[word])

    def _set(self, **changes: object) -> None:
        self._flush()
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    @property
    def _silent(self) -> bool:
        return self._state.unread or self._state.suppressed

    def _say_bytes(self, data: bytes) -> None:
        passed = min(self._passed_over, len(data))
        self._passed_over -= passed
        if not self._silent:
            self._bytes += data[passed:]

    def _say(self, text: str) -> None:
        self._flush()
        if self._passed_over:
            self._passed_over -= 1
        elif not self._silent:
            self._parts.append(text)

    def _unicode(self, code: int) -> None:
        """Say a UTF-16 unit; what follows stands for it elsewhere and is passed over."""
        self._flush()
        self._passed_over = self._state.fallback
        if self._silent:
            return
        if 0xD800 <= code < 0xDC00:
            self._high_half = code
            return
        if 0xDC00 <= code < 0xE000:
            if self._high_half is not None:
                self._parts.append(chr(0x10000 + (self._high_half - 0xD800 << 10) + code - 0xDC00))
        elif code:
            self._parts.append(chr(code))
        self._high_half = None

    def _flush(self) -> None:
        if self._bytes:
            self._parts.append(charset.decode(bytes(self._bytes), self._state.codepage)[0])
            self._bytes.clear()
