"""Stories of the overview: the first steps, what needs attention, the mailboxes, the last days."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.console.overview.plot import stack
from allegra_tui.console.screens import overview as screen
from allegra_tui.model.verdict import Outcome
from allegra_tui.paths import DataDir
from allegra_tui.store import mailboxes
from allegra_tui.store.database import Transaction
from allegra_tui.usecases.presence import claim
from tests.console.conftest import Play
from tests.console.post import add_mailbox, deliver, take
from tests.console.story import Story
from tests.console.world import World, letter

HOSTILE = "\x1b]0;owned\x07\x9b31m\u202egnp\u200b [/x] [@click=app.quit]quit[/] [bold"


@pytest.fixture
def bare(empty_dir: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which nothing was set up yet, not even the data directory."""
    world = World(empty_dir)
    monkeypatch.setattr(Transaction, "now", lambda tx: world.now)
    return world


def note(world: World, name: str, **changes: object) -> None:
    """Write down how a mailbox does."""
    with world.store() as store, store.write() as tx:
        box = mailboxes.find(tx, name)
        assert box is not None
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), **changes))  # type: ignore[arg-type]


def busy(world: World) -> None:
    """Two weeks of mail: a mailbox that does well, one that was forgotten, one that cannot be read."""
    support, info = add_mailbox(world, "support", project="SUP"), add_mailbox(world, "info")
    for day in range(6):
        take(world, "support", support, *(letter(f"Day {day}, {number}") for number in range(day + 1)))
        take(world, "info", info, letter(f"Re: [#1] Day {day}"), letter(f"Info {day}"))
        world.now += timedelta(days=2)
    world.set(allow_unknown_senders=False, allowed_pattern=r"[^@ \t]@bosch\.com")
    take(world, "info", info, letter("Win a car", sender="Eve <eve@evil.example>"))
    add_mailbox(world, "broken")
    note(world, "broken", error="the directory is not there: look at path", consecutive_errors=3)


def test_a_busy_overview(world: World, console: Play) -> None:
    busy(world)

    async def tell(story: Story) -> None:
        await story.lacks("First steps:")
        await story.has("x error", "broken: the directory is not there", "1 refused", "6 commented", "27 created")
        await story.looks_like("overview_busy")

    assert console(tell).failure is None


def test_the_first_start(bare: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.has("0 of 6 done", "> next A project where issues live")
        await story.looks_like("overview_first_start")
        await story.press("j")
        await story.has("the connection is tried step by")
        await story.press("j")
        await story.has("Nobody may write yet")
        await story.press("w")
        await story.has("No mailbox is set up")
        await story.looks_like("overview_empty")
        await story.press("w")
        await story.has("0 of 6 done")

    assert console(tell).failure is None


def test_from_nothing_to_the_first_issue(bare: World, small_console: Play, tmp_path: Path) -> None:
    path = tmp_path / "mail"
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True)
    deliver(path, letter("Printer"), letter("Win a car", sender="Eve <eve@evil.example>"))

    async def tell(story: Story) -> None:
        await story.press("enter")
        await story.type("SUP")
        await story.press("ctrl+s")
        await story.has("1 of 6 done", "> next A mailbox, tested and trusted")
        await story.press("enter")
        await story.type("support")
        await story.press("tab", "tab", "right", "right", "tab")
        await story.type(str(path))
        await story.press("ctrl+s")
        await story.has("+ folder", "The connection works")
        await story.press("escape")
        await story.has("2 of 6 done", "> next Who may write", "not said yet for support")
        await story.press("enter", "space")
        await story.has("advertisers too")
        await story.press("tab")
        await story.type(r"[^@ \t]@bosch\.com")
        await story.has("Everybody may write whose address the pattern accepts")
        await story.looks_like("overview_writers")
        await story.press("ctrl+s")
        await story.has("3 of 6 done", "everybody whom the pattern accepts")
        await story.press("enter")
        await story.has("support holds 2 messages")
        await story.press("enter", "escape")
        await story.has("4 of 6 done", "> next The first fetch")
        await story.press("enter", "f")  # what to take was said: it is not asked again
        await story.has("1 created, 1 rejected")
        await story.press("escape")
        await story.has("5 of 6 done", "1 message waits")
        await story.looks_like("overview_refused")
        await story.press("enter")
        await story.has("Win a car")
        await story.press("d", "y", "escape")
        await story.has("+ Nothing needs attention.", "# 1 created", "x 1 refused")
        await story.lacks("of 6 done", "w first steps")

    assert small_console(tell).failure is None


