"""Perl patterns for a plain search in any text, such as a subject or a body."""

from dataclasses import dataclass, field

from allegra_tui.policy.pattern.engine import Compiled, compile_wide
from allegra_tui.policy.pattern.faithful import check_faithful
from allegra_tui.policy.pattern.limits import check_length, check_size
from allegra_tui.policy.pattern.mend import BLANKS, mend
from allegra_tui.policy.pattern.parse import parse
from allegra_tui.policy.pattern.tree import Tree


@dataclass(frozen=True, slots=True)
class Search:
    """A pattern that is searched anywhere in a text, ignoring case, as it is written."""

    source: str
    compiled: Compiled = field(repr=False)


def compile_search(source: str) -> Search | None:
    """Return the search, or None where `source` is empty or blank.

    Raises PatternError for a pattern that cannot be used, and for an empty alternative: it would find everything.
    """
    if not source.strip(BLANKS):
        return None
    written = read(source)
    mend(written)
    return Search(source, compile_wide(written))


def read(source: str) -> Tree:
    """Return a pattern as a tree that may be compiled. Raises PatternError for one that may not."""
    check_length(source)
    tree = parse(source)
    check_size(tree)
    check_faithful(tree)
    return tree
