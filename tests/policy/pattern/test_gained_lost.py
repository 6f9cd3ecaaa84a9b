"""Who would be gained and lost by a changed pattern, and who looks like it."""

import time

import pytest

from allegra_tui.address import parse
from allegra_tui.policy.pattern import Likeness, compile_pattern, difference, gained_lost, near_misses

ADDRESSES = ["a@bosch.com", "b@t-online.de", "c@computer.org", "d@example.org"]


@pytest.mark.parametrize(
    ("stored", "edited", "gained", "lost"),
    [
        (r"@bosch\.com", r"@bosch\.com|@t-online\.de", ["b@t-online.de"], []),
        (r"@bosch\.com|@t-online\.de", r"@t-online\.de|@computer\.org", ["c@computer.org"], ["a@bosch.com"]),
        ("", r"@bosch\.com", [], ADDRESSES[1:]),
        (r"@bosch\.com", "", ADDRESSES[1:], []),
        ("", "", [], []),
        (r"bosch\.com", r".*@bosch\.com$", [], []),
    ],
)
def test_gained_and_lost(stored: str, edited: str, gained: list[str], lost: list[str]) -> None:
    change = gained_lost(compile_pattern(stored), compile_pattern(edited), ADDRESSES)
    assert (change.gained, change.lost, change.timed_out, change.complete) == (gained, lost, [], True)


def test_an_address_that_takes_too_long_is_neither() -> None:
    slow = "a@" + "a" * 60 + "." + "a" * 60 + ".b"
    change = gained_lost(None, compile_pattern("(a|a)*$"), [slow, "b@c.de"])
    assert (change.timed_out, change.lost) == ([slow], ["b@c.de"])


def test_a_comparison_ends_at_its_deadline_or_when_cancelled() -> None:
    pattern = compile_pattern(r"@bosch\.com")
    assert not gained_lost(None, pattern, ADDRESSES * 1000, seconds=0).complete
    assert not gained_lost(None, pattern, ADDRESSES * 1000, cancelled=lambda: True).complete


def test_a_slow_pattern_does_not_put_the_deadline_off() -> None:
    slow = ["a@" + "a" * 60 + "." + "a" * 60 + ".b"] * 200
    change = gained_lost(None, compile_pattern("(a|a)*$"), slow, seconds=0.1)
    assert (change.complete, len(change.timed_out)) == (False, 1)
    (told,) = difference(change, len(slow))
    assert "there was time to compare" in told.message


def test_100_000_addresses_are_compared_in_about_a_second() -> None:
    addresses = [
        f"anna.meier{number}@{['bosch.com', 'computer.org', 'example.net'][number % 3]}" for number in range(100_000)
    ]
    stored, edited = compile_pattern(r"[^@ \t]@bosch\.com"), compile_pattern(r"[^@ \t]@(?:bosch\.com|computer\.org)\z")
    started = time.process_time()
    change = gained_lost(stored, edited, addresses, seconds=60)
    assert time.process_time() - started < 5
    assert (len(change.gained), len(change.lost), change.complete) == (33_333, 0, True)


@pytest.mark.parametrize(
    ("domain", "likeness"),
    [
        ("b\u043esch.com", Likeness.LOOKS),
        ("b0sch.com", Likeness.LOOKS),
        ("b\u00f6sch.com", Likeness.LOOKS),
        ("bosh.com", Likeness.SPELLING),
        ("boschh.com", Likeness.SPELLING),
        ("notbosch.com", Likeness.CONTAINS),
        ("bosch.com.evil.org", Likeness.CONTAINS),
        ("bosch.com", None),
        ("de.bosch.com", None),
        ("example.org", None),
    ],
)
def test_senders_that_look_like_the_named_domain(domain: str, likeness: Likeness | None) -> None:
    pattern = compile_pattern(r"[^@ \t]@(?:bosch\.com|t-online\.de)")
    assert pattern
    address = str(parse(f"eve@{domain}"))
    misses = near_misses(pattern, [address, "b@t-online.de", address])
    assert [(miss.domain, miss.name, miss.likeness, miss.senders) for miss in misses] == (
        [(address.partition("@")[2], "bosch.com", likeness, [address, address])] if likeness else []
    )


def test_a_pattern_that_names_no_domain_has_no_look_alikes() -> None:
    pattern = compile_pattern(r".+@\w+\.com")
    assert pattern
    assert near_misses(pattern, ADDRESSES) == []