def test_who_leaves_a_step_out_is_led_on_from_the_one_that_was_taken(bare: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("j", "j", "enter", "space", "ctrl+s")
        await story.has("1 of 6 done", "  > next A project", "> . open What to take")

    assert small_console(tell).failure is None


def test_who_is_registered_may_write(bare: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("j", "j", "enter", "ctrl+n")
        await story.type("Anna Meier")
        await story.press("tab")
        await story.type("anna@bosch.com")
        await story.press("ctrl+s")
        await story.has("The registered sender may write")
        await story.press("escape")
        await story.has("1 of 6 done", "1 registered sender")

    assert small_console(tell).failure is None


def test_a_pattern_that_cannot_be_used_is_said_on_the_form(bare: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("j", "j", "enter", "tab")
        await story.type("[a-")
        await story.press("ctrl+s")
        await story.has("Who may write", "x ")
        await story.press("escape", "y")
        await story.has("nobody yet")

    assert small_console(tell).failure is None


def test_with_read_only_no_step_is_taken(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.has("2 of 6 done")
        await story.press("enter")
        await story.has("2 of 6 done", "--read-only: nothing can be")

    assert small_console(tell, read_only=True).polling is None


def test_what_needs_attention_leads_to_where_it_is_put_right(world: World, small_console: Play) -> None:
    busy(world)
    seen = []

    async def tell(story: Story) -> None:
        for number in range(4):
            await story.press(*"j" * number, "enter")
            seen.append(story.app.place)
            await story.press("escape")
            await story.has("needs attention")
            await story.press("g")

    small_console(tell)
    assert seen == ["mailboxes", "mailboxes", "journal", "senders"]


def test_a_mailbox_leads_to_its_settings(world: World, small_console: Play) -> None:
    busy(world)

    async def tell(story: Story) -> None:
        await story.press("tab", "j", "enter")
        assert story.app.place == "mailboxes"
        await story.has("info")

    assert small_console(tell).failure is None


def test_what_stops_everything_stands_first(world: World, console: Play) -> None:
    busy(world)
    world.set(allowed_pattern="[a-", enabled=False, default_project=None)
    note(world, "info", note="2 messages stay on the server, 17 first: it does not delete")

    async def tell(story: Story) -> None:
        await story.has("NO MAIL IS TAKEN IN", "= switched off", "no default project", "the intake is switched off")
        await story.looks_like("overview_stopped")
        await story.press("j", "enter")
        assert story.app.place == "settings"

    assert console(tell).failure is None


def test_hostile_text(world: World, console: Play) -> None:
    path = add_mailbox(world, "[/x] [@click=app.quit]")
    take(world, "[/x] [@click=app.quit]", path, letter(HOSTILE, HOSTILE))
    note(world, "[/x] [@click=app.quit]", error=f"the server says {HOSTILE}", note=HOSTILE)

    async def tell(story: Story) -> None:
        await story.has("[/x] [@click=app.quit]: the server says \u241b]0;owned\u2407")
        await story.has("quit[/] [bold")
        for character in "\x1b\x07\x9b\u202e\u200b":
            await story.lacks(character)
        await story.looks_like("overview_hostile")

    assert console(tell).failure is None


def test_what_another_intake_does_is_seen(world: World, small_console: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "LOOK_SECONDS", 0.02)
    path = add_mailbox(world, "support")
    take(world, "support", path, letter())

    async def tell(story: Story) -> None:
        await story.has("# 1 created")
        take(world, "support", path, letter("Scanner"))
        await story.until(lambda: "# 2 created" in story.text)

    assert small_console(tell).failure is None


def test_an_error_in_reading_stays_on_the_screen(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        shutil.move(world.root / "allegra.db", world.root / "gone.db")
        (world.root / "allegra.db").mkdir()
        story.app.session.store.close()
        await story.press("r")
        await story.has("x ")

    assert small_console(tell).failure is None


def test_columns_show_whatever_happened() -> None:
    assert stack({}, 10, 6) == ""
    assert stack({Outcome.CREATED: 10}, 10, 6) == "######"
    assert stack({Outcome.CREATED: 5}, 10, 6) == "###"
    assert stack({Outcome.CREATED: 999, Outcome.FAILED: 1}, 1000, 6) == "#####!"
    assert stack({Outcome.FAILED: 1, Outcome.REJECTED: 1, Outcome.CREATED: 1}, 1000, 6) == "#x!"
    assert stack({Outcome.IGNORED: 5}, 10, 6) == ""
    assert stack(dict.fromkeys(Outcome, 3), 12, 2) == "#="


def test_who_watches_is_shown(world: World, small_console: Play) -> None:
    support = add_mailbox(world, "support")
    take(world, "support", support, letter())

    async def tell(story: Story) -> None:
        await story.has(f"watched by process {os.getpid()}")

    with claim(DataDir(world.root)):
        assert small_console(tell).failure is None
        assert small_console(tell, read_only=True).failure is None
