"""Writes a tree as a pattern of the `regex` package, version 1 behaviour.

Everything is spelled out, so that nothing depends on what the engine makes of a special character or a flag.
"""

from collections.abc import Sequence

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
    Mode,
    Node,
    Range,
    Repeat,
    Set,
    Special,
    Token,
    Tree,
)

_ANCHORS = {
    At.TEXT_START: r"\A",
    At.LINE_START: r"(?:\A|(?<=\n)(?!\Z))",
    At.TEXT_END: r"\Z",
    At.LAST_LINE_END: r"(?=\n?\Z)",
    At.LINE_END: r"(?=\n|\Z)",
    At.WORD_EDGE: r"\b",
    At.NO_WORD_EDGE: r"\B",
}
_SPECIALS = {
    Special.LINE_BREAK: r"(?>\r\n|[\n-\r\x85\u2028\u2029])",
    Special.FAIL: "(?!)",
}
_OPENINGS = {
    GroupKind.CAPTURE: "(",
    GroupKind.PLAIN: "(?:",
    GroupKind.RESET: "(?|",
    GroupKind.ATOMIC: "(?>",
    GroupKind.AHEAD: "(?=",
    GroupKind.NOT_AHEAD: "(?!",
    GroupKind.BEHIND: "(?<=",
    GroupKind.NOT_BEHIND: "(?<!",
}
_OPPOSITES = {
    GroupKind.AHEAD: GroupKind.NOT_AHEAD,
    GroupKind.NOT_AHEAD: GroupKind.AHEAD,
    GroupKind.BEHIND: GroupKind.NOT_BEHIND,
    GroupKind.NOT_BEHIND: GroupKind.BEHIND,
}
_HORIZONTAL = r"\t\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CASED = {"upper", "lower", "p:lu", "p:ll", "p:lt"}
_KINDS = {
    "d": r"\d",
    "w": r"\w",
    "s": r"\s",
    "h": _HORIZONTAL,
    "v": r"\n-\r\x85\u2028\u2029",
    "alpha": r"\p{Alphabetic}",
    "digit": r"\d",
    "alnum": r"\p{Alphabetic}\d",
    "lower": r"\p{Lowercase}",
    "upper": r"\p{Uppercase}",
    "space": r"\s",
    "punct": r"\p{P}$+<=>\^`\|\~",
    "print": r"[:graph:]\p{Zs}",
    "graph": r"[:graph:]",
    "cntrl": r"\p{Cc}",
    "xdigit": r"0-9A-Fa-f\uff10-\uff19\uff21-\uff26\uff41-\uff46",
    "word": r"\w",
    "blank": _HORIZONTAL,
    "ascii": r"\p{ASCII}",
    "any": r"\p{Any}",
    "p:lc": r"\p{Lu}\p{Ll}\p{Lt}",
}


def emit(tree: Tree) -> str:
    """Return the engine's pattern for the tree; case has to be ignored around it."""
    return _alternatives(tree, tree.branches)


def _alternatives(tree: Tree, branches: Sequence[Branch]) -> str:
    return "|".join("".join(emit_node(tree, item) for item in branch.items) for branch in branches)


def emit_node(tree: Tree, node: Node) -> str:
    """Return the engine's pattern for one node; case has to be ignored around it."""
    match node:
        case Char(code=code, fold=fold):
            return _cased(_char(code), fold=fold)
        case Set(members=members, negated=negated, fold=fold):
            return _cased(_class(members, negated=negated, fold=fold), fold=fold)
        case Dot(newline=newline):
            return "(?s:.)" if newline else "."
        case Anchor(at=at):
            return _ANCHORS[at]
        case Token(special=special):
            return _SPECIALS[special]
        case Group(kind=kind, branches=branches):
            return f"{_OPENINGS[kind]}{_alternatives(tree, branches)})"
        case Repeat():
            return _repeat(tree, node)
        case Backref(target=target, fold=fold):
            return _cased(_backref(tree.numbers(target)), fold=fold)
        case Call(target=target):
            return f"(?{tree.numbers(target)[0]})"
        case Conditional():
            return _conditional(tree, node)
    raise AssertionError(node)


def _cased(text: str, *, fold: bool) -> str:
    return text if fold else f"(?-i:{text})"


def _char(code: int) -> str:
    char = chr(code)
    if char.isascii() and char.isalnum():
        return char
    if "!" <= char <= "~":
        return f"\\{char}"
    return f"\\U{code:08x}"


def _class(members: Sequence[Member], *, negated: bool, fold: bool) -> str:
    inside = ""
    complements = False
    for member in members:
        if isinstance(member, Kind) and member.negated:
            complements = True
            inside += f"[^{_member(member, fold=fold)}]"
        else:
            inside += _member(member, fold=fold)
    if negated and complements:
        # The engine takes [^\w\W] for everything, and goes wrong on other negated unions with a complement in them.
        return f"(?:(?![{inside}])(?s:.))"
    if negated and len(members) == 1 and isinstance(members[0], Range):
        # The engine drops the ^ of single characters where it makes one class of two: [^a]|[^b]. Not of [^aa].
        inside *= 2
    return f"[{'^' if negated else ''}{inside}]"


def _member(member: Member, *, fold: bool) -> str:
    """Write a member as it stands in a class, whether or not it means the complement."""
    if isinstance(member, Range):
        return _char(member.low) if member.low == member.high else f"{_char(member.low)}-{_char(member.high)}"
    if fold and member.name in _CASED:
        # Where case is ignored, Perl takes "upper case" for "has case".
        return _KINDS["p:lc"] if member.name.startswith("p:") else r"\p{Cased}"
    return _KINDS.get(member.name) or rf"\p{{{member.name.removeprefix('p:')}}}"


def _repeat(tree: Tree, node: Repeat) -> str:
    item = f"(?:{emit_node(tree, node.item)})"
    if node.high is not None and node.high < node.low:
        return f"(?:(?!){item})"
    high = "" if node.high is None else node.high
    counted = f"{item}{{{node.low},{high}}}"
    match node.mode:
        case Mode.LAZY:
            return f"{counted}?"
        case Mode.POSSESSIVE:
            return f"(?>{counted})"
    return counted


def _backref(numbers: Sequence[int]) -> str:
    """Of several groups with one name Perl takes the first that took part."""
    first, *rest = numbers
    return f"(?({first})\\g<{first}>|{_backref(rest)})" if rest else f"\\g<{first}>"


def _conditional(tree: Tree, node: Conditional) -> str:
    yes = _alternatives(tree, [node.yes])
    no = f"|{_alternatives(tree, [node.no])}" if node.no else ""
    match node.test:
        case None:
            return f"(?(DEFINE){yes})"
        case Group(kind=kind, branches=branches):
            # Two alternatives with the test and its opposite: the engine's own way misses some matches.
            looks = _alternatives(tree, branches)
            return f"(?:{_OPENINGS[kind]}{looks}){yes}|{_OPENINGS[_OPPOSITES[kind]]}{looks}){no[1:]})"
        case target:
            numbers = tree.numbers(target)
            return _either(numbers, yes, no) if numbers else f"(?(DEFINE){yes})(?:{no[1:]})"


def _either(numbers: Sequence[int], yes: str, no: str) -> str:
    first, *rest = numbers
    return f"(?({first}){yes}|{_either(rest, yes, no)})" if rest else f"(?({first}){yes}{no})"
