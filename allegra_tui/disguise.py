"""Addresses and names that read as another's: found for people to be warned of, never for a verdict."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_ALIKE = {
    "a": "аαɑ",
    "b": "вβ",
    "c": "с",
    "d": "ԁđ",
    "e": "еε3",
    "g": "ɡց",
    "h": "нһհħ",
    "j": "јյ",
    "k": "кκ",
    "l": "1iіιıӏł",
    "m": "м",
    "n": "пηո",
    "o": "оοσօø0",
    "p": "рρ",
    "q": "ԛգ",
    "r": "г",
    "s": "ѕ5",
    "t": "тτŧ",
    "u": "υս",
    "v": "νѵ",
    "w": "ωԝ",
    "x": "хχ",
    "y": "уγ",
}
"""By plain letters those that are hardly told apart from them on a screen: Cyrillic, Greek, Armenian, other Latin ones
and digits."""
_TWINS = str.maketrans({twin: plain for plain, twins in _ALIKE.items() for twin in twins})

_PARENTS = 6
"""How many domains above one are looked at; real ones have fewer."""

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


def skeleton(address: str) -> str:
    """Bring what looks the same, an address or a domain in lower case, to the same letters.

    The store keeps those of registered senders: whoever changes what comes out writes a migration that renews them.
    """
    local, at, domain = address.rpartition("@")
    decomposed = unicodedata.normalize("NFKD", local + at + unicode_domain(domain))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.translate(_TWINS).replace("rn", "m").replace("vv", "w")


def parents(domain: str) -> list[str]:
    """Return a domain and those it lies below, the nearest first, down to two labels; few, however many it has."""
    labels = domain.split(".")
    return [domain, *(".".join(labels[start:]) for start in range(max(1, len(labels) - _PARENTS - 1), len(labels) - 1))]


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


def resemblance(registered: str | None) -> str:
    """Tell of what is registered, an address or a domain, and looks like the one in question; empty for None."""
    if registered is None:
        return ""
    what = "which is registered" if "@" in registered else "the domain of registered senders"
    return f"resembles {registered}, {what}"


def remarks(address: str | None, registered: str | None) -> str:
    """Tell all there is to be careful about: `remark` and `resemblance`."""
    return "; ".join(filter(None, [remark(address or ""), resemblance(registered)]))


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
        """Return the one that a domain, or one above it, looks like without being it."""
        for part in parents(domain):
            if name := self.by_skeleton.get(skeleton(part)):
                return None if part == name else name
        return None


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
