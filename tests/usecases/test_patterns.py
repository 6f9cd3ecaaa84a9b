"""A pattern against what is stored: senders gained and lost, findings, what may be saved."""

from dataclasses import replace

import pytest

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.store import settings
from allegra_tui.usecases import patterns, playground
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.patterns import Background, Severity
from tests.usecases.conftest import Intake


def before(pattern: str = "", *known: str) -> Background:
    return Background(stored=IntakeSettings(allowed_pattern=pattern), known=known)


def edited(pattern: str, accept: tuple[str, ...] = (), refuse: tuple[str, ...] = ()) -> IntakeSettings:
    return IntakeSettings(allowed_pattern=pattern, must_accept=accept, must_refuse=refuse)


def test_senders_of_journal_and_register_gained_and_lost(intake: Intake) -> None:
    intake.register("Anna", "Anna@bosch.com")
    found = patterns.background(intake.store)
    assert "Anna@bosch.com" in found.known
    change = patterns.senders_changed(before("@old", "a@old", "b@new", "c@both"), playground.look("@(new|both)")).change
    assert (change.gained, change.lost) == (["b@new", "c@both"], ["a@old"])


def test_look_alikes_of_a_named_domain_are_told() -> None:
    found = patterns.senders_changed(before("", "eve@b0sch.com"), playground.look(r"@bosch\.com"))
    assert [(miss.domain, miss.name) for miss in found.near_misses] == [("b0sch.com", "bosch.com")]


def test_an_unusable_stored_pattern_is_told() -> None:
    with pytest.raises(Refused, match="the stored pattern cannot be used"):
        patterns.senders_changed(before("("), playground.look("@x"))


def test_known_senders_are_those_that_the_pattern_is_asked_about(intake: Intake) -> None:
    intake.register('"x@bosch.com"@evil.org', "anna@bosch.com")
    assert patterns.background(intake.store).known == ["anna@bosch.com"]


def test_findings_leave_the_senders_to_their_own_list() -> None:
    found = patterns.findings(r"@bosch.com", ["a@old.example"])
    assert "P06" in [finding.id for finding in found]
    assert "P20" not in [finding.id for finding in found]


@pytest.mark.parametrize(
    ("source", "accept", "refuse", "told"),
    [
        ("(", (), (), "no closing"),
        (r"@bosch\.com", ("a@evil.org",), (), "a@evil.org has to be accepted"),
        (r"@bosch\.com", (), ("a@bosch.com",), "a@bosch.com has to be refused"),
        ("", (), ("a@bosch.com",), "a@bosch.com has to be refused"),
        ("(a|a)*$", (), (f"{'a' * 40}@bosch.com",), "takes too long"),
    ],
)
def test_what_must_not_be_saved(source: str, accept: tuple[str, ...], refuse: tuple[str, ...], told: str) -> None:
    with pytest.raises(Refused, match=told):
        patterns.check_saving(edited(source, accept, refuse), ())


def test_warnings_are_asked_about_and_a_good_pattern_is_not() -> None:
    assert patterns.check_saving(edited(r"@bosch.com\z"), ())
    assert patterns.check_saving(edited(r"[^@ \t]@bosch\.com\z", ("a@bosch.com",), ("a@evil.org",)), ()) == []


def test_the_lists_are_stored(intake: Intake) -> None:
    with intake.store.write() as tx:
        settings.save(tx, replace(settings.load(tx), must_accept=("a@b.de",), must_refuse=("no address",)))
    stored = patterns.background(intake.store).stored
    assert (stored.must_accept, stored.must_refuse) == (("a@b.de",), ("no address",))


def test_severities_are_those_of_the_lint() -> None:
    assert [finding.severity for finding in patterns.findings("(", [])] == [Severity.ERROR]
