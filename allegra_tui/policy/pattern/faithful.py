"""Refuses what the engine would answer differently from Perl, or what Perl refuses once it knows the widths.

Each rule here stands for a difference that was seen between perl 5.36 and the engine.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Backref,
    Branch,
    Call,
    Char,
    Conditional,
    Group,
    GroupKind,
    Kind,
    Member,
    Mode,
    Node,
    Range,
    Repeat,
    Set,
    Tree,
    children,
    walk,
)
from allegra_tui.policy.pattern.width import is_lookbehind, varies, width

MAX_LOOKBEHIND = 255
"""Perl's own limit, in characters."""

MAX_ASCII = 127
_DOUBLES = {"\u017f": "s", "\u212a": "k"}
"""Long s and Kelvin sign: the characters outside ASCII whose other case is in it."""

Path = Sequence[Node]


def check_faithful(tree: Tree) -> None:
    """Raise PatternError for a pattern whose meaning could not be kept."""
    paths = _capture_paths(tree)
    for path in _paths(tree.branches, ()):
        node = path[-1]
        if isinstance(node, Group) and is_lookbehind(node):
            _check_lookbehind(node)
        elif isinstance(node, Group) and node.kind is GroupKind.AHEAD:
            _check_lookahead(path, node)
        elif isinstance(node, Conditional) and isinstance(node.test, Group):
            _check_looking_condition(path, node, node.test)
        elif isinstance(node, Backref):
            _check_reference(tree, paths, path, node.target)
        elif isinstance(node, Conditional) and isinstance(node.test, int | str):
            _check_reference(tree, paths, path, node.test)
        elif isinstance(node, Call):
            _check_call(tree, paths, node)


def check_folding(tree: Tree) -> None:
    """Raise PatternError for letters outside ASCII that are the same as plain ones where case is ignored.

    Perl finds a long s in "bosch", and ß in "strasse"; in an address neither can have been meant.
    """
    for node in walk(tree.branches):
        if isinstance(node, Char) and node.fold:
            _check_folding(node, Range(node.code, node.code))
        elif isinstance(node, Set) and node.fold:
            for member in node.members:
                _check_folding(node, member)


