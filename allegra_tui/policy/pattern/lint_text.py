"""Findings that can be read off a pattern's text. Each check takes the pattern and yields what it finds."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from allegra_tui.policy.pattern.finding import Finding, Severity, replaced
from allegra_tui.policy.pattern.mend import BLANKS, stripped
from allegra_tui.policy.pattern.outline import Outline, outline, spellings
from allegra_tui.policy.pattern.repair import with_a_labels, without_quotes
from allegra_tui.policy.pattern.rule import Pattern
from allegra_tui.policy.pattern.tree import (
    Anchor,
    At,
    Branch,
    Char,
    Dot,
    Kind,
    Node,
    Range,
    Repeat,
    Set,
    walk,
)
from allegra_tui.policy.pattern.width import width

_MEANT_LOWER = {"A", "E", "F", "N", "R", "T"}
_SHORT_LABEL = 4


def check_text(pattern: Pattern) -> Iterator[Finding]:
    """Yield what the text of the pattern, as written, gives reason to say."""
    for check in (
        _unknown_escapes,
        _edge_blanks,
        _inner_blanks,
        _bare_dots,
        _open_end,
        _no_at_sign,
        _short_last_label,
        _long_local_part,
        _not_ascii,
        _last_newline,
        _case,
    ):
        yield from check(pattern)


def outlines(pattern: Pattern) -> Sequence[Outline]:
    """Take the alternatives of the pattern as written apart, without blanks at their edges."""
    return [outline(stripped(pattern.source, branch)) for branch in pattern.written.branches]


def _warning(
    lint: str, message: str, span: tuple[int, int], fix: str | None = None, severity: Severity = Severity.WARNING
) -> Finding:
    return Finding(lint, severity, message, *span, fix)


def _unknown_escapes(pattern: Pattern) -> Iterator[Finding]:
    for oddity in pattern.written.oddities:
        letter = pattern.source[oddity.end - 1]
        span = oddity.start, oddity.end
        if oddity.lint == "P02" and letter in "QLUF":
            message = rf"\{letter} works in Perl programs only; here it is the letter {letter}"
            yield _warning("P18", message, span, without_quotes(pattern.source))
        elif oddity.lint == "P02":
            meant = f"\\{letter.lower()}" if letter in _MEANT_LOWER else letter
            message = rf"\{letter} means nothing, so it is the letter {letter}; probably {meant} was meant"
            yield _warning("P02", message, span, _repaired(pattern, [(*span, meant)]))


def _repaired(pattern: Pattern, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return the pattern with the edits, or for a known misprint what is used in its place anyway."""
    return pattern.used if pattern.misprint else replaced(pattern.source, edits)


def _edge_blanks(pattern: Pattern) -> Iterator[Finding]:
    branches = pattern.written.branches
    for before, after in pairwise(branches):
        start = stripped(pattern.source, before).end
        end = stripped(pattern.source, after).start
        if end - start > 1:
            message = "Perl would ask for these blanks; beside a bar they are left out here"
            yield _warning("P04", message, (start, end), pattern.used)


def _inner_blanks(pattern: Pattern) -> Iterator[Finding]:
    for node in walk([part.branch for part in outlines(pattern)]):
        if isinstance(node, Char) and pattern.source[node.start : node.end] in BLANKS:
            span = node.start, node.end
            yield _warning("P05", "No address holds a blank", span, replaced(pattern.source, [(*span, "")]))


def _bare_dots(pattern: Pattern) -> Iterator[Finding]:
    dots = [
        dot
        for branch in walk(pattern.written.branches)
        if isinstance(branch, Branch)
        for before, dot, after in zip(branch.items, branch.items[1:], branch.items[2:], strict=False)
        if isinstance(dot, Dot) and _is_letter(before) and _is_letter(after)
    ]
    fix = replaced(pattern.source, [(dot.start, dot.end, r"\.") for dot in dots])
    for dot in dots:
        yield _warning("P06", r"A bare dot stands for any character; \. is the dot itself", (dot.start, dot.end), fix)


def _is_letter(node: Node) -> bool:
    return isinstance(node, Char) and chr(node.code).isalnum()


