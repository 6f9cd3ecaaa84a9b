"""A pattern looked at before it is stored: what it is taken for, and what it says of addresses.

Everything here may take its time and belongs into a thread; where a pattern is too slow for an address, that is the
address's verdict.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from allegra_tui.address import AddressError
from allegra_tui.address import parse as parse_address
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern import (
    Pattern,
    PatternError,
    build_pattern,
    check,
    compile_pattern,
    could_match,
    read_in_words,
)
from allegra_tui.policy.pattern.engine import ADDRESS_SECONDS
from allegra_tui.policy.pattern.tree import Group, GroupKind, walk
from allegra_tui.usecases.errors import Refused

ASK_SECONDS = 3.0
"""Time limit for all addresses together."""
_BETWEEN_DOMAINS = re.compile(r"[\s,;]+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Preset:
    """A pattern to begin with."""

    pattern: str
    about: str


PRESETS = (
    Preset(r"[^@ \t]@bosch\.com", "one domain"),
    Preset(r"[^@ \t]@t-online\.de|[^@ \t]@computer\.org", "one of two domains"),
    Preset(r"[^@ \t]@[-.\w]+\.\w{2,}", "every address"),
    Preset(r"[^@\T]@bosch\.com", "manual, as printed"),
    Preset(r"[^@\T]@t-online\.de | [^@\t]@computer\.org", "manual, as printed"),
    Preset(r"\W[-.\W]+\@[-.\W]+\.\W{2,3}", "manual, as printed"),
    Preset(r"@(?:[-\w]+\.)*bosch\.com\z", "with subdomains"),
    Preset("", "every domain"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A pattern by itself. Without `error` it can be used."""

    source: str
    used: str = ""
    """What it is taken for; empty for no restriction."""
    notices: Sequence[str] = ()
    """Why `used` is not what was written."""
    groups: Sequence[Span] = ()
    """Where the capture groups stand in `text`, the first one first."""
    text: str = ""
    """What the places are places of: the text as written, or the repaired one."""
    error: str | None = None
    """Why it cannot be used, with the place."""
    position: int | None = None
    """Where in `source` the trouble is; None where it is all of it."""
    words: Sequence[str] = ()
    """A reading in words, a line for each alternative."""
    compiled: Pattern | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answer for one address. `span` and `groups` are places in `address`."""

    written: str
    address: str
    """As the rule reads it; as written where it is no address."""
    perl: bool | None
    """What Perl's plain search finds; None where it ran out of time or was not asked."""
    accepted: bool
    reason: Reason | None
    detail: str
    span: Span | None = None
    groups: Sequence[Span | None] = ()
    slow: bool = False
    """Whether time ran out."""
    left_out: bool = False
    """Whether it was not even asked, for lack of time."""


def look(source: str, *, contained: bool = True) -> Look:
    """Compile a pattern, `contained` where neither time nor memory can run away, and tell what it is taken for.

    The stored pattern went through that when it was saved.
    """
    try:
        pattern = compile_pattern(source, contained=contained)
    except PatternError as error:
        return Look(source=source, text=source, error=error.told, position=error.position)
    if pattern is None:
        return Look(source=source, text=source, words=read_in_words(None))
    found: dict[int, Span] = {}
    for node in walk(pattern.tree.branches):
        if isinstance(node, Group) and node.kind is GroupKind.CAPTURE and node.number is not None:
            found.setdefault(node.number, (node.start, node.end))
    return Look(
        source=source,
        used=pattern.used,
        notices=pattern.notices,
        groups=[found[number] for number in sorted(found)],
        text=pattern.tree.source,
        words=read_in_words(pattern),
        compiled=pattern,
    )


def ask(
    seen: Look, addresses: Iterable[str], *, seconds: float = ASK_SECONDS, cancelled: Callable[[], bool] = bool
) -> list[Asked]:
    """Ask a pattern about addresses. Those that no time was left for are refused as too slow."""
    deadline = time.monotonic() + seconds
    answers = []
    for written in addresses:
        if seen.error is not None:
            answers.append(_not_asked(written, Reason.PATTERN, "The pattern cannot be used."))
        elif cancelled() or time.monotonic() > deadline:
            detail = f"Not asked: the addresses before took the {seconds:g} s there are."
            answers.append(_not_asked(written, Reason.PATTERN_TIMEOUT, detail, left_out=True))
        else:
            answers.append(_ask(seen, written))
    return answers


def _not_asked(written: str, reason: Reason, detail: str, *, left_out: bool = False) -> Asked:
    return Asked(
        written=written,
        address=written,
        perl=None,
        accepted=False,
        reason=reason,
        detail=detail,
        slow=left_out,
        left_out=left_out,
    )


def _ask(seen: Look, written: str) -> Asked:
    pattern = seen.compiled
    found = check(pattern, written)
    try:
        text = str(parse_address(written))
    except AddressError:
        text = written
    span, groups = found.span, found.groups
    if span is None and found.matched and pattern is not None:
        text, (span, groups) = written, _perl_places(pattern, written)
    return Asked(
        written=written,
        address=text,
        # Without a pattern Perl searches for the empty text, or for blanks alone.
        perl=found.matched if pattern else seen.source in written,
        accepted=found.accepted,
        reason=found.reason,
        detail=found.detail,
        span=span,
        groups=groups,
        slow=found.reason is Reason.PATTERN_TIMEOUT or (pattern is not None and found.matched is None),
    )


def _perl_places(pattern: Pattern, text: str) -> tuple[Span | None, Sequence[Span | None]]:
    """Return where Perl's plain search finds its match and groups."""
    try:
        found = pattern.plain.search(text, timeout=ADDRESS_SECONDS)
    except TimeoutError:
        return None, ()
    if found is None:
        return None, ()
    spans = [found.span(number) for number in range(1, pattern.written.groups + 1)]
    return found.span(), [span if span[0] >= 0 else None for span in spans]


def could_still(seen: Look, typed: str) -> bool:
    """Whether an address that begins like this could still be accepted."""
    return could_match(seen.compiled, typed)


def build(text: str, *, subdomains: bool) -> str:
    """Return the pattern that accepts exactly the domains in a text, with blanks, commas, semicolons or lines between.

    Raises `Refused` for what is no domain.
    """
    domains = [domain for domain in _BETWEEN_DOMAINS.split(text) if domain]
    for domain in domains:
        try:
            build_pattern([domain])
        except AddressError as error:
            raise Refused(f"{domain} is no domain: {error}") from error
    return build_pattern(domains, subdomains=subdomains)
