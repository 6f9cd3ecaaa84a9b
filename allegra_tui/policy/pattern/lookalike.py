"""Real senders whose domain resembles one that the pattern names: for people to look at, never for a verdict."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

from allegra_tui.policy.pattern.outline import domains, outline
from allegra_tui.policy.pattern.rule import Pattern

NAME_SECONDS = 0.01
_SHORT_NAME = 8

_TWINS = str.maketrans("авеѕкмнорсухіјԁӏɡαβεικνορτυχω0135i", "abeskmhopcyxijdlgabeiknoptuxwolesl")
"""Letters that are hardly told apart on a screen: Cyrillic, then Greek ones, digits, and i for l."""


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


def near_misses(pattern: Pattern, addresses: Iterable[str]) -> list[NearMiss]:
    """Return the look-alikes among addresses in the form of `str(Address)`, those with most senders first."""
    named = [found for branch in pattern.tree.branches if (found := domains(outline(branch)))]
    names = list(dict.fromkeys(name for found in named for name in found.names))
    senders: dict[str, list[str]] = {}
    for address in addresses:
        senders.setdefault(address.rpartition("@")[2], []).append(address)
    misses = []
    for domain, writers in senders.items():
        if domain in names or any(domain.endswith(f".{name}") for name in names):
            continue
        shown = _skeleton(domain)
        likenesses = ((name, _likeness(domain, shown, name)) for name in names)
        if best := next(((name, likeness) for name, likeness in likenesses if likeness), None):
            misses.append(NearMiss(domain, *best, writers))
    return sorted(misses, key=lambda miss: -len(miss.senders))


def _likeness(domain: str, shown: str, name: str) -> Likeness | None:
    if shown == _skeleton(name):
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


def _skeleton(domain: str) -> str:
    """Bring what looks the same to the same letters."""
    decomposed = unicodedata.normalize("NFKD", _unicode(domain))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.translate(_TWINS).replace("rn", "m").replace("vv", "w")


def _unicode(domain: str) -> str:
    """Return a domain as people see it; labels that are no valid A-labels stay as they are."""
    if "xn--" not in domain:
        return domain
    import idna  # large tables that ordinary domains never need

    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain
