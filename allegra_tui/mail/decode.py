"""Content-Transfer-Encoding undone: what can be saved is saved, and what was broken is said."""

import binascii
import re
from io import BytesIO

UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,500})\r?\n", re.MULTILINE)

_PIECE = 1 << 20
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
_NOT_BASE64_LINES = re.compile(rb"[^A-Za-z0-9+/=\s]|[A-Za-z0-9][ \t]+[A-Za-z0-9]")
_PADDING = re.compile(rb"[=\s]*")
_EQUAL_SIGNS = re.compile(rb"=+")
_BLANKS_AFTER_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_BARE_CR_BREAK = re.compile(rb"=\r(?!\n)")

_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_NAMES = {
    "7-bit": "7bit",
    "8-bit": "8bit",
    "7bits": "7bit",
    "8bits": "8bit",
    "quoted_printable": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "qp": "quoted-printable",
    "base-64": "base64",
    "uuencode": "x-uuencode",
    "uue": "x-uuencode",
    "x-uue": "x-uuencode",
    "uu": "x-uuencode",
}


def encoding_name(value: bytes | None) -> str:
    """The encoding a Content-Transfer-Encoding value names, in the usual spelling; empty for none."""
    if not value:
        return ""
    words = value.decode("latin-1").lower().replace(";", " ").replace('"', " ").split()
    return _NAMES.get(words[0], words[0]) if words else ""


def decode_body(raw: bytes, start: int, end: int, encoding: str) -> tuple[bytes, str | None]:
    """The content of `raw[start:end]`, and a note in words where it was broken. Never fails, linear in time.

    Memory beyond `raw` is the size of the result.
    """
    if encoding == "base64":
        return _decode_base64(raw, start, end)
    if encoding == "quoted-printable":
        return decode_quoted_printable(raw[start:end]), None
    if encoding == "x-uuencode":
        return decode_uu(raw, start, end)
    note = None if encoding in _IDENTITY else f"transfer encoding unknown, taken as it is: {encoding[:40]}"
    return raw[start:end], note


def decode_quoted_printable(body: bytes) -> bytes:
    """Quoted-printable; whatever is not a valid escape stays as it is."""
    if b"=\r" in body:
        body = _BARE_CR_BREAK.sub(b"=\r\n", body)
    if b"= " in body or b"=\t" in body:
        body = _BLANKS_AFTER_BREAK.sub(b"=", body)
    return binascii.a2b_qp(body)


def decode_uu(raw: bytes, start: int, end: int) -> tuple[bytes, str | None]:
    """A uuencoded file with its `begin` line; the body as it is where there is none."""
    begin = UU_BEGIN.search(raw, start, end)
    if begin is None:
        return raw[start:end], "uuencoded part without its begin line, taken as it is"
    content, after = read_uu(raw, begin.end(), end)
    return content, None if after else "uuencoded part cut short"


def read_uu(raw: bytes, position: int, end: int) -> tuple[bytes, int]:
    """The content of the uuencoded lines from `position` on, and where the text goes on; 0 without an `end` line."""
    result = BytesIO()
    while position < end:
        line_end = raw.find(b"\n", position, end)
        if line_end < 0:
            line_end = end
        line = raw[position:line_end].rstrip(b"\r")
        position = line_end + 1
        if line == b"end":
            return result.getvalue(), min(position, end)
        if line:
            result.write(_uu_line(line))
    return result.getvalue(), 0


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad lines with junk: as many digits as the line's own count says.
        digits = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[: digits + 1])
        except binascii.Error:
            return b""


def _decode_base64(raw: bytes, start: int, end: int) -> tuple[bytes, str | None]:
    padding = raw.find(b"=", start, end)
    if padding < 0 or _only_padding(raw, padding, end):
        try:
            return binascii.a2b_base64(memoryview(raw)[start:end]), None
        except binascii.Error:
            pass
    elif _NOT_BASE64_LINES.search(raw, padding, end):
        # Other text after the padding, such as the footer of a mailing list: it ends there.
        end = padding
    return _decode_in_pieces(raw, start, end)


def _only_padding(raw: bytes, padding: int, end: int) -> bool:
    """Whether nothing but padding and white space follows."""
    return _PADDING.fullmatch(raw, padding, end) is not None


def _decode_in_pieces(raw: bytes, start: int, end: int) -> tuple[bytes, str | None]:
    """Base64 that is cut short, or several padded ones in a row; in pieces to bound the memory."""
    result = BytesIO()
    rest = b""
    for at in range(start, end, _PIECE):
        digits = rest + raw[at : min(at + _PIECE, end)].translate(None, _NOT_BASE64)
        *whole, rest = _EQUAL_SIGNS.split(digits)
        for piece in whole:
            result.write(_quads(piece))
        cut = len(rest) // 4 * 4
        result.write(_quads(rest[:cut]))
        rest = rest[cut:]
    result.write(_quads(rest))
    return result.getvalue(), "base64 cut short" if rest else None


def _quads(digits: bytes) -> bytes:
    """The whole bytes that base64 digits without padding hold."""
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
