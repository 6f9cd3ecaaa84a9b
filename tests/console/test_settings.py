"""The settings screen: staged changes, tests, the last look, the console's colours."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allegra_tui.console.links import Link
from allegra_tui.console.settings import consequences
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.store import Store, journal, settings
from allegra_tui.usecases import configure
from allegra_tui.usecases.what_if import WhatIf
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("settings")


@pytest.fixture
def filled(world: World) -> World:
    """Four messages of three senders; the original of the first is gone."""
    world.receive(letter("Old one"))
    with world.store() as store, store.write() as tx:
        journal.forget_originals(tx, datetime(2100, 1, 1, tzinfo=UTC))
    world.receive(
        letter("Printer on fire"),
        letter("Buy now", "Cheap watches.", "Spam <spam@evil.org>"),
        letter("Login fails", "It says no.", "bob@example.org"),
    )
    return world


def stored(world: World) -> IntakeSettings:
    """The settings as stored."""
    with world.store() as store, store.read() as tx:
        return settings.load(tx)


async def go_to(story: Story, name: str) -> None:
    """Put the cursor on a setting."""
    story.app.go(Link("settings", name))
    await story.settle()


def test_list(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("9")
        await story.looks_like("settings_list")
        await story.press("G")
        await story.has("allegra-dark")

    console(tell)


def test_fresh_data_directory(small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("9")
        await story.has("Default project", "none")

    assert small_console(tell).failure is None


def test_a_change_is_staged_looked_at_and_saved(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "reject_subjects")
        await story.press("enter")
        await story.type("^buy")
        await story.press("ctrl+s")
        await story.has("Refuse subjects *", "1: ^buy", "* 1 not saved yet")
        assert stored(filled).reject_subjects == ()
        await story.looks_like("settings_staged")
        await story.press("ctrl+s")
        await story.has(
            "Changes, not saved yet",
            "+ ^buy",
            "Of the last 4 messages:  x 1 now refused  + 0 now accepted",
            "3 judged again, 1 no longer have their original",
            "x refused",
            "Buy now",
        )
        await story.looks_like("settings_review")
        await story.press("ctrl+s")
        await story.has("The settings are saved")
        await story.lacks("not saved yet")

    console(tell)
    assert tuple(stored(filled).reject_subjects) == ("^buy",)


def test_the_last_look_opens_a_message_and_comes_back(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "allow_unknown_senders")
        await story.press("enter", "right", "ctrl+s", "ctrl+s")
        await story.has("x 3 now refused", "Allow unknown senders: yes -> no")
        await story.press("enter")
        await story.has("bob@example.org", "Login fails")
        await story.press("escape", "escape")
        await story.has("Changes, not saved yet", "x 3 now refused")
        await story.press("escape")
        await story.has("* 1 not saved yet")

    small_console(tell)
    assert stored(filled).allow_unknown_senders


def test_judging_the_last_messages_tells_its_progress_and_is_stopped(
    filled: World, small_console: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(
        store: Store, new: IntakeSettings, *, progress: Callable[[int, int], object], stop: threading.Event
    ) -> WhatIf:
        progress(50, 500)
        assert stop.wait(20)
        return WhatIf(messages=50, judged=50, without_original=0, left_out=0, turned=())

    monkeypatch.setattr(consequences, "what_if", slow)

    async def tell(story: Story) -> None:
        await go_to(story, "enabled")
        await story.press("enter", "right", "ctrl+s")
        story.hit("ctrl+s")
        await story.until(lambda: "50/500" in story.text)
        await story.has("c stop", "Take mail in: yes -> no", "While the intake is off no mail is taken in")
        await story.press("c")
        await story.has("! stopped: of the newest messages only")
        await story.lacks("c stop")
        await story.press("escape")
        story.hit("ctrl+s")
        await story.until(lambda: "50/500" in story.text)
        await story.press("escape")
        await story.has("* 1 not saved yet")

    assert small_console(tell).failure is None


def test_mistakes_stand_at_their_field(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "max_message_mb")
        await story.press("enter", "ctrl+u")
        await story.type("much")
        await story.press("tab")
        await story.has("x a whole number from 1 to 1000 is expected")
        await story.press("ctrl+s")
        await story.has("Limits")
        await story.looks_like("settings_mistake")

    console(tell)
    assert stored(world).max_message_mb == 25


def test_a_list_pattern_that_cannot_be_used_is_refused(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "reject_senders")
        await story.press("enter")
        await story.type("(")
        await story.press("ctrl+s")
        await story.has("Lists", "Refuse senders *", "x ")
        await story.lacks("not saved yet")

    assert small_console(tell).failure is None


def test_subject_markers_are_tried_while_they_change(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "marker_words")
        await story.press("enter", "tab", "tab")
        await story.type("WG: [Fall 1] see [#2]")
        await story.has("+ a comment on #2; a forward", "+ [#2]  #2 Printer on fire")
        await story.lacks("[Fall 1]  ")
        await story.press("shift+tab", "shift+tab")
        await story.type("Fall\n")
        await story.has("+ a comment on #1; a forward", "+ [Fall 1]  #1 Old one")
        await story.looks_like("settings_markers")
        await story.press("tab", "tab", "ctrl+u")
        await story.type("Re: [#99]")
        await story.has("a new issue; a reply", "x [#99]  there is no issue #99")

    console(tell)


def test_lists_are_tried_on_a_text(world: World, console: Play) -> None:
    world.set(reject_subjects=("watch",), cut_passages=("--.*",), drop_file_names=(r"\.ics$",))

    async def tell(story: Story) -> None:
        await go_to(story, "reject_subjects")
        await story.press("enter", *["tab"] * 6)
        await story.type("cheap watches -- bye")
        await story.has("x as a subject: refused by watch", "~ as a body it is cut to: cheap watches")
        await story.looks_like("settings_lists")
        await story.press("ctrl+u")
        await story.type("invite.ics")
        await story.has("invite.ics left out")

    console(tell)


def test_two_consoles_save(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "poll_seconds")
        await story.press("enter", "ctrl+u")
        await story.type("60")
        await story.press("ctrl+s", "ctrl+s")
        with filled.store() as store:
            was = stored(filled)
            configure.save_settings(store, replace(was, max_message_mb=7), was=was, who="other")
        await story.press("ctrl+s")
        await story.has("Somebody else saved the settings meanwhile", "Largest message, MB: 25 -> 7")
        await story.looks_like("settings_second")
        await story.press("enter")
        await story.has("Changes, not saved yet", "1 setting", "300 s (5 min) -> 60 s")
        await story.press("ctrl+s")
        await story.has("The settings are saved")

    console(tell)
    assert (stored(filled).poll_seconds, stored(filled).max_message_mb) == (60, 7)


def test_the_second_may_take_theirs(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "poll_seconds")
        await story.press("enter", "ctrl+u")
        await story.type("60")
        await story.press("ctrl+s", "ctrl+s")
        filled.set(poll_seconds=120)
        await story.press("ctrl+s")
        await story.has("You changed, too: Poll every, seconds")
        await story.press("down", "enter")
        await story.has("120 s (2 min)")
        await story.lacks("not saved yet", "The settings are saved")

    small_console(tell)
    assert stored(filled).poll_seconds == 120


def test_changes_are_taken_back_and_asked_about_on_quitting(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "enabled")
        await story.press("enter", "right", "ctrl+s", "ctrl+q")
        await story.has("Quit and lose this?", "Settings: Take mail in")
        await story.press("n", "u")
        await story.lacks("not saved yet")
        await story.press("enter", "right", "ctrl+s", "x")
        await story.has("Drop these changes?", "Take mail in")
        await story.press("y")
        await story.lacks("not saved yet")

    assert small_console(tell).failure is None


def test_a_pattern_that_cannot_be_used_is_told_on_saving(world: World, small_console: Play) -> None:
    world.set(allowed_pattern="(")

    async def tell(story: Story) -> None:
        await go_to(story, "poll_seconds")
        await story.press("enter", "ctrl+u")
        await story.type("60")
        await story.press("ctrl+s", "ctrl+s")
        await story.has("x the pattern for allowed senders cannot be used")
        await story.press("ctrl+s")
        await story.has("allowed_pattern:")

    small_console(tell)
    assert stored(world).poll_seconds == 300


def test_colours_are_remembered(world: World, small_console: Play, empty_dir: Path) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "theme")
        await story.press("enter", "down", "enter")
        assert story.app.theme == "allegra-light"
        await story.has("allegra-light from now on.")

    async def again(story: Story) -> None:
        await story.press("9", "G")
        await story.has("allegra-light")

    small_console(tell)
    assert small_console(again).theme == "allegra-light"
    (empty_dir / "console-theme").write_text("\x1b[x]\n")
    assert small_console(lambda story: story.press("9")).theme == "allegra-dark"


def test_hostile_text_does_nothing(filled: World, console: Play) -> None:
    evil = "\x1b]52;c;x\x07[/x][@click=app.quit]\u202e"
    filled.set(reject_bodies=(r"\[/x\]" + "\x1b\u202e",), authserv_id=evil, marker_words=(evil,))
    filled.receive(letter(f"[/x][@click=app.quit]{evil}", sender='"[/x]\u202e" <e@example.org>'))

    async def tell(story: Story) -> None:
        await story.press("9", "G", "g")
        await story.has("\u241b]52;c;x\u2407[/x][@click=app.quit]")
        await go_to(story, "allow_unknown_senders")
        await story.press("enter", "right", "ctrl+s", "ctrl+s")
        await story.has("x 4 now refused", "[/x][@click=app.quit]")
        await story.press("escape", "u")
        await go_to(story, "reject_subjects")
        await story.press("enter", *["tab"] * 6)
        await story.type("[/x][@click=app.quit]")
        await story.press("escape", "y", "escape")
        await story.lacks("\x1b", "\u202e")

    assert console(tell).failure is None


def test_read_only_shows_and_changes_nothing(world: World, small_console: Play, empty_dir: Path) -> None:
    async def tell(story: Story) -> None:
        await go_to(story, "enabled")
        await story.press("enter")
        await story.has("Take mail in cannot be changed")
        await go_to(story, "theme")
        await story.press("enter", "down", "enter")
        assert story.app.theme == "allegra-light"

    small_console(tell, read_only=True)
    assert not (empty_dir / "console-theme").exists()
