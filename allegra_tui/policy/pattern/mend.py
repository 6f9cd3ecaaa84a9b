"""What is taken for the pattern as written: blanks that mean nothing dropped, known misprints repaired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.parse import parse
from allegra_tui.policy.pattern.tree import Branch, Char, Node, Tree

BLANKS = " \t\r\n"

_EVERYBODY = r"[^@ \t]@[-.\w]+\.\w{2,}"
REPAIRED = {
    r"[^@\T]@bosch\.com": r"[^@ \t]@bosch\.com",
    r"[^@\T]@t-online\.de|[^@\t]@computer\.org": r"[^@ \t]@t-online\.de|[^@ \t]@computer\.org",
    r"\W[-.\W]+\@[-.\W]+\.\W{2,3}": _EVERYBODY,
    r"\w[-.\w]+\@[-.\w]+\.\w{2,3}": _EVERYBODY,
}
"""The examples that Allegra's manual prints, and what the third was before it was misprinted."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What a pattern is used as: its tree, its text, and in words where that is not what was written."""

    tree: Tree
    used: str
    notices: Sequence[str]


def mend(written: Tree) -> Mended:
    """Return what is used in place of the pattern as written. Raises PatternError for an empty alternative.

    Blanks around the pattern and beside top-level bars are dropped. Where `x` is in force they are no part of the
    tree anyway, and a quantified or escaped one is no bare blank.
    """
    source = written.source
    branches = [stripped(source, branch) for branch in written.branches]
    for branch in branches:
        if not branch.items:
            message = "An empty alternative would match everything; remove the extra bar"
            fix = "|".join(source[other.start : other.end] for other in branches if other.items)
            raise PatternError(message, branch.start, "P10", fix or None)
    used = "|".join(source[branch.start : branch.end] for branch in branches)
    if repaired := REPAIRED.get(used):
        notice = f"This is an example from a manual that printed it wrongly; {repaired} is used instead."
        return Mended(parse(repaired), repaired, [notice])
    notices = []
    if used != source[branches[0].start : branches[-1].end]:
        notices.append("Blanks beside a bar are left out.")
    return Mended(replace(written, branches=branches), used, notices)


def stripped(source: str, branch: Branch) -> Branch:
    """Return an alternative without the bare blanks at its edges."""
    items = list(branch.items)
    start, end = branch.start, branch.end
    while items and _is_blank(source, items[0]) and items[0].start == start:
        start = items.pop(0).end
    while items and _is_blank(source, items[-1]) and items[-1].end == end:
        end = items.pop().start
    return Branch(start, end, tuple(items))


def _is_blank(source: str, node: Node) -> bool:
    return isinstance(node, Char) and source[node.start : node.end] in BLANKS