def _paths(nodes: Sequence[Node], above: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """Return for every node the way to it from the top, itself last."""
    found = []
    for node in nodes:
        path = (*above, node)
        found.append(path)
        found += _paths(children(node), path)
    return found


def _capture_paths(tree: Tree) -> Mapping[int, Sequence[Path]]:
    paths: dict[int, list[Path]] = {}
    for path in _paths(tree.branches, ()):
        node = path[-1]
        if isinstance(node, Group) and node.number:
            paths.setdefault(node.number, []).append(path)
    return paths


def _check_lookahead(path: Path, node: Group) -> None:
    """Refuse a look-ahead that can do without text, where a match may begin.

    It misleads perl 5.36 about the character a match begins with: `(?=x*)ab` does not find `ab`.
    """
    if any(width(branch)[0] == 0 and varies(branch) for branch in node.branches) and _leads(path):
        raise PatternError("Perl itself goes wrong on a look-ahead for nothing, first in a pattern", node.start)


def _leads(path: Path) -> bool:
    """Whether a match can begin with the last node of the path."""
    for node, below in pairwise(path):
        for item in node.items if isinstance(node, Branch) else ():
            if item is below:
                break
            if width(item)[0] > 0 or (isinstance(item, Anchor) and item.at is At.TEXT_START):
                return False
    return True


def _check_looking_condition(path: Path, node: Conditional, test: Group) -> None:
    """Refuse what keeps a condition from being written as two alternatives, or misleads Perl as above."""
    if any(isinstance(above, Repeat) for above in path):
        raise PatternError("Perl itself goes wrong on a repeated condition", node.start)
    if any(isinstance(part, Group) and part.number for part in walk([test])):
        raise PatternError("A condition must not capture; write (?:…)", test.start)
    if width(node)[0] == 0:
        raise PatternError("Perl itself goes wrong on a condition with an alternative for nothing", node.start)


def _check_folding(node: Node, member: Member) -> None:
    if isinstance(member, Kind):
        return
    folded = chr(member.low).casefold()
    odd = member.low == member.high > MAX_ASCII and (len(folded) > 1 or folded.isascii())
    if odd or any(ord(plain) < member.low <= ord(double) <= member.high for double, plain in _DOUBLES.items()):
        message = "This letter stands for plain ones where case is ignored; write those, or the domain as xn--…"
        raise PatternError(message, node.start, "P16")


def _check_lookbehind(node: Group) -> None:
    most = max((width(branch)[1] or 0 for branch in node.branches), default=0)
    if any(width(branch)[1] is None for branch in node.branches) or most > MAX_LOOKBEHIND:
        raise PatternError(f"A look-behind must not reach back more than {MAX_LOOKBEHIND} characters", node.start)
    for part in walk(node.branches):
        atomic = isinstance(part, Group) and part.kind is GroupKind.ATOMIC
        possessive = isinstance(part, Repeat) and part.mode is Mode.POSSESSIVE
        if isinstance(part, Backref | Call | Conditional) or atomic or possessive:
            raise PatternError("This is not known inside a look-behind", part.start)


def _check_reference(tree: Tree, captures: Mapping[int, Sequence[Path]], reference: Path, target: int | str) -> None:
    """Refuse a reference to text that Perl and the engine remember differently.

    That is what a negative look-around or a look-behind captured, and what a repeated part captured in an earlier
    round but not in its last.
    """
    for number in tree.numbers(target):
        for capture in captures[number]:
            if isinstance(reference[-1], Conditional) and capture[-1] in reference:
                raise PatternError("A condition cannot ask for the group it stands in", reference[-1].start)
            for above, node in enumerate(capture):
                if isinstance(node, Group) and _forgets(node) and node not in reference:
                    raise PatternError("What a look-around captured cannot be referred to here", reference[-1].start)
                if isinstance(node, Repeat) and node.high != 1 and not _certain(capture[above + 1 :]):
                    message = "This group may hold text of an earlier round; Perl gives no clear answer to that"
                    raise PatternError(message, reference[-1].start)


def _forgets(node: Group) -> bool:
    return node.kind in {GroupKind.NOT_AHEAD, GroupKind.BEHIND, GroupKind.NOT_BEHIND}


def _certain(path: Path) -> bool:
    """Whether every round passes along this path."""
    for node in path:
        if isinstance(node, Repeat) and node.low == 0:
            return False
        chosen = isinstance(node, Group) and len(node.branches) > 1 and node is not path[-1]
        if chosen or isinstance(node, Conditional):
            return False
    return True


def _check_call(tree: Tree, captures: Mapping[int, Sequence[Path]], node: Call) -> None:
    number = tree.numbers(node.target)[0]
    if len(captures[number]) > 1:
        raise PatternError(f"There are several groups {number}", node.start)
    if number in _first_calls(tree, captures, number, set()):
        raise PatternError("This group can call itself without taking any text, so it would never end", node.start)


def _first_calls(tree: Tree, captures: Mapping[int, Sequence[Path]], number: int, seen: set[int]) -> set[int]:
    """Return the groups that a group may call before it has taken any text."""
    for target in _leading_calls(captures[number][0][-1]):
        for called in tree.numbers(target)[:1]:
            if called not in seen:
                seen.add(called)
                _first_calls(tree, captures, called, seen)
    return seen


def _leading_calls(node: Node) -> list[int | str]:
    """Return the targets of the calls that can come first in a node."""
    if isinstance(node, Call):
        return [node.target]
    if not isinstance(node, Branch):
        return [target for part in children(node) for target in _leading_calls(part)]
    found: list[int | str] = []
    for item in node.items:
        found += _leading_calls(item)
        if width(item)[0] > 0:
            break
    return found
