"""What an opening parenthesis starts (perlre, "Extended Patterns" and "Special Backtracking Control Verbs")."""

import re
from dataclasses import dataclass

from allegra_tui.policy.pattern.reader import Flags, Reader
from allegra_tui.policy.pattern.tree import GroupKind

NAME = "[A-Za-z_][A-Za-z0-9_]*"


@dataclass(frozen=True, slots=True)
class Opening:
    """A group that goes on up to its `)`."""

    kind: GroupKind
    flags: Flags
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Modifiers:
    """`(?i)` and its kin, complete: the modifiers from here to the end of the group around."""

    flags: Flags


@dataclass(frozen=True, slots=True)
class Reference:
    """`(?1)`, `(?&name)`, `(?P=name)`, complete: a group's pattern again, or its text."""

    target: int | str
    is_call: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """`(?(1)`: a test, its alternatives follow. Without `target` a definition; a look-around is yet to be read."""

    target: int | str | None = None
    looks: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """`(*FAIL)`, complete."""


Opened = Opening | Modifiers | Reference | Condition | Failure

_PLAIN = {
    "?:": GroupKind.PLAIN,
    "?|": GroupKind.RESET,
    "?>": GroupKind.ATOMIC,
    "?=": GroupKind.AHEAD,
    "?!": GroupKind.NOT_AHEAD,
    "?<=": GroupKind.BEHIND,
    "?<!": GroupKind.NOT_BEHIND,
}
_ALPHABETIC = {
    "pla": GroupKind.AHEAD,
    "positive_lookahead": GroupKind.AHEAD,
    "nla": GroupKind.NOT_AHEAD,
    "negative_lookahead": GroupKind.NOT_AHEAD,
    "plb": GroupKind.BEHIND,
    "positive_lookbehind": GroupKind.BEHIND,
    "nlb": GroupKind.NOT_BEHIND,
    "negative_lookbehind": GroupKind.NOT_BEHIND,
    "atomic": GroupKind.ATOMIC,
}
_VERB = re.compile(r"\*([A-Za-z_]*)([:)]?)")
_NAMED = re.compile(rf"\?P?<({NAME})>|\?'({NAME})'")
_CALL = re.compile(rf"\?(?:([+-]?[1-9][0-9]*)|(?:&|P>)({NAME}))\)")
_NAMED_BACKREF = re.compile(rf"\?P=({NAME})\)")
_CONDITION = re.compile(rf"\?\((?:([1-9][0-9]*)|<({NAME})>|'({NAME})'|DEFINE)\)")
_CONDITION_LOOKS = re.compile(r"\?\((?=\?<?[=!]|\*[pn])")
_MODIFIERS = re.compile(r"\?(\^?)([A-Za-z]*)(-?)([A-Za-z]*)([:)])")


def read_opening(reader: Reader, flags: Flags) -> Opened:
    """Read what follows a `(`; of what is complete the `)` too."""
    start = reader.pos - 1
    if reader.peek("*"):
        return _verb(reader, flags, start)
    if not reader.peek("?"):
        return Opening(GroupKind.CAPTURE, flags)
    for text, kind in _PLAIN.items():
        if reader.take(text):
            return Opening(kind, flags)
    if named := reader.scan(_NAMED):
        return Opening(GroupKind.CAPTURE, flags, named[1] or named[2])
    if call := reader.scan(_CALL):
        return Reference(call[2] or _called(reader, call[1], start), is_call=True)
    if backref := reader.scan(_NAMED_BACKREF):
        return Reference(backref[1], is_call=False)
    if reader.scan(_CONDITION_LOOKS):
        return Condition(looks=True)
    if condition := reader.scan(_CONDITION):
        return Condition(int(condition[1]) if condition[1] else condition[2] or condition[3])
    if reader.peek("?{") or reader.peek("??{") or reader.peek("?*{") or reader.peek("?p{"):
        raise reader.error("Code in a pattern is never run, so it is not allowed", start)
    if reader.peek("?R") or reader.peek("?0"):
        raise reader.error("The whole pattern inside itself is not known here; call a group by its number", start)
    if modifiers := reader.scan(_MODIFIERS):
        return _modifiers(reader, flags, modifiers, start)
    if reader.peek("?["):
        raise reader.error("The set notation (?[ ]) is not known here; write a plain class", start)
    raise reader.error("This kind of group is not known here", start)


def relative(reader: Reader, text: str, start: int) -> int:
    """Return the number of the group that `-1` (the last opened) or `+1` (the next) means."""
    offset = int(text)
    number = reader.groups + offset + (offset < 0)
    if number < 1:
        raise reader.error("There are not so many groups before this place", start)
    return number


def _called(reader: Reader, text: str, start: int) -> int:
    return relative(reader, text, start) if text[0] in "+-" else int(text)


def _verb(reader: Reader, flags: Flags, start: int) -> Opening | Failure:
    verb = reader.expect(_VERB, "This kind of group is not known here")
    if verb[1] in _ALPHABETIC and verb[2] == ":":
        return Opening(_ALPHABETIC[verb[1]], flags)
    if verb[1] in {"F", "FAIL"}:
        end = reader.source.find(")", reader.pos - 1)
        if end >= 0 and verb[2]:
            reader.pos = end + 1
            return Failure()
    raise reader.error(f"(*{verb[1]} steers Perl's own search and is not known here", start)


def _modifiers(reader: Reader, flags: Flags, found: "re.Match[str]", start: int) -> Opening | Modifiers:
    caret, on, minus, off, end = found.groups()
    for letter in on + off:
        if letter not in "imsxdu":
            raise reader.error(f"The modifier {letter} is not known here", start)
    charsets = [letter for letter in on if letter in "du"]
    if (caret and (minus or "d" in on)) or set("du") & set(off) or len(charsets) > 1:
        raise reader.error("These modifiers do not go together", start)
    base = Flags(fold=False) if caret else flags
    new = Flags(
        fold=("i" in on or base.fold) and "i" not in off,
        multiline=("m" in on or base.multiline) and "m" not in off,
        dotall=("s" in on or base.dotall) and "s" not in off,
        extended=0 if "x" in off else min(on.count("x"), 2) or base.extended,
    )
    if flags.fold and not new.fold:
        reader.note(start, "P19")
    return Opening(GroupKind.PLAIN, new) if end == ":" else Modifiers(new)
