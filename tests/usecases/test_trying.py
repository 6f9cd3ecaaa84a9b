"""Settings tried out before they are saved."""

from dataclasses import replace

import pytest

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.usecases import trying
from allegra_tui.usecases.errors import Invalid
from tests.usecases.conftest import Intake

SETTINGS = IntakeSettings()


def test_staging_changes_what_is_named_and_returns_every_mistake(intake: Intake) -> None:
    new, mistakes = trying.stage(intake.store, SETTINGS, {"poll_seconds": 60, "default_project": "sup"})
    assert (new, mistakes) == (replace(SETTINGS, poll_seconds=60, default_project="SUP"), [])
    _, mistakes = trying.stage(
        intake.store, SETTINGS, {"poll_seconds": 0, "default_project": "NONE", "reject_bodies": ["fine", "("]}
    )
    assert [mistake.place for mistake in mistakes] == ["poll_seconds", "default_project", "reject_bodies[2]"]


def test_an_unusable_pattern_does_not_stand_in_the_way_of_other_fields(intake: Intake) -> None:
    _, mistakes = trying.stage(intake.store, replace(SETTINGS, allowed_pattern="("), {"poll_seconds": 60})
    assert mistakes == []


@pytest.mark.parametrize(
    ("subject", "prefixed", "forward"),
    [("Printer", False, False), ("Re: Printer", True, False), ("WG: AW: Printer", True, True)],
)
def test_a_subject_is_a_reply_or_a_forward(intake: Intake, subject: str, prefixed: bool, forward: bool) -> None:
    tried = trying.try_subject(intake.store, SETTINGS, subject)
    assert (tried.prefixed, tried.forward, tried.issue) == (prefixed, forward, None)


def test_a_marker_without_an_issue_is_told(intake: Intake) -> None:
    tried = trying.try_subject(intake.store, SETTINGS, "[SUP-7] and [#8]")
    assert [(marker.text, marker.number, marker.title) for marker in tried.markers] == [
        ("[SUP-7]", 7, None),
        ("[#8]", 8, None),
    ]


def test_a_template_that_cannot_be_used_is_told(intake: Intake) -> None:
    with pytest.raises(Invalid, match="a bare number is no marker"):
        trying.try_subject(intake.store, replace(SETTINGS, marker_templates=["{number}"]), "12")


def test_each_list_answers_by_itself() -> None:
    settings = IntakeSettings(
        reject_subjects=["offer"],
        reject_senders=["@evil"],
        reject_bodies=["watch"],
        cut_passages=["-- .*"],
        drop_file_names=[r"\.ics$"],
        drop_file_hashes=["a" * 64],
    )
    tried = trying.try_lists(settings, "An OFFER of a watch -- bye")
    assert (tried.subject, tried.sender, tried.body) == ("offer", None, "watch")
    assert tried.shown == "An OFFER of a watch"
    assert trying.try_lists(settings, "x@evil.org").sender == "@evil"
    assert "invite.ics left out" in trying.try_lists(settings, "invite.ics\n").notes[0]
    assert "its content is on the list" in trying.try_lists(settings, "A" * 64).notes[0]
    assert trying.try_lists(settings, "harmless").notes == []


def test_a_list_pattern_that_cannot_be_used_is_told() -> None:
    with pytest.raises(Invalid, match="the list of bodies"):
        trying.try_lists(IntakeSettings(reject_bodies=["("]), "text")
