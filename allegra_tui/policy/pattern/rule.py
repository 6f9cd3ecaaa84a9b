"""The rule: whether a pattern accepts an address, and what Perl's plain search says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allegra_tui.address import AddressError
from allegra_tui.address import parse as parse_address
from allegra_tui.model.mail import Address
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern.contained import check_contained
from allegra_tui.policy.pattern.engine import (
    ADDRESS_SECONDS,
    Compiled,
    compile_plain,
    compile_rule,
    compile_wide,
    covers,
)
from allegra_tui.policy.pattern.faithful import check_folding
from allegra_tui.policy.pattern.mend import BLANKS, mend
from allegra_tui.policy.pattern.search import read
from allegra_tui.policy.pattern.tree import Tree
from allegra_tui.policy.pattern.typed import domain_could_match

EXPLAIN_SECONDS = 0.05

_TURKISH = {"\u0130", "\u0131"}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A usable pattern: `source` as written, `used` what it is taken for (Perl syntax), `notices` why they differ."""

    source: str
    used: str
    notices: Sequence[str]
    written: Tree = field(repr=False)
    """The pattern as written."""
    tree: Tree = field(repr=False)
    """What is used. Its places are places in `tree.source`: the text as written, or the repaired one."""
    rule: Compiled = field(repr=False)
    """Compiled to match up to the end of an address."""
    plain: Compiled = field(repr=False)
    """Compiled as written, for Perl's plain search in ASCII text."""

    @property
    def misprint(self) -> bool:
        """Whether it is one of the known misprints, used in repaired form."""
        return self.tree.source != self.written.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The answer for one address. `span` and `groups` are places in the address; a group that took no part is None."""

    accepted: bool
    reason: Reason | None
    detail: str
    matched: bool | None = None
    """What Perl's plain search with the pattern as written says; None where it was not asked or ran out of time."""
    span: Span | None = None
    groups: Sequence[Span | None] = ()


def compile_pattern(source: str, *, contained: bool = False) -> Pattern | None:
    """Return the pattern, or None where `source` is empty or blank: no restriction.

    `contained` first compiles it in a child process with bounded memory and time: for patterns just entered.
    Raises PatternError for one that cannot be used.
    """
    if not source.strip(BLANKS):
        return None
    written = read(source)
    check_folding(written)
    mended = mend(written)
    if contained:
        check_contained(source)
    return Pattern(
        source,
        mended.used,
        mended.notices,
        written,
        mended.tree,
        compile_rule(mended.tree),
        compile_plain(written),
    )


def accepts(pattern: Pattern | None, address: Address) -> Match:
    """Say whether the pattern accepts the address.

    It does where a match reaches the end of the address and begins at or before the first character of the domain.
    """
    if pattern is None:
        return Match(accepted=True, reason=None, detail="No pattern is set: every domain is allowed.")
    text = str(address)
    try:
        found = pattern.rule.search(text, timeout=ADDRESS_SECONDS)
    except TimeoutError:
        detail = f"The pattern took more than {ADDRESS_SECONDS:g} s on this address."
        return Match(accepted=False, reason=Reason.PATTERN_TIMEOUT, detail=detail)
    if found is None:
        return Match(accepted=False, reason=Reason.PATTERN, detail=_no_match(pattern, text))
    if not covers(found, text):
        detail = f"The match begins inside the domain, at {text[found.start() :]}; it has to take in the whole domain."
        return Match(accepted=False, reason=Reason.PATTERN, detail=detail)
    spans = [found.span(number) for number in range(1, pattern.tree.groups + 1)]
    groups = [span if span[0] >= 0 else None for span in spans]
    detail = f"The pattern {pattern.used} matches up to the end."
    return Match(accepted=True, reason=None, detail=detail, span=found.span(), groups=groups)


def check(pattern: Pattern | None, text: str) -> Match:
    """Return both verdicts on a text somebody typed: as Perl searches it, and as the rule takes it."""
    matched = None if pattern is None else perl_search(pattern, text)
    try:
        address = parse_address(text)
    except AddressError as error:
        return Match(accepted=False, reason=error.reason, detail=str(error), matched=matched)
    return replace(accepts(pattern, address), matched=matched)


def perl_search(pattern: Pattern, text: str) -> bool | None:
    """Say what Perl 5's unanchored search with the pattern as written finds, ignoring case.

    None where it runs out of time, and for text with a dotless i or a dotted capital I: the engine takes them for
    an i, which Perl does not.
    """
    if _TURKISH & set(text):
        return None
    try:
        compiled = pattern.plain if text.isascii() else compile_wide(pattern.written)
        return compiled.search(text, timeout=ADDRESS_SECONDS) is not None
    except TimeoutError:
        return None


def could_match(pattern: Pattern | None, typed: str) -> bool:
    """Say whether an address that begins with `typed` could still be accepted; also where time runs out."""
    if pattern is None or typed.count("@") > 1:
        return pattern is None
    try:
        found = pattern.rule.search(typed, partial=True, timeout=ADDRESS_SECONDS)
        if found is None or ("@" in typed and not covers(found, typed)):
            return False
        return domain_could_match(pattern.tree, typed)
    except TimeoutError:
        return True


def _no_match(pattern: Pattern, text: str) -> str:
    """Tell why nothing matches up to the end."""
    try:
        found = None if pattern.misprint else pattern.plain.search(text, timeout=EXPLAIN_SECONDS)
    except TimeoutError:
        found = None
    if found is None:
        return f"The pattern {pattern.used} does not match."
    return f"The match ends before the address does: {text[found.end() :]} follows."
