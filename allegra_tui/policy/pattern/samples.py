"""Addresses to try a pattern on: made from its own pieces, foreign ones, and ones that make a search slow.

What is made from a pattern is a guess that ignores look-around; whether it is accepted has to be asked.
"""

from collections.abc import Sequence
from contextlib import suppress

from allegra_tui import address
from allegra_tui.model.mail import Address
from allegra_tui.policy.pattern.engine import takes_all
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

FOREIGN = ("example.org", "mail.example.net", "kaufhaus-nord.de", "post.co.uk", "museum.info", "4you.com")
"""Domains that a pattern for certain ones has no reason to accept."""

LOCALS = ("a", "anna.meier", "j_smith+x")
"""Parts before the @ to try with a domain."""

SLOW = tuple(
    Address(local=local, domain=domain)
    for local, domain in (
        ("a" * 60, "a" * 60 + ".com"),
        ("a.a" * 20, ".".join(["aa"] * 60)),
        ("ab" * 30, "ab" * 30 + "-.x"),
    )
)
"""Texts on which a search that tries too many ways shows it."""

_ROUNDS = 6
_MAX_WORDS = 20
_MAX_LENGTH = 120
_ALPHABETS = ("abc0.-_", "ba0._-", "0ab-._", "xyz9@", "-a.0", "._ab")


def own_samples(tree: Tree) -> Sequence[Address]:
    """Return clean addresses made from the pattern's own pieces."""
    texts = [_Sampler(tree, round_).text(branch) for branch in tree.branches for round_ in range(_ROUNDS)]
    texts += [f"@{word}{end}" for word in _words(tree) for end in ("", ".com")]
    found: dict[str, Address] = {}
    for text in texts:
        for candidate in (text, f"x{text}", f"x.y{text}", f"x@{text}", f"x@y{text}"):
            with suppress(address.AddressError):
                sample = address.parse(candidate)
                found.setdefault(str(sample), sample)
    return list(found.values())


def _words(tree: Tree) -> Sequence[str]:
    """Return the literal texts in the pattern, those inside look-around too."""
    found = []
    for branch in walk(tree.branches):
        if isinstance(branch, Branch):
            text = "".join(chr(item.code).lower() if isinstance(item, Char) else " " for item in branch.items)
            found += [word.strip("@.") for word in text.split()]
    return [word for word in dict.fromkeys(found) if word][:_MAX_WORDS]


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
                return "a.-"[self._round % 3]
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
        alphabet = _ALPHABETS[self._round % len(_ALPHABETS)]
        return next((character for character in alphabet if takes_all(node, character)), "a")
