"""The playground: what a pattern is taken for, and what it says of addresses."""

import pytest

from allegra_tui.model.verdict import Reason
from allegra_tui.usecases import playground
from allegra_tui.usecases.errors import Refused

RUNAWAY = "(a|a)*$"
SLOW = "a" * 40 + "@bosch.com"


def test_a_look_tells_words_and_places_of_groups() -> None:
    seen = playground.look(r"[^@ \t]@(bosch|(t)-online)\.(com|de)")
    assert seen.error is None
    assert [seen.text[start:end] for start, end in seen.groups] == ["(bosch|(t)-online)", "(t)", "(com|de)"]
    assert playground.look(r"[^@ \t]@bosch\.com").words == ["any name, then exactly @bosch.com, capitals ignored"]


def test_a_repaired_misprint_is_told_and_its_places_are_those_of_the_repaired_text() -> None:
    seen = playground.look(r"[^@\T]@bosch\.com")
    assert seen.used == seen.text == r"[^@ \t]@bosch\.com"
    assert seen.notices


@pytest.mark.parametrize(
    ("source", "position"), [("a(b", 1), (r"\Qa\E", 0), ("x" * 1001, None)], ids=["open", "verb", "long"]
)
def test_a_refused_pattern_has_a_message_and_mostly_a_place(source: str, position: int | None) -> None:
    seen = playground.look(source)
    assert seen.error
    assert seen.compiled is None
    assert position is None or seen.position is not None


def test_both_verdicts_with_places() -> None:
    good, longer, broken = playground.ask(
        playground.look(r"@(bosch)\.com"), ["Anna@BOSCH.com", "x@bosch.com.evil.org", "no address"]
    )
    assert (good.perl, good.accepted, good.address) == (True, True, "Anna@bosch.com")
    assert good.span == (4, 14)
    assert good.groups == [(5, 10)]
    assert (longer.perl, longer.accepted, longer.reason) == (True, False, Reason.PATTERN)
    assert longer.span is not None
    assert longer.address[slice(*longer.span)] == "@bosch.com"
    assert "evil.org follows" in longer.detail
    assert (broken.perl, broken.accepted, broken.reason) == (False, False, Reason.SENDER_MALFORMED)


def test_a_runaway_pattern_is_a_verdict() -> None:
    (answer,) = playground.ask(playground.look(RUNAWAY), [SLOW])
    assert (answer.slow, answer.perl, answer.accepted) == (True, None, False)
    assert answer.reason is Reason.PATTERN_TIMEOUT


def test_addresses_that_no_time_is_left_for_are_refused_and_told() -> None:
    answers = playground.ask(playground.look("@x"), ["a@x.de", "b@x.de"], seconds=-1)
    assert [answer.slow for answer in answers] == [True, True]
    assert answers[0].detail.startswith("Not asked")


def test_an_unusable_pattern_accepts_nobody() -> None:
    (answer,) = playground.ask(playground.look("("), ["a@b.de"])
    assert (answer.perl, answer.accepted, answer.reason, answer.slow) == (None, False, Reason.PATTERN, False)


@pytest.mark.parametrize(("typed", "possible"), [("", True), ("x@bos", True), ("x@bosch.com", True), ("x@bx", False)])
def test_what_is_typed_could_still_be_accepted(typed: str, possible: bool) -> None:
    assert playground.could_still(playground.look(r"[^@ \t]@bosch\.com"), typed) is possible


def test_a_pattern_from_domains() -> None:
    built = playground.build("bosch.com,\n example.org ;", subdomains=True)
    seen = playground.look(built)
    verdicts = [
        answer.accepted for answer in playground.ask(seen, ["a@bosch.com", "a@x.example.org", "a@notbosch.com"])
    ]
    assert verdicts == [True, True, False]
    with pytest.raises(Refused, match="example is no domain: "):
        playground.build("bosch.com example", subdomains=False)


def test_presets_do_what_they_say() -> None:
    for preset in playground.PRESETS:
        assert playground.look(preset.pattern).error is None, preset
