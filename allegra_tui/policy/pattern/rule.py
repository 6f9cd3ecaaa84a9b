"""The rule: whether a pattern accepts an address, and what Perl's plain search says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import regex

from allegra_tui.address import AddressError, parse
from allegra_tui.model.mail import Address
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern.error import PatternError

ADDRESS_SECONDS = 0.25
"""Time limit of one match."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A usable pattern: `source` as written, `used` what it is taken for (Perl syntax), `notices` why they differ."""

    source: str
    used: str
    notices: Sequence[str]
    rule: "regex.Pattern[str]" = field(repr=False)
    """Compiled to match up to the end of an address."""
    search: "regex.Pattern[str]" = field(repr=False)
    """Compiled from the pattern as written."""


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
    used = source.strip(" \t\r\n")
    if not used:
        return None
    flags = regex.V1 | regex.ASCII | regex.IGNORECASE
    try:
        return Pattern(source, used, (), regex.compile(rf"(?:{used})\Z", flags), regex.compile(source, flags))
    except regex.error as error:
        raise PatternError(str(error), error.pos) from error


def accepts(pattern: Pattern | None, address: Address) -> Match:
    """Say whether the pattern accepts the address: a match reaches its end and begins at or before the domain."""
    if pattern is None:
        return Match(accepted=True, reason=None, detail="No pattern is set: every domain is allowed.")
    text = str(address)
    try:
        found = pattern.rule.search(text, timeout=ADDRESS_SECONDS)
    except TimeoutError:
        return Match(
            accepted=False,
            reason=Reason.PATTERN_TIMEOUT,
            detail="The pattern took too long on this address.",
        )
    if found is None or found.start() > text.rindex("@") + 1:
        return Match(accepted=False, reason=Reason.PATTERN, detail=f"The pattern {pattern.used} does not match.")
    groups = [found.span(number) if found.start(number) >= 0 else None for number in range(1, found.re.groups + 1)]
    return Match(accepted=True, reason=None, detail="The pattern matches.", span=found.span(), groups=groups)


def check(pattern: Pattern | None, text: str) -> Match:
    """Return both verdicts on a text somebody typed: as Perl searches it, and as the rule takes it."""
    matched = None if pattern is None else perl_search(pattern, text)
    try:
        address = parse(text)
    except AddressError as error:
        return Match(accepted=False, reason=error.reason, detail=str(error), matched=matched)
    return replace(accepts(pattern, address), matched=matched)


def perl_search(pattern: Pattern, text: str) -> bool | None:
    """Say what Perl 5's unanchored search with the pattern as written finds, ignoring case; None out of time."""
    try:
        return pattern.search.search(text, timeout=ADDRESS_SECONDS) is not None
    except TimeoutError:
        return None
