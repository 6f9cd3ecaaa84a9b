"""What an alternative asks of an address: the part before the @, and the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Branch,
    Char,
    Dot,
    Group,
    GroupKind,
    Kind,
    Node,
    Range,
    Repeat,
    Set,
)

MAX_SPELLINGS = 16

_STARTS = {At.TEXT_START, At.LINE_START}
_ENDS = {At.TEXT_END, At.LAST_LINE_END, At.LINE_END}
_AT_SIGN = Range(ord("@"), ord("@"))


@dataclass(frozen=True, slots=True)
class Outline:
    """One alternative, taken apart. Without an @ of its own, all of it is about the end of the address."""

    branch: Branch
    anchored: bool
    """Whether it asks for the beginning of the address."""
    local: Sequence[Node]
    at: Node | None
    domain: Sequence[Node]
    end: Anchor | None
    """What asks for the end of the address; the rule asks for it anyway."""


def outline(branch: Branch) -> Outline:
    """Take one alternative apart."""
    items = list(branch.items)
    anchored = bool(items) and isinstance(items[0], Anchor) and items[0].at in _STARTS
    if anchored:
        del items[0]
    end = items[-1] if items and isinstance(items[-1], Anchor) and items[-1].at in _ENDS else None
    if end:
        del items[-1]
    at = next((index for index, item in enumerate(items) if is_at_sign(item)), None)
    if at is None:
        return Outline(branch, anchored, (), None, items, end)
    return Outline(branch, anchored, items[:at], items[at], items[at + 1 :], end)


def is_at_sign(node: Node) -> bool:
    """Whether a node is the @ and nothing else."""
    if isinstance(node, Set):
        return not node.negated and list(node.members) == [_AT_SIGN]
    return isinstance(node, Char) and node.code == ord("@")


def spellings(nodes: Sequence[Node]) -> Sequence[str]:
    """Return all texts the nodes stand for, in lower case; none where they are not few and certain."""
    found = [""]
    for node in nodes:
        parts = _spelled(node)
        if len(found) * len(parts) > MAX_SPELLINGS:
            return ()
        found = [before + after for before, after in product(found, parts)]
    return found


def _spelled(node: Node) -> Sequence[str]:
    match node:
        case Char(code=code):
            return [chr(code).lower()]
        case Set(members=[Range(low=low, high=high)], negated=False) if low == high:
            return [chr(low).lower()]
        case Group(kind=GroupKind.CAPTURE | GroupKind.PLAIN, branches=branches):
            parts = [spellings(branch.items) for branch in branches]
            return [text for part in parts for text in part] if all(parts) else ()
        case Repeat(item=item, low=0, high=1):
            inner = _spelled(item)
            return [*inner, ""] if inner else ()
        case Repeat(item=item, low=low, high=high) if low == high:
            return spellings([item] * low) if low <= MAX_SPELLINGS else ()
    return ()


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains an alternative names: these, these and what is below them, or only what is below them."""

    names: Sequence[str]
    itself: bool = True
    below: bool = False


def domains(parts: Outline) -> Domains | None:
    """Return the domains an alternative names, or None where it does not name them one by one."""
    nodes = list(parts.domain)
    if names := spellings(nodes):
        return Domains(names) if nodes else None
    if nodes and _is_labels(nodes[0]) and (names := spellings(nodes[1:])):
        if all(name.startswith(".") and len(name) > 1 for name in names):
            return Domains([name[1:] for name in names], itself=False, below=True)
        return None
    if nodes and _is_optional_labels(nodes[0]) and (names := spellings(nodes[1:])):
        return Domains(names, below=True)
    return None


def _is_optional_labels(node: Node) -> bool:
    """Whether a node is something like `(?:.*\\.)?` or `([-\\w]+\\.)*`: labels of subdomains, or none."""
    if not isinstance(node, Repeat) or node.low != 0 or not isinstance(node.item, Group):
        return False
    if node.item.kind.looks or len(node.item.branches) != 1:
        return False
    items = node.item.branches[0].items
    return len(items) == 2 and _is_labels(items[0]) and spellings(items[1:]) == ["."]


def _is_labels(node: Node) -> bool:
    """Whether a node takes any label: a repeated dot, or a set that holds at least the letters."""
    if not isinstance(node, Repeat) or node.high is not None or node.low > 1:
        return False
    return isinstance(node.item, Dot) or (isinstance(node.item, Set) and takes_letters(node.item))


def takes_letters(node: Set) -> bool:
    """Whether a set holds all letters and digits, as far as can be seen at once."""
    if node.negated:
        return all(_is_no_word(member) for member in node.members)
    return any(_holds_words(member) for member in node.members)


def _is_no_word(member: Range | Kind) -> bool:
    if isinstance(member, Range):
        return not any(chr(code).isalnum() for code in range(member.low, min(member.high, member.low + 128) + 1))
    return member.name in {"s", "h", "v", "space", "blank", "cntrl"} and not member.negated


def _holds_words(member: Range | Kind) -> bool:
    if isinstance(member, Range):
        return False
    return member.name in {"w", "word"} if not member.negated else member.name in {"s", "h", "v", "space", "blank"}
