"""Patterns to use instead of texts that are no Perl patterns but look as if something certain was meant."""

import re

from allegra_tui import address
from allegra_tui.policy.pattern.builder import build_pattern

_SLASHES = re.compile(r"\s*(?:m|qr)?/(.*)/[a-z]*\s*", re.DOTALL)
_QUOTES = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_GLOB = re.compile(r"(?:\*?@)?(\*\.)?((?:[\w-]+\\?\.)+[\w-]+)")
_INTERNATIONAL = re.compile(r"[\w-]*[^\W\d_a-zA-Z][\w-]*")


def without_slashes(source: str) -> str | None:
    """Return what stands between `/` and `/`."""
    found = _SLASHES.fullmatch(source)
    return found[1] if found and found[1].strip() else None


def without_quotes(source: str) -> str | None:
    """Return the pattern with what stands between `\\Q` and `\\E` escaped."""
    return _QUOTES.sub(lambda found: re.escape(found[1]), source) if "\\Q" in source else None


def from_domains(source: str) -> str | None:
    """Return the pattern for a list of domains or for globs, such as `bosch.com, *@example.org; *.t-online.de`."""
    parts = [part for part in re.split(r"[\s,;|]+", source) if part]
    globs = [found for part in parts if (found := _GLOB.fullmatch(part))]
    if not globs or len(globs) < len(parts) or not re.search(r"[,;*]", source):
        return None
    try:
        names = [found[2].replace("\\", "") for found in globs]
        return build_pattern(names, subdomains=any(found[1] for found in globs))
    except address.AddressError:
        return None


def with_a_labels(source: str) -> str | None:
    """Return the pattern with international names as mail carries them, in A-label form (xn--…)."""
    try:
        written = _INTERNATIONAL.sub(lambda found: _a_label(found[0]), source)
    except address.AddressError:
        return None
    return written if written.isascii() and written != source else None


def _a_label(label: str) -> str:
    return address.parse(f"x@{label}.org").domain.removesuffix(".org")
