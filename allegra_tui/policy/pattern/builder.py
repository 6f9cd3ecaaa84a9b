"""A pattern from a list of domains."""

from collections.abc import Iterable

from allegra_tui import address


def build_pattern(domains: Iterable[str], *, subdomains: bool = False) -> str:
    """Return the pattern that accepts exactly these domains, with `subdomains` also what is below them.

    It means the same to Perl's plain search. International domains are written as mail carries them (xn--…).
    Raises AddressError for what is no domain; of no domains the result is empty: no restriction.
    """
    names = dict.fromkeys(address.parse(f"x@{domain.strip().removeprefix('@')}").domain for domain in domains)
    if not names:
        return ""
    escaped = [name.replace(".", r"\.") for name in names]
    listed = escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
    below = r"(?:[-\w]+\.)*" if subdomains else ""
    return rf"[^@ \t]@{below}{listed}\z"
