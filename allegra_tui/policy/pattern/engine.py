"""The one place that hands patterns to the engine."""

from collections.abc import Sequence
from typing import TypeAlias

import regex

from allegra_tui.policy.pattern.emit import emit, emit_node
from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.tree import NO_TREE, Dot, Node, Set, Tree

ADDRESS_SECONDS = 0.25
"""Time limit of one match."""

Compiled: TypeAlias = regex.Pattern[str]
Found: TypeAlias = regex.Match[str]


def compile_rule(tree: Tree) -> Compiled:
    """Compile a pattern that has to match up to the end of an address."""
    return _compile(f"(?i:{emit(tree)})\\Z", regex.ASCII)


def compile_nodes(nodes: Sequence[Node]) -> Compiled:
    """Compile a part of a pattern that refers to no group."""
    return _compile(f"(?i:{''.join(emit_node(NO_TREE, node) for node in nodes)})", regex.ASCII)


def compile_plain(tree: Tree) -> Compiled:
    """Compile a pattern for a search in ASCII text."""
    return _compile(f"(?i:{emit(tree)})", regex.ASCII)


def compile_wide(tree: Tree) -> Compiled:
    """Compile a pattern for a search in any text."""
    return _compile(emit(tree), regex.UNICODE | regex.IGNORECASE)


def takes_all(node: Dot | Set, characters: str) -> bool:
    """Say whether a class, or a dot, takes each of these characters."""
    one = compile_nodes([node])
    return all(one.fullmatch(character) for character in characters)


def find(rule: Compiled, address: str, seconds: float = ADDRESS_SECONDS) -> Found | None:
    """Return the match by which a rule accepts an address. Raises TimeoutError."""
    found = rule.search(address, timeout=seconds)
    return found if found is not None and covers(found, address) else None


def covers(found: Found, address: str) -> bool:
    """Whether a match of a rule takes in the whole domain: it begins at the domain's first character or before.

    The engine finds the earliest beginning from which the end can be reached, so that its first answer decides.
    """
    return bool(found.start() <= address.rfind("@") + 1)


def _compile(translated: str, flags: int) -> Compiled:
    # For ASCII the flag that ignores case is in the pattern: given from outside, the engine's test for the first
    # character of a match goes wrong where case is ignored in some places and not in others.
    try:
        return regex.compile(translated, regex.V1 | flags)
    except (RecursionError, OverflowError, MemoryError) as error:
        raise PatternError("The pattern takes too much memory to compile", None, "P14") from error
    except regex.error as error:
        raise PatternError(f"The engine refuses this pattern: {error}") from error
