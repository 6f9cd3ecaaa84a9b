"""Addresses and names that read as another's: found for people to be warned of, never for a verdict."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_TWINS = str.maketrans("авеѕкмнорсухіјԁӏɡαβεικνορτυχω0135i", "abeskmhopcyxijdlgabeiknoptuxwolesl")
"""Letters that are hardly told apart on a screen: Cyrillic, then Greek ones, digits, and i for l."""

_TOGETHER = (
    {"Cjk", "Hiragana", "Katakana", "Latin"},
    {"Cjk", "Hangul", "Latin"},
    {"Cjk", "Bopomofo", "Latin"},
)
"""Scripts that are written together (UTS 39 5.2, highly restrictive)."""


def unicode_domain(domain: str) -> str:
    """Return a domain as people see it; labels that are no valid A-labels stay as they are."""
    if "xn--" not in domain:
        return domain
    import idna  # large tables that ordinary domains never need

    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def skeleton(domain: str) -> str:
    """Bring what looks the same to the same letters."""
    decomposed = unicodedata.normalize("NFKD", unicode_domain(domain))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.translate(_TWINS).replace("rn", "m").replace("vv", "w")


def remark(address: str) -> str:
    """Tell how people read the domain of an address, and in which letters; empty where it is plain ASCII."""
    if _is_plain(address):
        return ""
    domain = unicode_domain(address.rpartition("@")[2])
    found = _scripts_of_labels(domain)
    if mixed := next(filter(_is_mixed, found), None):
        return f"reads {domain}: mixed letters, {' and '.join(sorted(mixed))}"
    others = sorted({script for scripts in found for script in scripts} - {"Latin"})
    return f"reads {domain}" + (f": {' and '.join(others)} letters" if others else "")


def is_disguised(address: str) -> bool:
    """Whether a domain mixes letters of scripts that nobody writes together, or looks like plain ASCII and is not."""
    if _is_plain(address):
        return False
    domain = unicode_domain(address.rpartition("@")[2])
    found = _scripts_of_labels(domain)
    foreign = any(scripts - {"Latin"} for scripts in found)
    return any(map(_is_mixed, found)) or (foreign and skeleton(domain).isascii())


@dataclass(frozen=True, slots=True)
class Names:
    """Domains that people trust, to compare others with."""

    by_skeleton: Mapping[str, str]

    @classmethod
    def of(cls, domains: Iterable[str]) -> "Names":
        """Take domains in lower case, A-labels or not."""
        return cls({skeleton(domain): domain for domain in domains})

    def resembled_by(self, domain: str) -> str | None:
        """Return the one that a domain looks like without being it, or a part of it."""
        name = self.by_skeleton.get(skeleton(domain))
        return None if name is None or domain == name or domain.endswith(f".{name}") else name


def caption(name: str, address: str | None) -> str:
    """Return what stands for a person where there is room for one of both.

    It is the name, but the address where the name plays an address, and marked by `!` where that is disguised.
    """
    if address and is_disguised(address):
        return f"! {address}"
    return address or name if "@" in name or not name else name


def _is_plain(address: str) -> bool:
    return address.isascii() and "xn--" not in address


def _scripts_of_labels(domain: str) -> list[set[str]]:
    """Name the scripts of the letters of each label, by how Unicode names the letters."""
    return [
        {unicodedata.name(char, "unknown").split()[0].split("-")[0].title() for char in label if char.isalpha()}
        for label in domain.split(".")
    ]


def _is_mixed(scripts: set[str]) -> bool:
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)
