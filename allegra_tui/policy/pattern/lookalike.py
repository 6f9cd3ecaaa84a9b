"""Real senders whose domain resembles one that the pattern names: for people to look at, never for a verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

from allegra_tui.disguise import skeleton
from allegra_tui.policy.pattern.outline import domains, outline
from allegra_tui.policy.pattern.rule import Pattern

NAME_SECONDS = 0.01
_SHORT_NAME = 8


class Likeness(StrEnum):
    """How a domain resembles another."""

    LOOKS = "looks the same"
    SPELLING = "differs in a letter or two"
    CONTAINS = "contains it"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A domain of real senders that is not the one the pattern names, but could be taken for it."""

    domain: str
    name: str
    likeness: Likeness
    senders: Sequence[str]


def named_domains(pattern: Pattern) -> list[str]:
    """Return the domains that a pattern names one by one."""
    named = [found for branch in pattern.tree.branches if (found := domains(outline(branch)))]
    return list(dict.fromkeys(name for found in named for name in found.names))


def near_misses(pattern: Pattern, addresses: Iterable[str]) -> list[NearMiss]:
    """Return the look-alikes among addresses in the form of `str(Address)`, those with most senders first."""
    names = named_domains(pattern)
    senders: dict[str, list[str]] = {}
    for address in addresses:
        senders.setdefault(address.rpartition("@")[2], []).append(address)
    misses = []
    for domain, writers in senders.items():
        if domain in names or any(domain.endswith(f".{name}") for name in names):
            continue
        shown = skeleton(domain)
        likenesses = ((name, _likeness(domain, shown, name)) for name in names)
        if best := next(((name, likeness) for name, likeness in likenesses if likeness), None):
            misses.append(NearMiss(domain, *best, writers))
    return sorted(misses, key=lambda miss: -len(miss.senders))


def _likeness(domain: str, shown: str, name: str) -> Likeness | None:
    if shown == skeleton(name):
        return Likeness.LOOKS
    if name in domain:
        return Likeness.CONTAINS
    errors = 1 if len(name) < _SHORT_NAME else 2
    if abs(len(domain) - len(name)) > errors:
        return None
    try:
        alike = regex.fullmatch(f"(?:{regex.escape(name)}){{e<={errors}}}", domain, timeout=NAME_SECONDS)
    except TimeoutError:
        return None
    return Likeness.SPELLING if alike else None
