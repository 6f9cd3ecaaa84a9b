"""The rule that no address gets round, and the two verdicts side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.address import AddressError, parse
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern import Pattern, accepts, check, compile_pattern, could_match, perl_search

BOSCH = r"[^@ \t]@bosch\.com"
NEITHER = (False, False)
BOTH = (True, True)
PERL_ONLY = (True, False)


def compiled(source: str) -> Pattern:
    pattern = compile_pattern(source)
    assert pattern
    return pattern


@pytest.mark.parametrize(
    ("source", "address", "verdicts"),
    [
        (BOSCH, "anna@bosch.com", BOTH),
        (BOSCH, "Anna.Meier+tag@BOSCH.Com", BOTH),
        (BOSCH, "a@bosch.com", BOTH),
        (BOSCH, "x@bosch.com.evil.org", PERL_ONLY),
        (BOSCH, "x@notbosch.com", NEITHER),
        (BOSCH, "x@de.bosch.com", NEITHER),
        (BOSCH, '"x@bosch.com"@evil.org', PERL_ONLY),
        (BOSCH, "anna@bosch.com\n", PERL_ONLY),
        (BOSCH, "x@evil.org\nanna@bosch.com", PERL_ONLY),
        (BOSCH, "anna@bosch.com@evil.org", PERL_ONLY),
        (BOSCH, "anna@bosch.com.", PERL_ONLY),
        (BOSCH, " anna@bosch.com", PERL_ONLY),
        (BOSCH, "x@b\u043esch.com", NEITHER),
        (BOSCH, "x@\uff42osch.com", NEITHER),
        (BOSCH, "anna@bosch", NEITHER),
        (r"bosch\.com", "anna@bosch.com", BOTH),
        (r"bosch\.com", "anna@de.bosch.com", PERL_ONLY),
        (r"bosch\.com", "anna@notbosch.com", PERL_ONLY),
        (r"bosch\.com", "bosch.com@evil.org", PERL_ONLY),
        (r".*\.bosch\.com", "anna@de.bosch.com", BOTH),
        (r".*\.bosch\.com", "anna@x.de.bosch.com", BOTH),
        (r".*\.bosch\.com", "anna@bosch.com", NEITHER),
        (r"(?<=@)bosch\.com", "anna@bosch.com", BOTH),
        (r"@bosch|@bosch\.com", "anna@bosch.com", BOTH),
        (r"@bosch(?:\.com)??", "anna@bosch.com", BOTH),
        (r"(?>@bosch|@bosch\.com)", "anna@bosch.com", PERL_ONLY),
        (r"^anna@bosch\.com$", "Anna@bosch.com", BOTH),
        (r"^anna@bosch\.com$", "xanna@bosch.com", NEITHER),
        (r"(?-i)[^@]@Bosch\.com", "x@Bosch.com", PERL_ONLY),
        (r"com", "x@bosch.com", PERL_ONLY),
        (r"@b\x{fc}cher\.de", "x@b\u00fccher.de", PERL_ONLY),
        (r"@xn--bcher-kva\.de", "x@b\u00fccher.de", (False, True)),
        ("()", "x@bosch.com", PERL_ONLY),
    ],
)
def test_both_verdicts(source: str, address: str, verdicts: tuple[bool, bool]) -> None:
    match = check(compiled(source), address)
    assert (match.matched, match.accepted) == verdicts
    assert (match.reason is None) is match.accepted
    assert match.detail


@pytest.mark.parametrize(
    ("address", "reason", "words"),
    [
        ("x@notbosch.com", Reason.PATTERN, "bosch.com; it has to take in the whole domain"),
        ("x@bosch.com.evil.org", Reason.PATTERN, ".evil.org follows"),
        ("x@example.org", Reason.PATTERN, "does not match"),
        ("x@bosch.com ", Reason.SENDER_MALFORMED, "blank"),
        ("", Reason.SENDER_MISSING, "no address"),
    ],
)
def test_a_refusal_says_which_step_said_no(address: str, reason: Reason, words: str) -> None:
    match = check(compiled(r"bosch\.com"), address)
    assert match.reason is reason
    assert words in match.detail


PRINTED = [
    (r"[^@\T]@bosch\.com", {"bosch.com"}),
    (r"[^@\T]@t-online\.de | [^@\t]@computer\.org", {"t-online.de", "computer.org"}),
    (r"\W[-.\W]+\@[-.\W]+\.\W{2,3}", None),
    (r"\w[-.\w]+\@[-.\w]+\.\w{2,3}", None),
]
LOCALS = ["a", "t", "T", "anna", "anna.meier", "x+tag", "o'neil", "t-", "_9", "z" * 64]
DOMAINS = [
    "bosch.com",
    "BOSCH.com",
    "t-online.de",
    "computer.org",
    "de.bosch.com",
    "notbosch.com",
    "bosch.com.evil.org",
    "bosch.de",
    "example.org",
    "b-c.info",
    "x.museum",
    "a.b.c.co.uk",
    "b\u00fccher.de",
    "b\u043esch.com",
]


@pytest.mark.parametrize(("source", "domains"), PRINTED)
def test_the_printed_examples_accept_what_their_text_says(source: str, domains: set[str] | None) -> None:
    pattern = compiled(source)
    assert len(pattern.notices) == 1
    for local in LOCALS:
        for domain in DOMAINS:
            address = parse(f"{local}@{domain}")
            assert accepts(pattern, address).accepted is (domains is None or address.domain in domains)


@pytest.mark.parametrize("source", ["", " ", "\t\n"])
def test_no_pattern_is_no_restriction(source: str) -> None:
    assert compile_pattern(source) is None
    assert check(None, "x@example.org").accepted
    assert check(None, "x@example.org").matched is None
    assert not check(None, "x@example").accepted


def test_the_match_has_places_and_groups() -> None:
    match = check(compiled(r"(?<who>[^@]+)@(?:(de)|uk)\.bosch\.com"), "anna@uk.bosch.com")
    assert match.span == (0, 17)
    assert match.groups == [(0, 4), None]


def test_a_slow_address_is_refused_for_that_reason() -> None:
    slow = compiled("(a|a)*$")
    address = parse(f"b@{'a' * 24}.com")  # seconds without the limit: still an end, and then another reason
    match = accepts(slow, address)
    assert (match.accepted, match.reason) == (False, Reason.PATTERN_TIMEOUT)
    assert perl_search(slow, str(address)) is None


@pytest.mark.parametrize(
    ("typed", "possible"),
    [
        ("", True),
        ("a", True),
        ("anna@", True),
        ("anna@bo", True),
        ("anna@bosch.com", True),
        ("anna@bosch.org", False),
        ("anna@x", False),
        ("anna@bosch.com.", False),
        ("anna@bosch.com@", False),
    ],
)
def test_an_address_being_typed_could_still_match(typed: str, possible: bool) -> None:
    for source in (BOSCH, r".+@bosch\.com", r"^\S+@(?:bosch|computer)\.com$", r"[^@]@(?!x)\w{5}\.com$"):
        assert could_match(compiled(source), typed) is possible


def test_without_a_pattern_any_address_could_match() -> None:
    assert could_match(None, "anna@x")


@given(st.from_regex(r"[a-z.+@\"< \n-]{0,20}@?(bosch|evil|de)\.(com|org)[.\n>\"]?(@evil\.org)?", fullmatch=True))
def test_only_the_whole_domain_is_accepted(text: str) -> None:
    for source in (BOSCH, r"bosch\.com", r".*@bosch\.com$", r"\S+@(?:bosch\.com)\z"):
        match = check(compiled(source), text)
        assert match.accepted is (text.count("@") == 1 and is_clean(text) and text.lower().endswith("@bosch.com"))


def is_clean(text: str) -> bool:
    try:
        return bool(parse(text))
    except AddressError:
        return False
