"""Refuses what the engine would answer differently from Perl, or what Perl refuses once it knows the widths.

Each rule here stands for a difference that was seen between perl 5.36 and the engine.
"""

from collections.abc import Mapping, Sequence

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.tree import (
    Backref,
    Branch,
    Call,
    Char,
    Conditional,
    Group,
    GroupKind,
    Mode,
    Node,
    Repeat,
    Tree,
    children,
    walk,
)
from allegra_tui.policy.pattern.width import is_lookbehind, varies, width

MAX_LOOKBEHIND = 255
"""Perl's own limit, in characters."""

Path = Sequence[Node]


def check_faithful(tree: Tree) -> None:
    """Raise PatternError for a pattern whose meaning could not be kept."""
    paths = _capture_paths(tree)
    for path in _paths(tree.branches, ()):
        node = path[-1]
        if isinstance(node, Char):
            _check_folding(node)
        elif isinstance(node, Group) and is_lookbehind(node):
            _check_lookbehind(node)
        elif isinstance(node, Backref):
            _check_reference(tree, paths, path, node.target)
        elif isinstance(node, Conditional) and isinstance(node.test, int | str):
            _check_reference(tree, paths, path, node.test)
        elif isinstance(node, Call):
            _check_call(tree, paths, node)


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


def _check_folding(node: Char) -> None:
    if node.fold and len(chr(node.code).casefold()) > 1:
        message = "This letter stands for two where case is ignored; write the domain as xn--…, as mail carries it"
        raise PatternError(message, node.start, "P16")


def _check_lookbehind(node: Group) -> None:
    most = max((width(branch)[1] or 0 for branch in node.branches), default=0)
    if any(width(branch)[1] is None for branch in node.branches) or most > MAX_LOOKBEHIND:
        raise PatternError(f"A look-behind must not reach back more than {MAX_LOOKBEHIND} characters", node.start)
    for part in walk(node.branches):
        atomic = isinstance(part, Group) and part.kind is GroupKind.ATOMIC
        possessive = isinstance(part, Repeat) and part.mode is Mode.POSSESSIVE
        if isinstance(part, Backref | Call) or ((atomic or possessive) and varies(part)):
            raise PatternError("This is not known inside a look-behind", part.start)


def _check_reference(tree: Tree, captures: Mapping[int, Sequence[Path]], reference: Path, target: int | str) -> None:
    """Refuse a reference to text that Perl and the engine remember differently.

    That is what a negative look-around or a look-behind captured, and what a repeated part captured in an earlier
    round but not in its last.
    """
    for number in tree.numbers(target):
        for capture in captures[number]:
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
        if isinstance(node, Conditional) or (
            isinstance(node, Group) and len(node.branches) > 1 and node is not path[-1]
        ):
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
