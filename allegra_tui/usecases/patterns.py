"""Patterns tried out: what they accept, and what they would change among the senders that are known."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from allegra_tui import address
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern import Pattern, PatternError, check, compile_pattern
from allegra_tui.policy.pattern.finding import Finding as Finding  # so that callers need not know the policy
from allegra_tui.policy.pattern.lint import lint
from allegra_tui.store import Store
from allegra_tui.usecases import playground


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one address: `matched` by Perl's plain search, `accepted` by the intake's rule."""

    address: str
    matched: bool | None
    accepted: bool
    reason: Reason | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A pattern and its answers. `error` says why it cannot be used; `used` is what it is taken for."""

    pattern: str
    used: str | None
    error: str | None
    remarks: Sequence[Finding]
    answers: Sequence[Answer]


def try_out(source: str, addresses: Sequence[str], *, contained: bool = True) -> Tried:
    """Ask a pattern about addresses. `contained` compiles it in a child of its own, which takes a moment."""
    try:
        pattern = compile_pattern(source, contained=contained)
    except PatternError as error:
        refused = [Answer(written, None, False, Reason.PATTERN, "the pattern cannot be used") for written in addresses]
        return Tried(pattern=source, used=None, error=told(error), remarks=lint(source), answers=refused)
    answers = [_answer(source, pattern, written) for written in addresses]
    used = pattern.used if pattern else ""
    return Tried(pattern=source, used=used, error=None, remarks=lint(source), answers=answers)


def remarks(source: str, store: Store | None) -> list[Finding]:
    """Say what there is to say about a pattern, also against the stored one for the senders that are known."""
    if store is None:
        return lint(source)
    before = playground.background(store)
    try:
        stored = compile_pattern(before.stored.allowed_pattern)
    except PatternError:
        return lint(source)  # nobody is taken in now, so nobody is gained or lost
    known = []
    for written in before.known:
        with suppress(address.AddressError):  # the journal keeps senders as they came
            known.append(address.parse(written))
    return lint(source, senders=known, stored=stored)


def told(error: PatternError) -> str:
    """Say why a pattern cannot be used, and where in it the trouble is, counted from 1."""
    return str(error) if error.position is None else f"{error} (character {error.position + 1})"


def _answer(source: str, pattern: Pattern | None, written: str) -> Answer:
    found = check(pattern, written)
    # Blanks alone are no restriction to the rule; to Perl they are what is searched for.
    matched = found.matched if pattern else source in written
    return Answer(written, matched, found.accepted, found.reason, found.detail)