def _open_end(pattern: Pattern) -> Iterator[Finding]:
    for part in outlines(pattern):
        if part.end is None:
            message = "Nothing asks for the end: Perl would take …evil.org after this. Here the end is asked for anyway"
            span = part.branch.start, part.branch.end
            yield _warning("P07", message, span, rf"(?:{pattern.used})\z", Severity.INFO)
            return


def _no_at_sign(pattern: Pattern) -> Iterator[Finding]:
    for part in outlines(pattern):
        if part.at is None and not any(_names_at_sign(node) for node in walk([part.branch])):
            start = part.branch.start
            message = "This alternative names no @, so it is about the end of the domain from its beginning on"
            fix = None if part.anchored else replaced(pattern.source, [(start, start, "@")])
            yield _warning("P08", message, (start, part.branch.end), fix)


def _names_at_sign(node: Node) -> bool:
    if isinstance(node, Set) and not node.negated:
        return any(isinstance(member, Range) and member.low <= ord("@") <= member.high for member in node.members)
    return isinstance(node, Char) and node.code == ord("@")


def _short_last_label(pattern: Pattern) -> Iterator[Finding]:
    for part in outlines(pattern):
        if len(part.domain) < 2:
            continue
        dot, last = part.domain[-2:]
        if isinstance(last, Repeat) and last.high and last.low < last.high <= _SHORT_LABEL and _is_dot(dot):
            span = last.item.end, last.end
            fix = _repaired(pattern, [(*span, f"{{{last.low},}}")])
            yield _warning("P11", f"This shuts out .info and .museum: {last.high} characters at most", span, fix)


def _is_dot(node: Node) -> bool:
    return isinstance(node, Char) and node.code == ord(".")


def _long_local_part(pattern: Pattern) -> Iterator[Finding]:
    for part in outlines(pattern):
        if not part.local or spellings(part.local) or sum(width(node)[0] for node in part.local) < 2:
            continue
        start, end = part.local[0].start, part.local[-1].end
        fix = None
        if pattern.misprint:
            fix = pattern.used
        elif pattern.source[end - 1] == "+" and isinstance(part.local[-1], Repeat) and part.local[-1].low == 1:
            fix = replaced(pattern.source, [(end - 1, end, "*")])
        yield _warning("P15", "Names of one letter, such as a@…, are shut out", (start, end), fix)


def _not_ascii(pattern: Pattern) -> Iterator[Finding]:
    for node in walk(pattern.written.branches):
        codes = _codes(node)
        if any(code > 127 for code in codes):
            message = "Addresses are compared as mail carries them, in plain letters (xn--…); this never occurs"
            yield _warning("P16", message, (node.start, node.end), with_a_labels(pattern.source))
            return


def _codes(node: Node) -> Sequence[int]:
    if isinstance(node, Char):
        return [node.code]
    if isinstance(node, Set):
        return [member.low for member in node.members if not isinstance(member, Kind)]
    return ()


def _last_newline(pattern: Pattern) -> Iterator[Finding]:
    for node in walk(pattern.written.branches):
        if isinstance(node, Anchor) and node.at is At.LAST_LINE_END:
            span = node.start, node.end
            message = r"This also allows a newline at the end, which no address has; \z is the end itself"
            fix = replaced(pattern.source, [(*span, r"\z")])
            yield _warning("P17", message, span, fix, Severity.INFO)


def _case(pattern: Pattern) -> Iterator[Finding]:
    for oddity in pattern.written.oddities:
        if oddity.lint == "P19":
            span = oddity.start, oddity.end
            text = pattern.source[oddity.start : oddity.end]
            new = {"(?-i)": "", "(?^)": "", "(?-i:": "(?:", "(?^:": "(?:"}.get(text)
            fix = None if new is None else replaced(pattern.source, [(*span, new)])
            yield _warning("P19", "Case is never told apart in addresses; leave this out", span, fix)
    capitals = [node for node in walk(pattern.written.branches) if _is_capital(pattern, node)]
    if capitals:
        edits = [(node.start, node.end, pattern.source[node.start].lower()) for node in capitals]
        span = capitals[0].start, capitals[0].end
        yield _warning("P19", "Capitals mean nothing: case is ignored", span, replaced(pattern.source, edits))


def _is_capital(pattern: Pattern, node: Node) -> bool:
    text = pattern.source[node.start : node.end]
    return isinstance(node, Char) and len(text) == 1 and text.isupper()
