"""Encoded words in header values, decoded on bytes (RFC 2047), with the leniency real mail needs."""

import binascii
import re
from dataclasses import dataclass, field

from allegra_tui.mail.charset import decode, resolve
from allegra_tui.mail.repairs import Repairs

_START = re.compile(rb"=\?([^?\s]{1,60})\?[ ]?([bBqQ])[ ]?\?", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_HEX_AFTER = re.compile(rb"[0-9A-F]{2}")
_WHITE = re.compile(r"\s+")


@dataclass(slots=True)
class _Run:
    """Bytes of one charset: neighbouring encoded words, or raw text where `charset` is None."""

    charset: str | None
    data: bytearray = field(default_factory=bytearray)
    digits: bytes = b""
    """Base64 digits that do not fill a group of four yet: some programs go on in the next word."""

    def add_quoted(self, encoded: bytes, repairs: Repairs) -> None:
        self.close(repairs)
        self.data += binascii.a2b_qp(encoded, header=True)

    def add_base64(self, encoded: bytes, repairs: Repairs) -> None:
        digits = self.digits + _NOT_BASE64.sub(b"", encoded)
        whole = len(digits) // 4 * 4
        self.data += binascii.a2b_base64(digits[:whole])
        self.digits = digits[whole:]
        if b"=" in encoded:
            self.close(repairs)

    def close(self, repairs: Repairs) -> None:
        """Takes the digits left over at the end of a word as they are."""
        if len(self.digits) > 1:
            self.data += binascii.a2b_base64(self.digits + b"=" * (4 - len(self.digits)))
        elif self.digits:
            repairs.add("base64 cut short in a header")
        self.digits = b""


def decode_words(value: bytes, repairs: Repairs, hint: str | None = None) -> str:
    """The text of an unfolded header value. Never fails; what had to be guessed is noted in `repairs`.

    Neighbouring words of one charset are joined before decoding, so that a character split over two words survives.
    `hint` is the charset to try for raw 8-bit text before guessing.
    """
    if b"=?" not in value:
        return _text(value, None, repairs, hint)
    runs: list[_Run] = []
    position = 0
    while (found := _START.search(value, position)) is not None:
        end = _word_end(value, found.end(), found[2])
        if end < 0:
            break
        between = value[position : found.start()]
        if between and (not runs or runs[-1].charset is None or between.strip()):
            runs.append(_Run(None, bytearray(between)))
        charset = found[1].split(b"*", 1)[0].decode("ascii", "replace").lower()
        if not runs or runs[-1].charset != charset:
            runs.append(_Run(charset))
        add = runs[-1].add_base64 if found[2] in b"bB" else runs[-1].add_quoted
        add(value[found.end() : end], repairs)
        position = end + 2
    runs.append(_Run(None, bytearray(value[position:])))
    for run in runs:
        run.close(repairs)
    return "".join(_text(bytes(run.data), run.charset, repairs, hint) for run in runs)


def decode_line(value: bytes, repairs: Repairs, hint: str | None = None) -> str:
    """Like `decode_words`, on one line: white space of any kind, encoded newlines too, collapsed."""
    return _WHITE.sub(" ", decode_words(value, repairs, hint)).strip()


def _word_end(value: bytes, start: int, encoding: bytes) -> int:
    """Where the `?=` that ends a word begins, -1 where there is none."""
    end = value.find(b"?=", start)
    while end >= 0 and encoding in b"qQ" and _HEX_AFTER.match(value, end + 2):
        # A bare `?` before `=20` in Q-encoded text, unless nothing ends the word after it.
        later = value.find(b"?=", end + 2)
        if later < 0 or b" " in value[end:later] or b"=?" in value[end + 1 : later]:
            break
        end = later
    return end


def _text(data: bytes, charset: str | None, repairs: Repairs, hint: str | None) -> str:
    if not data:
        return ""
    if charset is None and hint is not None and b"+" in data and resolve(hint) == "utf-7":
        charset = hint  # it is ASCII, so that nothing else tells it
    text, note = decode(data, charset, hint)
    if note is not None:
        repairs.add(f"header: {note}")
    return text
