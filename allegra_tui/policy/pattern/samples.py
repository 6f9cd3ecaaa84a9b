"""Addresses to try a pattern on: made from its own pieces, foreign ones, and ones that make a search slow.

What is made from a pattern is a guess that ignores look-around; whether it is accepted has to be asked.
"""

from collections.abc import Sequence

import regex

from allegra_tui import address
from allegra_tui.model.mail import Address
from allegra_tui.policy.pattern.emit import emit_node
from allegra_tui.policy.pattern.tree import (
    Backref,
    Branch,
    Char,
    Conditional,
    Dot,
    Group,
    Node,
    Repeat,
    Set,
    Tree,
    walk,
)

FOREIGN = tuple(
    address.parse(text)
    for text in (
        "a@example.org",
        "anna.meier@mail.example.net",
        "info@kaufhaus-nord.de",
        "x@post.co.uk",
        "office@museum.info",
        "j_smith+x@4you.com",
    )
)
"""Senders that a pattern for certain domains has no reason to accept."""

SLOW = tuple(
    Address(local=local, domain=domain)
    for local, domain in (
        ("a" * 60, "a" * 60 + ".aa"),
        ("a.a" * 20, ".".join(["aa"] * 60)),
        ("ab" * 30, "ab" * 30 + "-.x"),
    )
)
"""Texts on which a search that tries too many ways shows it."""

_ROUNDS = 6
_MAX_LENGTH = 120
_ALPHABETS = ("abc0.-_", "ba0._-", "0ab-._", "xyz9@", "-a.0", "._ab")


def own_samples(tree: Tree) -> Sequence[Address]:
    """Return clean addresses made from the pattern's own pieces."""
    found: dict[str, Address] = {}
    for branch in tree.branches:
        for round_ in range(_ROUNDS):
            text = _Sampler(tree, round_).text(branch)
            for candidate in (text, f"x{text}", f"x.y{text}", f"x@{text}", f"x@y{text}"):
                try:
                    sample = address.parse(candidate)
                except address.AddressError:
                    continue
                found.setdefault(str(sample), sample)
    return list(found.values())


class _Sampler:
    """Spells a pattern's pieces out, in another way in each round."""

    def __init__(self, tree: Tree, round_: int) -> None:
        self._tree = tree
        self._round = round_
        self._captures = {node.number: node for node in walk(tree.branches) if isinstance(node, Group) and node.number}

    def text(self, node: Node, depth: int = 0) -> str:
        match node:
            case Char(code=code):
                return chr(code).lower()
            case Dot():
                return "a"
            case Set():
                return self._member(node)
            case Branch(items=items):
                return "".join(self.text(item, depth) for item in items)[:_MAX_LENGTH]
            case Group(kind=kind, branches=branches):
                return "" if kind.looks else self.text(branches[self._round % len(branches)], depth)
            case Repeat(item=item, low=low, high=high):
                more = self._round % 3 if high is None else min(self._round % 3, max(high - low, 0))
                return self.text(item, depth) * min(low + more, _MAX_LENGTH)
            case Backref(target=target) if depth < 2:
                numbers = self._tree.numbers(target)
                return self.text(self._captures[numbers[0]], depth + 1)
            case Conditional(yes=yes, no=no):
                return self.text(no if no and self._round % 2 else yes, depth)
        return ""

    def _member(self, node: Set) -> str:
        one = regex.compile(f"(?i:{emit_node(self._tree, node)})", regex.V1 | regex.ASCII)
        return next((char for char in _ALPHABETS[self._round % len(_ALPHABETS)] if one.fullmatch(char)), "a")
