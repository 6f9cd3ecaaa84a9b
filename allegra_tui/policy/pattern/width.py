"""How much text a part of a pattern takes."""

from collections.abc import Sequence

from allegra_tui.policy.pattern.tree import (
    Anchor,
    Backref,
    Branch,
    Call,
    Conditional,
    Group,
    GroupKind,
    Node,
    Repeat,
    Special,
    Token,
)

Width = tuple[int, int | None]
"""Least and greatest number of characters; None where there is no end to it."""

_UNKNOWN: Width = (0, None)


def width(node: Node) -> Width:
    """Return the least and the greatest number of characters a node takes."""
    match node:
        case Anchor():
            return 0, 0
        case Token(special=Special.FAIL):
            return 0, 0
        case Token(special=Special.LINE_BREAK):
            return 1, 2
        case Backref() | Call():
            return _UNKNOWN
        case Branch(items=items):
            return _sum([width(item) for item in items])
        case Group(kind=kind, branches=branches):
            return (0, 0) if kind.looks else _either([width(branch) for branch in branches])
        case Conditional(yes=yes, no=no):
            return _either([width(yes), width(no) if no else (0, 0)])
        case Repeat(item=item, low=low, high=high):
            least, most = width(item)
            return least * low, 0 if most == 0 else None if most is None or high is None else most * high
    return 1, 1


def varies(node: Node) -> bool:
    """Whether a node takes more text at one time than at another."""
    least, most = width(node)
    return least != most


def is_lookbehind(node: Node) -> bool:
    """Whether a node looks back."""
    return isinstance(node, Group) and node.kind in {GroupKind.BEHIND, GroupKind.NOT_BEHIND}


def _sum(widths: Sequence[Width]) -> Width:
    most: int | None = 0
    for _, high in widths:
        most = None if most is None or high is None else most + high
    return sum(low for low, _ in widths), most


def _either(widths: Sequence[Width]) -> Width:
    highs = [high for _, high in widths]
    return min(low for low, _ in widths), None if None in highs else max(high or 0 for high in highs)
