"""Structured values such as Content-Type: the value proper and its parameters (RFC 2045, 2231), read leniently."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from allegra_tui.mail.charset import decode
from allegra_tui.mail.repairs import Repairs
from allegra_tui.mail.words import decode_words

_MAX_PARAMETERS = 200
_MAX_SECTIONS = 100

_VALUE = re.compile(rb"\s*([^\s;=(]+)(?=[\s;(]|\Z)")
_NAME = re.compile(rb"[;\s]*([^=;\s\"]+)\s*(=?)\s*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(rb"\\([\"\\])")
_COMMENT_AFTER = re.compile(rb"\s+\([^()]*\)\s*\Z")
_SECTION = re.compile(rb"(.+?)\*(?:(\d{1,4})(\*?))?\Z", re.DOTALL)


@lru_cache(maxsize=512)
def read_parameters(source: bytes | None) -> "Parameters":
    """The value and parameters in a field. Remembered: mail repeats a few values again and again."""
    return Parameters(source)


class Parameters:
    """A value and its parameters as bytes; `text` decodes one."""

    __slots__ = ("_plain", "_sections", "value")

    def __init__(self, source: bytes | None) -> None:
        self.value = ""
        self._plain: dict[bytes, bytes] = {}
        self._sections: dict[bytes, dict[int, tuple[bytes, bool]]] = {}
        if source:
            self._read(source)

    def token(self, name: bytes) -> str | None:
        """A parameter that is ASCII by nature, such as charset or boundary, as written; None where it is missing."""
        value = self._plain.get(name)
        if value is None:
            sections = self._sections.get(name)
            if sections is None:
                return None
            value, _, _ = _join(sections)
        return value.decode("latin-1").strip()

    def text(self, name: bytes, repairs: Repairs, hint: str | None = None) -> str | None:
        """A parameter for people, such as a file name: RFC 2231 first, else the plain one with its encoded words."""
        sections = self._sections.get(name)
        if sections:
            value, charset, extended = _join(sections)
            if not extended and b"=?" in value:
                return decode_words(value, repairs, hint)
            text, note = decode(value, charset, hint)
            if note is not None:
                repairs.add(f"file name: {note}")
            return text
        plain = self._plain.get(name)
        if plain is None:
            return None
        if b"=?" not in plain and b"%" in plain and _percent_encoded(plain):
            return unquote_to_bytes(plain).decode("utf-8")
        return decode_words(plain, repairs, hint)

    def _read(self, source: bytes) -> None:
        first = _VALUE.match(source)
        position = 0
        if first is not None:
            self.value = first[1].strip(b'"').lower().decode("latin-1")
            position = first.end()
        for _ in range(_MAX_PARAMETERS):
            found = _NAME.match(source, position)
            if found is None:
                break
            position = found.end()
            if not found[2]:
                continue
            quoted = _QUOTED.match(source, position)
            if quoted is not None:
                value = _ESCAPED.sub(rb"\1", quoted[1])
                position = _semicolon(source, quoted.end())
            else:
                # A quote that is never closed ends at the next semicolon.
                end = _semicolon(source, position)
                value = _COMMENT_AFTER.sub(b"", source[position:end]).strip().lstrip(b'"')
                position = end
            self._store(found[1].lower(), value)

    def _store(self, name: bytes, value: bytes) -> None:
        section = _SECTION.match(name) if b"*" in name else None
        if section is None:
            self._plain.setdefault(name, value)
            return
        sections = self._sections.setdefault(section[1], {})
        if len(sections) >= _MAX_SECTIONS:
            return
        if section[2] is None:
            sections.setdefault(0, (value, True))
        else:
            sections.setdefault(int(section[2]), (value, bool(section[3])))


def _semicolon(source: bytes, position: int) -> int:
    """Where the next semicolon is, or the end."""
    found = source.find(b";", position)
    return len(source) if found < 0 else found


def _join(sections: dict[int, tuple[bytes, bool]]) -> tuple[bytes, str | None, bool]:
    """The joined bytes of a continued parameter, its charset, and whether any section was percent-encoded."""
    charset: str | None = None
    joined = bytearray()
    any_extended = False
    for position, number in enumerate(sorted(sections)):
        value, extended = sections[number]
        if extended:
            any_extended = True
            if position == 0 and value.count(b"'") >= 2:
                label, _, value = value.split(b"'", 2)
                charset = label.decode("ascii", "replace") or None
            value = unquote_to_bytes(value)
        joined += value
    return bytes(joined), charset, any_extended


def _percent_encoded(value: bytes) -> bool:
    """Whether a plain value is a percent-encoded UTF-8 name, as some web mailers write it."""
    decoded = unquote_to_bytes(value)
    if decoded == value or decoded.isascii() or not value.isascii() or b" " in value:
        return False
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
