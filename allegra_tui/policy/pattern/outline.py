"""What an alternative asks of an address: the part before the @, and the domain."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from allegra_tui.policy.pattern.engine import takes_all
from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Branch,
    Char,
    Dot,
    Group,
    GroupKind,
    Node,
    Range,
    Repeat,
    Set,
)

MAX_SPELLINGS = 16
LABEL = string.ascii_lowercase + string.digits + "-"
NAME = string.ascii_lowercase + string.digits + "#$&'*+/=?^_`{|}~-."
"""Characters of a domain's labels, and of the part before the @."""

_DOMAIN = {*LABEL, "."}
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
    first, *rest = parts.domain or [parts.branch]
    if names := _names(parts.domain):
        whole_address = parts.anchored and parts.at is None
        return None if whole_address else Domains(names)
    if _is_labels(first) and all(name.startswith(".") and name != "." for name in _names(rest)):
        names = [name[1:] for name in _names(rest)]
        return Domains(names, itself=False, below=True) if names else None
    if _is_optional_labels(first) and (names := _names(rest)):
        return Domains(names, below=True)
    return None


def _names(nodes: Sequence[Node]) -> Sequence[str]:
    """Return what the nodes spell, if that can be domains."""
    spelled = spellings(nodes) if nodes else ()
    return spelled if all(name and set(name) <= _DOMAIN for name in spelled) else ()


def _is_optional_labels(node: Node) -> bool:
    r"""Whether a node is something like `(?:.*\.)?` or `([-\w]+\.)*`: labels of subdomains, or none."""
    if not isinstance(node, Repeat) or node.low != 0 or not isinstance(node.item, Group):
        return False
    if node.item.kind.looks or len(node.item.branches) != 1:
        return False
    *labels, dot = node.item.branches[0].items or [node]
    once = node.high == 1
    if spellings([dot]) != ["."] or len(labels) != 1:
        return False
    return _is_labels(labels[0], dots=once) and (once or node.high is None)


def _is_labels(node: Node, *, dots: bool = True) -> bool:
    """Whether a node takes any label, with `dots` any number of them."""
    if not isinstance(node, Repeat) or node.high is not None or node.low > 1:
        return False
    return isinstance(node.item, Dot | Set) and takes_all(node.item, LABEL + "." if dots else LABEL)


def takes_any_domain(nodes: Sequence[Node]) -> bool:
    """Whether nodes are something like `.+` or `[-.\\w]+\\.\\w{2,}`."""
    if not nodes or not _is_labels(nodes[0]):
        return False
    if len(nodes) == 1:
        return True
    dot, *top = nodes[1:]
    return spellings([dot]) == ["."] and len(top) == 1 and _is_top_level(top[0])


def _is_top_level(node: Node) -> bool:
    if not isinstance(node, Repeat) or node.high is not None or node.low > 2:
        return False
    return isinstance(node.item, Dot | Set) and takes_all(node.item, string.ascii_lowercase)


def free_length(nodes: Sequence[Node], *, anchored: bool) -> int | None:
    """Return how long a name has to be that may be anything else; None where it may not be anything."""
    least = 0
    endless = False
    for node in nodes:
        item = node.item if isinstance(node, Repeat) else node
        if not isinstance(item, Dot | Set) or not takes_all(item, NAME):
            return None
        least += node.low if isinstance(node, Repeat) else 1
        endless = endless or (isinstance(node, Repeat) and node.high is None)
    return least if endless or not anchored else None
