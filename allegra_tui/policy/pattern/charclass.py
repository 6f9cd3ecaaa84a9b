"""Bracketed character classes (perlrecharclass)."""

import re

from allegra_tui.policy.pattern.escapes import read_escape
from allegra_tui.policy.pattern.reader import Flags, Reader
from allegra_tui.policy.pattern.tree import Kind, Member, Range, Set

_NAMES = re.compile("alpha|digit|alnum|lower|upper|space|punct|print|graph|cntrl|xdigit|word|blank|ascii")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_HYPHEN = Range(ord("-"), ord("-"))
_LIKE_POSIX = re.compile(r"\[([:.=])[^\]]*\1\]")


def read_class(reader: Reader, flags: Flags) -> Set:
    """Read a class whose `[` has just been read."""
    start = reader.pos - 1
    _skip_blanks(reader, flags)
    negated = reader.take("^")
    members: list[Member] = []
    _skip_blanks(reader, flags)
    while not members or not reader.peek("]"):
        members += _range(reader, flags, start)
        _skip_blanks(reader, flags)
    reader.pos += 1
    return Set(start, reader.pos, tuple(members), negated, flags.fold)


def _range(reader: Reader, flags: Flags, opening: int) -> list[Member]:
    """Read one member and the hyphen after it: a range between two characters, itself beside a named set."""
    start = reader.pos
    low = _element(reader, opening)
    if not _takes_hyphen(reader, flags):
        return [_member(low)]
    if isinstance(low, Kind):
        return [low, _HYPHEN]
    high = _element(reader, opening)
    if isinstance(high, Kind):
        return [Range(low, low), _HYPHEN, high, *([_HYPHEN] if _takes_hyphen(reader, flags) else [])]
    if high < low:
        raise reader.error("This range runs backwards", start)
    return [Range(low, high)]


def _member(element: int | Kind) -> Member:
    return element if isinstance(element, Kind) else Range(element, element)


def _takes_hyphen(reader: Reader, flags: Flags) -> bool:
    """Step over a hyphen that does not end the class."""
    before = reader.pos
    _skip_blanks(reader, flags)
    if reader.take("-"):
        _skip_blanks(reader, flags)
        if not reader.peek("]"):
            return True
    reader.pos = before
    return False


def _element(reader: Reader, opening: int) -> int | Kind:
    start = reader.pos
    if found := reader.scan(_POSIX):
        if not _NAMES.fullmatch(found[2]):
            raise reader.error(f"There is no POSIX class [:{found[2]}:]", start)
        return Kind(found[2], negated=bool(found[1]))
    if _LIKE_POSIX.match(reader.source, start):
        raise reader.error("This looks like a POSIX class but is none; put a backslash before the inner [", start)
    char = reader.next()
    if not char:
        raise reader.error("This [ has no closing ]", opening)
    if char != "\\":
        return ord(char)
    if reader.at_end:
        raise reader.error("This [ has no closing ]", opening)
    if (value := read_escape(reader, in_class=True)) is not None:
        return value
    char = reader.next()
    if char == "b":
        return ord("\b")
    if char.isascii() and char.isalpha():
        reader.note(start, "P02")
    return ord(char)


def _skip_blanks(reader: Reader, flags: Flags) -> None:
    while flags.extended > 1 and (reader.take(" ") or reader.take("\t")):
        pass
