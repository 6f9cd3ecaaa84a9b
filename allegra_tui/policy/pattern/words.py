"""A pattern in words, one line for each alternative."""

from collections.abc import Sequence

from allegra_tui.policy.pattern.outline import Domains, Outline, domains, free_length, outline, takes_any_domain
from allegra_tui.policy.pattern.rule import Pattern
from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Backref,
    Branch,
    Call,
    Char,
    Conditional,
    Dot,
    Group,
    GroupKind,
    Kind,
    Member,
    Node,
    Repeat,
    Set,
    Special,
    Token,
    walk,
)

_ANCHORS = {
    At.TEXT_START: "the beginning",
    At.LINE_START: "the beginning of a line",
    At.TEXT_END: "the end",
    At.LAST_LINE_END: "the end",
    At.LINE_END: "the end of a line",
    At.WORD_EDGE: "the edge of a word",
    At.NO_WORD_EDGE: "no edge of a word",
}
_LOOKS = {
    GroupKind.AHEAD: "with {} ahead",
    GroupKind.NOT_AHEAD: "without {} ahead",
    GroupKind.BEHIND: "with {} just before",
    GroupKind.NOT_BEHIND: "without {} just before",
}
_KINDS = {
    "d": "a digit",
    "digit": "a digit",
    "w": "a letter, digit or _",
    "word": "a letter, digit or _",
    "s": "a blank",
    "space": "a blank",
    "h": "a blank",
    "blank": "a blank",
    "v": "a line break",
    "alpha": "a letter",
    "lower": "a letter",
    "upper": "a letter",
    "p:l": "a letter",
    "alnum": "a letter or digit",
    "punct": "a punctuation mark",
    "xdigit": "a hexadecimal digit",
    "cntrl": "a control character",
    "graph": "a visible character",
    "print": "a printable character",
    "ascii": "a plain character",
    "any": "any character",
}
_CHARACTERS = {" ": "a blank", "\t": "a tab", "\n": "a line break", "\r": "a carriage return"}


def read_in_words(pattern: Pattern | None) -> list[str]:
    """Say what a pattern accepts, one line for each alternative."""
    if pattern is None:
        return ["every sender: no restriction by domain"]
    return [_line(outline(branch)) for branch in pattern.tree.branches]


def _line(parts: Outline) -> str:
    named = domains(parts)
    what = _domains(named) if named else _loose_domain(parts)
    case = "capitals ignored" if _ignores_case(parts.branch) else "capitals told apart"
    return f"{_local_part(parts)}, then {what}, {case}"


def _ignores_case(branch: Branch) -> bool:
    return all(node.fold for node in walk([branch]) if isinstance(node, Char | Set))


def _domains(named: Domains) -> str:
    listed = _either([f"@{name.removeprefix('@')}" for name in named.names])
    if not named.below:
        return f"exactly {listed}"
    return f"{listed} and what is below" if named.itself else f"@ and anything below {listed.replace('@', '')}"


def _loose_domain(parts: Outline) -> str:
    if parts.at is None and not parts.domain:
        return "anything"
    if parts.at and takes_any_domain(parts.domain):
        return "any domain"
    if parts.at:
        return f"@ {_sequence(parts.domain)}".rstrip()
    beginning = "the beginning of the address" if parts.anchored else "the domain's beginning or before"
    return f"from {beginning}: {_sequence(parts.domain)}"


def _local_part(parts: Outline) -> str:
    if parts.at is None or not parts.local:
        return "no name" if parts.anchored and parts.at else "any name"
    least = free_length(parts.local, anchored=parts.anchored)
    if least is not None:
        return "any name" if least <= 1 else f"any name of {least} or more characters"
    return f"{'the name' if parts.anchored else 'a name ending in'} {_sequence(parts.local)}"


def _sequence(nodes: Sequence[Node]) -> str:
    """Say what comes one after the other; characters in a row as one text."""
    said: list[str] = []
    text = ""
    for node in nodes:
        if isinstance(node, Char) and chr(node.code).isprintable() and chr(node.code) != " ":
            text += chr(node.code).lower()
            continue
        if text:
            said.append(f"“{text}”")
            text = ""
        said.append(_node(node))
    if text:
        said.append(f"“{text}”")
    return ", then ".join(part for part in said if part)


def _either(texts: Sequence[str]) -> str:
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def _node(node: Node) -> str:
    match node:
        case Char(code=code):
            return _character(code)
        case Dot():
            return "any character"
        case Set():
            return _set(node)
        case Anchor(at=at):
            return _ANCHORS[at]
        case Token(special=special):
            return "a line break" if special is Special.LINE_BREAK else "nothing at all"
        case Group(kind=kind, branches=branches):
            inside = _either([_sequence(branch.items) or "nothing" for branch in branches])
            return _LOOKS[kind].format(inside) if kind.looks else f"({inside})" if len(branches) > 1 else inside
        case Repeat():
            return _repeat(node)
        case Backref(target=target):
            return f"what group {target} matched"
        case Call(target=target):
            return f"group {target} again"
        case Conditional(yes=yes, no=no):
            other = _sequence(no.items) if no else ""
            return f"by a condition ({_sequence(yes.items) or 'nothing'} or {other or 'nothing'})"
    return ""


def _repeat(node: Repeat) -> str:
    what = _node(node.item)
    match node.low, node.high:
        case 0, 1:
            return f"optionally {what}"
        case 0, None:
            return f"any number of ({what})"
        case 1, None:
            return f"one or more of ({what})"
        case low, None:
            return f"{low} or more of ({what})"
        case low, high if low == high:
            return f"{low} of ({what})"
    return f"{node.low} to {node.high} of ({what})"


def _character(code: int) -> str:
    char = chr(code)
    return _CHARACTERS.get(char) or (char.lower() if char.isprintable() else f"U+{code:04X}")


def _set(node: Set) -> str:
    members = list(dict.fromkeys(_member(member) for member in node.members))
    return f"any character but {_either(members)}" if node.negated else _either(members)


def _member(member: Member) -> str:
    if isinstance(member, Kind):
        name = _KINDS.get(member.name) or f"a character of {member.name.removeprefix('p:').capitalize()}"
        return f"anything but {name}" if member.negated else name
    if member.low == member.high:
        return _character(member.low)
    return f"{_character(member.low)} to {_character(member.high)}"
