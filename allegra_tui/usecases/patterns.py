"""A pattern against what is stored: whom it would change, what there is to say of it, whether it may be saved.

Everything here may take its time and belongs into a thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allegra_tui.address import AddressError
from allegra_tui.address import parse as parse_address
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.policy.pattern import (
    Change,
    Finding,
    Likeness,
    NearMiss,
    PatternError,
    Severity,
    compile_pattern,
    difference,
    gained_lost,
    lint,
    near_misses,
)
from allegra_tui.store import Store, journal, senders, settings
from allegra_tui.usecases import rules
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.playground import Look

__all__ = [
    "Background",
    "Change",
    "Comparison",
    "Finding",
    "Likeness",
    "NearMiss",
    "Severity",
    "all_findings",
    "background",
    "check_saving",
    "findings",
    "senders_changed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a pattern is compared with: the stored settings, and the senders of journal and register.

    `known` holds addresses that the pattern is asked about at all: the journal keeps other ones as they came, too.
    """

    stored: IntakeSettings
    known: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an edited pattern means for the known senders."""

    change: Change
    near_misses: Sequence[NearMiss]
    """Domains of known senders that could be taken for one that the pattern names."""


def background(store: Store) -> Background:
    """Read what a pattern is compared with."""
    with store.read() as tx:
        stored = settings.load(tx)
        known = {key: key for key in journal.senders_seen(tx)}
        for sender in senders.every(tx):
            known.update({written.lower(): written for written in sender.addresses})
    return Background(stored=stored, known=sorted(filter(_is_address, known.values())))


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except AddressError:
        return False
    return True


def senders_changed(before: Background, edited: Look, *, cancelled: Callable[[], bool] = bool) -> Comparison:
    """Return which known senders the edited pattern gains and loses against the stored one, and its near misses.

    Raises `Refused` where the stored one cannot be used.
    """
    try:
        stored = compile_pattern(before.stored.allowed_pattern)
    except PatternError as error:
        raise Refused(f"the stored pattern cannot be used, nothing is taken in now: {error.told}") from error
    change = gained_lost(stored, edited.compiled, before.known, cancelled=cancelled)
    misses = near_misses(edited.compiled, before.known) if edited.compiled and not cancelled() else ()
    return Comparison(change=change, near_misses=misses)


def findings(source: str, known: Sequence[str] = ()) -> list[Finding]:
    """Return what there is to say about a pattern, the gravest first; whom it changes says `senders_changed`."""
    return lint(source, senders=known)


def all_findings(source: str, before: Background) -> list[Finding]:
    """Return what there is to say about a pattern, whom it changes too, if both it and the stored one can be used."""
    found = findings(source, before.known)
    try:
        stored, edited = compile_pattern(before.stored.allowed_pattern), compile_pattern(source)
    except PatternError:
        return found
    return [*found, *difference(gained_lost(stored, edited, before.known), len(before.known))]


def check_saving(edited: IntakeSettings, known: Sequence[str]) -> list[str]:
    """Return what to ask before a pattern is saved, with the addresses that it has to accept and refuse.

    Raises `Refused` with all reasons why it is not to be saved.
    """
    if mistakes := rules.pattern_mistakes(edited):
        raise Refused("not saved: " + "\n".join(mistake.message for mistake in mistakes))
    found = findings(edited.allowed_pattern, known)
    return [finding.message for finding in found if finding.severity is Severity.WARNING]
