"""A pattern from a list of domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.address import AddressError
from allegra_tui.policy.pattern import build_pattern, check, compile_pattern

NAMES = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,8}\.[a-z]{2,4}", fullmatch=True)


@pytest.mark.parametrize(
    ("domains", "subdomains", "source"),
    [
        ([], False, ""),
        (["bosch.com"], False, r"[^@ \t]@bosch\.com\z"),
        ([" @Bosch.com ", "bosch.COM"], False, r"[^@ \t]@bosch\.com\z"),
        (["bosch.com", "bücher.de"], False, r"[^@ \t]@(?:bosch\.com|xn--bcher-kva\.de)\z"),
        (["bosch.com"], True, r"[^@ \t]@(?:[-\w]+\.)*bosch\.com\z"),
    ],
)
def test_the_pattern_for_some_domains(domains: list[str], subdomains: bool, source: str) -> None:
    assert build_pattern(domains, subdomains=subdomains) == source


@pytest.mark.parametrize("domain", ["", "bosch", "bosch.com|evil.org", ".*", "a b.de", "x@bosch.com", "bosch.com."])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(AddressError):
        build_pattern([domain])


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES, st.booleans())
def test_it_accepts_these_domains_and_no_others(domains: list[str], other: str, subdomains: bool) -> None:
    pattern = compile_pattern(build_pattern(domains, subdomains=subdomains))
    for domain in domains:
        below, longer, beside = (
            check(pattern, f"a@{text}") for text in (f"x-1.y.{domain}", f"{domain}.org", f"x{domain}")
        )
        exact = check(pattern, f"a@{domain}")
        assert exact.accepted
        assert exact.matched
        assert below.accepted is subdomains
        assert below.matched is subdomains
        assert longer.accepted is (f"{domain}.org" in domains)
        assert beside.accepted is (f"x{domain}" in domains)
    assert check(pattern, f"a@{other}").accepted is (other in domains)
