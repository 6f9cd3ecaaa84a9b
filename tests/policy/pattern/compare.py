"""Compares what a pattern means here and to perl."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from allegra_tui.address import AddressError, parse
from allegra_tui.model.mail import Address
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern import Pattern, PatternError, accepts, compile_pattern
from tests.policy.pattern.perl import Found, Perl, PerlError, PerlTimeoutError

Span = tuple[int, int] | None
SECONDS = 0.25


@dataclass
class Tally:
    """What a run of comparisons came to. Everything in `silent` and `lenient` is a defect."""

    pairs: int = 0
    patterns: int = 0
    both_refuse: int = 0
    refused: int = 0
    undecided: int = 0
    """Pairs on which one side ran out of time or perl itself broke down."""
    silent: list[tuple[str, str, Span, Span]] = field(default_factory=list)
    """Pattern, text, where perl finds it, where it is found here."""
    lenient: list[str] = field(default_factory=list)
    """Patterns that only perl refuses."""

    def __str__(self) -> str:
        return (
            f"{self.patterns} patterns, {self.pairs} pairs, {len(self.silent)} silent differences; "
            f"{self.both_refuse} refused by both, {self.refused} here only, {len(self.lenient)} by perl only; "
            f"{self.undecided} pairs undecided"
        )


def compare(perl: Perl, source: str, texts: Sequence[str], tally: Tally) -> None:
    """Ask both sides for verdict and place of the match on every text, and for the rule's verdict as well."""
    tally.patterns += 1
    pattern = _compiled(source)
    try:
        answers = perl.ask(source, texts)
    except PerlTimeoutError:
        tally.undecided += len(texts)
        return
    except PerlError:
        if pattern:
            tally.lenient.append(source)
        else:
            tally.both_refuse += 1
        return
    if pattern is None:
        tally.refused += 1
        return
    for text, answer in zip(texts, answers, strict=True):
        _compare_search(perl, pattern, text, answer, tally)
    if "x" not in source:  # under x an added end could fall into a comment
        _compare_rule(perl, pattern, texts, tally)


def _compiled(source: str) -> Pattern | None:
    try:
        return compile_pattern(source)
    except PatternError:
        return None


def _compare_search(perl: Perl, pattern: Pattern, text: str, answer: Found, tally: Tally) -> None:
    if answer.error:
        tally.undecided += 1
        return
    try:
        found = pattern.plain.search(text, timeout=SECONDS)
    except TimeoutError:
        tally.undecided += 1
        return
    tally.pairs += 1
    here = found.span() if found else None
    if here != _span(answer) and here != _fresh(perl, pattern.source, text):
        tally.silent.append((pattern.source, text, _span(answer), here))


def _compare_rule(perl: Perl, pattern: Pattern, texts: Sequence[str], tally: Tally) -> None:
    """Ask perl by its own means what the rule asks: a match up to the end, from the domain's beginning or before."""
    clean = [address for text in texts if (address := _address(text))]
    try:
        answers = perl.ask(rf"(?:{pattern.used})\z", [str(address) for address in clean])
    except (PerlError, PerlTimeoutError):
        tally.undecided += len(clean)
        return
    for address, answer in zip(clean, answers, strict=True):
        match = accepts(pattern, address)
        if answer.error or match.reason is Reason.PATTERN_TIMEOUT:
            tally.undecided += 1
            continue
        tally.pairs += 1
        span = _span(answer)
        wanted = span if span and span[0] <= str(address).index("@") + 1 else None
        if match.span != wanted:
            tally.silent.append((f"rule {pattern.source}", str(address), wanted, match.span))


def _address(text: str) -> Address | None:
    try:
        return parse(text)
    except AddressError:
        return None


def _fresh(perl: Perl, source: str, text: str) -> Span:
    """Ask a perl that has seen no other pattern: rarely one that has answers differently from time to time."""
    with perl.another() as fresh:
        return _span(fresh.ask(source, [text])[0])


def _span(answer: Found) -> Span:
    return answer.spans[0] if answer.spans else None
