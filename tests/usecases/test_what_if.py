"""What other settings would do to the last messages."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.store import journal, settings
from allegra_tui.usecases.importing import import_paths
from allegra_tui.usecases.policies import PatternUnusable
from allegra_tui.usecases.what_if import Effect, WhatIf, what_if
from tests.usecases.conftest import Intake, letter


def receive(intake: Intake, *letters: bytes) -> None:
    """Take messages in, in this order."""
    folder = Path(intake.directory) / f"letters{len(intake.rows())}"
    folder.mkdir()
    for number, raw in enumerate(letters):
        (folder / f"{number:03}.eml").write_bytes(raw)
    import_paths(intake.store, [folder], mailbox=None, emit=intake.events.append)


def stored(intake: Intake) -> IntakeSettings:
    """The settings as they are."""
    with intake.store.read() as tx:
        return settings.load(tx)


def asked(intake: Intake, **changes: object) -> WhatIf:
    """Ask about the stored settings with some changes."""
    return what_if(intake.store, replace(stored(intake), **changes))  # type: ignore[arg-type]


def subjects(found: WhatIf, effect: Effect) -> list[str]:
    """Subjects of the messages of one kind."""
    return [one.line.subject for one in found.of(effect)]


def test_the_same_settings_change_nothing(intake: Intake) -> None:
    receive(intake, letter("One"), letter("Two", sender="bob@example.org"))
    found = asked(intake)
    assert (found.messages, found.judged, found.turned) == (2, 2, ())


def test_a_pattern_refuses_some_and_accepts_others(intake: Intake) -> None:
    intake.set(allowed_pattern=r"@bosch\.com")
    receive(intake, letter("One"), letter("Two", sender="bob@example.org"), letter("Three", sender="c@example.org"))
    found = asked(intake, allowed_pattern=r"@example\.org")
    assert subjects(found, Effect.ACCEPTED) == ["Three", "Two"]
    assert subjects(found, Effect.REFUSED) == ["One"]
    (refused,) = found.of(Effect.REFUSED)
    assert refused.before == "a new issue in INBOX"
    assert refused.after.startswith("pattern: ")
    with intake.store.read() as tx:
        assert settings.load(tx).allowed_pattern == r"@bosch\.com"


def test_the_effect_is_that_of_the_change_alone(intake: Intake) -> None:
    intake.set(allow_unknown_senders=False)
    receive(intake, letter("Refused then"))
    intake.register("anna@bosch.com")
    assert asked(intake, poll_seconds=60).turned == ()
    assert subjects(asked(intake, allow_unknown_senders=True), Effect.ACCEPTED) == []


def test_another_project_and_another_marker_take_messages_otherwise(intake: Intake) -> None:
    receive(intake, letter("Printer"), letter("Still broken (Fall 1)"))
    found = asked(intake, default_project="SUP")
    assert [one.after for one in found.of(Effect.OTHERWISE)] == ["a new issue in SUP"] * 2
    found = asked(intake, marker_words=["Fall"], marker_templates=["({word} {number})"])
    (turned,) = found.turned
    assert (turned.effect, turned.before, turned.after) == (
        Effect.OTHERWISE,
        "a new issue in INBOX",
        "a comment on #1",
    )


def test_lists_cut_text_and_refuse(intake: Intake) -> None:
    receive(intake, letter("Offer", text="Buy now.\nKind regards"), letter("Printer", text="It is broken."))
    assert subjects(asked(intake, reject_subjects=["^offer"]), Effect.REFUSED) == ["Offer"]
    (turned,) = asked(intake, cut_passages=["kind regards"]).turned
    assert turned.line.subject == "Offer"
    assert turned.before.endswith("21 characters shown")
    assert turned.after.endswith("8 characters shown")


def test_a_rate_is_that_of_the_time_when_the_messages_came(intake: Intake) -> None:
    forged = [letter(f"Forged {number}", sender="anna@bosch.com, eve@evil.org") for number in range(5)]
    receive(intake, *forged, letter("Old"), *[letter("Old")] * 5)
    assert subjects(asked(intake, rate_messages=1), Effect.REFUSED) == []
    receive(intake, *(letter(f"Number {number}") for number in range(2, 5)))
    found = asked(intake, rate_messages=2, rate_minutes=10)
    assert subjects(found, Effect.REFUSED) == ["Number 4", "Number 3"]


def test_originals_that_are_gone_and_duplicates_are_counted(intake: Intake) -> None:
    receive(intake, letter("Old"), letter("Old"))
    with intake.store.write() as tx:
        journal.forget_originals(tx, datetime(2100, 1, 1, tzinfo=UTC))
    receive(intake, letter("New"))
    found = asked(intake, allow_unknown_senders=False)
    assert (found.messages, found.without_original, found.left_out, found.judged) == (3, 1, 1, 1)
    assert subjects(found, Effect.REFUSED) == ["New"]


def test_only_the_last_are_looked_at(intake: Intake) -> None:
    receive(intake, *(letter(f"Number {number}") for number in range(5)))
    found = what_if(intake.store, replace(stored(intake), allow_unknown_senders=False), last=2)
    assert subjects(found, Effect.REFUSED) == ["Number 4", "Number 3"]


def test_it_tells_its_progress_and_stops(intake: Intake) -> None:
    receive(intake, *(letter(f"Number {number}") for number in range(5)))
    stop, told = threading.Event(), []

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            stop.set()

    found = what_if(intake.store, stored(intake), progress=progress, stop=stop)
    assert told == [(1, 5), (2, 5)]
    assert found.messages == 2


def test_a_stored_pattern_that_cannot_be_used_takes_nothing_in(intake: Intake) -> None:
    receive(intake, letter("One"))
    intake.set(allowed_pattern="(")
    found = asked(intake, allowed_pattern="")
    assert found.paused is not None
    assert subjects(found, Effect.ACCEPTED) == ["One"]


def test_new_settings_that_cannot_be_used_are_refused(intake: Intake) -> None:
    with pytest.raises(PatternUnusable, match="cannot be used"):
        asked(intake, reject_subjects=["("])


def test_there_may_be_no_message_yet(intake: Intake) -> None:
    found = asked(intake, allow_unknown_senders=False)
    assert (found.messages, found.turned) == (0, ())
