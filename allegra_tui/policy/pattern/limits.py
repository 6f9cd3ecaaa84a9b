"""Limits on what is compiled at all: the engine unrolls repeats and puts no bound on its own time and memory.

Measured: within them a compilation stays below 0.1 s and 50 MB.
"""

from collections.abc import Sequence

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.tree import Group, Node, Repeat, Tree, children

MAX_CHARACTERS = 1000
MAX_GROUPS = 50
MAX_COUNT = 1000
MAX_REPEATED_GROUPS = 2000
MAX_REPEATED_NODES = 50_000


def check_length(source: str) -> None:
    """Raise PatternError for a pattern that is too long to be read."""
    if len(source) > MAX_CHARACTERS:
        raise _limit(f"The pattern has {len(source)} characters; {MAX_CHARACTERS} are allowed", MAX_CHARACTERS)


def check_size(tree: Tree) -> None:
    """Raise PatternError for a tree that takes too much time or memory to compile."""
    if tree.groups > MAX_GROUPS:
        raise _limit(f"The pattern has {tree.groups} groups; {MAX_GROUPS} are allowed, so write (?:…)", None)
    _check(tree.branches, 1, _Total())


class _Total:
    """What the parts looked at so far come to, each as often as it is repeated."""

    def __init__(self) -> None:
        self.groups = 0
        self.nodes = 0


def _check(nodes: Sequence[Node], times: int, total: _Total) -> None:
    for node in nodes:
        total.nodes += times
        if isinstance(node, Group):
            total.groups += times
        if total.nodes > MAX_REPEATED_NODES or (times > 1 and total.groups > MAX_REPEATED_GROUPS):
            raise _limit("Too much is repeated too often", node.start)
        inside = times
        if isinstance(node, Repeat):
            count = max(node.low, node.high or 1)
            if count > MAX_COUNT:
                raise _limit(f"The count {count} is above {MAX_COUNT}", node.item.end)
            inside = times * max(count, 1)
        _check(children(node), inside, total)


def _limit(message: str, position: int | None) -> PatternError:
    return PatternError(message, position, "P14")
