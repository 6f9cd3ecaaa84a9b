"""Who did what, on a screen: found from everywhere, filtered, with what was before and after."""

from datetime import timedelta

import pytest

from allegra_tui.store import audit
from tests.console.boxes import HOSTILE
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World


@pytest.fixture
def told(world: World) -> World:
    """Some entries, an hour apart."""
    pattern = {
        "allowed_pattern": ("", r"[^@ \t]@bosch\.com"),
        "must_accept": ([], ["anna@bosch.com", "bert@bosch.com"]),
    }
    with world.store() as store, store.write() as tx:
        for who, action, subject, changes in (
            ("allegra", "add", "project SUP", {"key": (None, "SUP"), "name": (None, "Support")}),
            ("anna as allegra from 192.0.2.7", "change", "intake", pattern),
            ("anna as allegra from 192.0.2.7", "trust", "mailbox support", {"pin": (None, "ab" * 32)}),
            ("bert as allegra", "remove", "mailbox old", {}),
        ):
            world.now += timedelta(hours=1)
            audit.record(tx, who=who, action=action, subject=subject, changes=changes)
        world.now += timedelta(hours=1)
        state = {"state": ("open", "closed")}
        audit.record_alike(tx, who="bert as allegra", action="close", kind="issue", numbers=[1, 12, 13], changes=state)
    return world


def test_the_list_and_an_entry(told: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("A")
        await story.looks_like("audit_list")
        await story.press("down", "down", "down", "enter")
        await story.looks_like("audit_entry")
        await story.press("escape")
        await story.has("Who did what", "5 entries")
        await story.press("escape")
        await story.has("Overview")

    console(tell)


def test_filtered(told: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("9", "A", "slash")
        await story.type("#12")
        await story.looks_like("audit_filter")
        await story.press("enter")
        await story.has('Who did what with "#12"', "close", "1 entry")
        await story.press("backspace")
        await story.has("5 entries")
        await story.press("slash", "tab")
        await story.type("anna")
        await story.press("enter")
        await story.has("Who did what by anna", "2 entries")
        await story.press("slash", "tab", "tab", "right", "right", "right", "enter")
        await story.has("No entry is found by this filter.", "backspace takes it away")
        await story.press("backspace", "escape")
        await story.has("Settings")

    console(tell)


def test_found_in_the_palette_and_empty(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "colon")
        await story.type("Who did")
        await story.press("down", "enter")
        await story.has("Who did what", "Nobody changed anything yet.")
        await story.press("A", "escape")
        await story.has("Projects")

    small_console(tell)


def test_hostile_text_is_shown_as_text(world: World, small_console: Play) -> None:
    with world.store() as store, store.write() as tx:
        changes = {HOSTILE: (HOSTILE, [HOSTILE])}
        audit.record(tx, who=HOSTILE, action="change", subject=f"mailbox {HOSTILE}", changes=changes)

    async def tell(story: Story) -> None:
        await story.press("A", "enter")
        await story.has("[bold", "␛]0;owned")
        assert all(line.isprintable() for line in story.text.splitlines())

    small_console(tell)


def test_of_two_thousand_the_last_is_reached_at_once(world: World, small_console: Play) -> None:
    with world.store() as store, store.write() as tx:
        for number in range(2_000):
            audit.record(tx, who="anna", action="add", subject=f"sender {number:05}", changes={})

    async def tell(story: Story) -> None:
        await story.press("A")
        await story.has("2,000 entries", "sender 01999")
        await story.press("G")
        await story.has("sender 00000")

    small_console(tell)
