"""Text from outside: what may be stored, and what may reach a terminal.

Escape sequences, direction marks and invisible characters in a subject or a server's greeting can retitle the window,
fill the clipboard or make a name read as another. Everything foreign passes `display` on its way out.
"""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Categories Cc, Cf, Zl, Zp and Cs of Unicode, with the whole of the tag block, and the fillers that look like nothing.
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_INVISIBLE = (
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_SURROGATES = "\ud800-\udfff"

_UNSAFE = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_SURROGATES}]")
_UNSAFE_IN_LINES = re.compile(f"(?![\t\n])[{_CONTROLS}{_INVISIBLE}{_SURROGATES}]")
STACK = 8
"""Marks on one letter that are drawn; no script stacks more. They take no room of their own, so that thousands of them
would pass as one line."""
_PILE = re.compile(rf"[^\w\x00-\x7f]{{{STACK + 1},}}")
"""Where too many marks may be: they are neither letters nor digits."""
_MARKS = ("Mn", "Me")
_NOT_STORABLE = re.compile(f"[\x00{_SURROGATES}]")


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else REPLACEMENT


def _unpile(match: re.Match[str]) -> str:
    shown, marks = [], 0
    for char in match[0]:
        marks = marks + 1 if unicodedata.category(char) in _MARKS else 0
        shown.append(char if marks <= STACK else REPLACEMENT)
    return "".join(shown)


def display(text: str) -> str:
    """Return `text` safe for one line of a terminal, as long as it was.

    C0 controls, newline and tab among them, become their pictures (U+2400 and up), DEL U+2421; C1 controls, bidi and
    zero-width characters, line and paragraph separators, lone surrogates and marks beyond `STACK` become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    return _PILE.sub(_unpile, _UNSAFE.sub(_picture, text))


def display_lines(text: str) -> str:
    """Return `text` safe for several lines of a terminal: as `display`, but newlines and tabs stay, CRLF is one."""
    return _PILE.sub(_unpile, _UNSAFE_IN_LINES.sub(_picture, text.replace("\r\n", "\n")))


def clean(text: str) -> tuple[str, bool]:
    """Return `text` as it may be stored, NUL and lone surrogates replaced by U+FFFD, and whether that changed it."""
    stored, changes = _NOT_STORABLE.subn(REPLACEMENT, text)
    return stored, changes > 0


def cells(text: str) -> int:
    """Count the terminal cells that a displayable line takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def clip(text: str, width: int) -> str:
    """Cut a displayable line to `width` cells; `~` at the end says that something is missing."""
    if cells(text) <= width:
        return text
    room, end = width - 1, 0
    for char in text:
        room -= _cell(char)
        if room < 0:
            break
        end += 1
    return text[:end] + "~"


def _cell(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
