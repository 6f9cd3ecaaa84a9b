"""The mailboxes screen: the tree, and what is done with a mailbox."""

import pytest

from tests.console.boxes import fill, names, stored
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("mailboxes")


@pytest.fixture
def filled(world: World) -> World:
    """Five mailboxes, each in another state."""
    return fill(world)


def test_empty_says_what_it_is_for(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3")
        await story.looks_like("mailboxes_empty")

    console(tell)


def test_tree_and_details(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3")
        await story.looks_like("mailboxes_tree")
        await story.press("enter")
        await story.looks_like("mailboxes_details")
        await story.press("escape", "G", "k", "k", "enter")
        await story.has("refuses the log-in of third", "t tries the connection")

    console(tell)


def test_a_project_can_be_folded(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "g", "enter")
        await story.has("> Global")
        await story.lacks("support")
        await story.press("r")
        await story.lacks("support")
        await story.press("enter")
        await story.has("v Global", "support")

    assert small_console(tell).failure is None


def test_read_only_offers_only_the_test(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a", "e", "x", "d")
        await story.has("read-only", "v Global", "support")
        await story.lacks("New mailbox", "Remove this")

    small_console(tell, read_only=True)
    assert stored(filled, "support")[0].enabled


def test_disabled_and_enabled_again(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "x")
        await story.has("Mailbox support disabled", "- disabled  support")
        assert not stored(filled, "support")[0].enabled
        await story.press("x")
        await story.has("Mailbox support enabled")

    small_console(tell)
    assert stored(filled, "support")[0].enabled


def test_removed_only_where_nothing_refers_to_it(filled: World, small_console: Play) -> None:
    filled.receive(letter("Printer"), mailbox="support")

    async def tell(story: Story) -> None:
        await story.press("3", "d")
        await story.has("Disable this mailbox?", "support", "so it cannot be removed")
        await story.press("y")
        await story.has("Mailbox support disabled: messages came from it")
        await story.press("G", "d")
        await story.has("Remove this mailbox?", "pop")
        await story.press("n")
        assert "pop" in names(filled)
        await story.press("d", "y")
        await story.has("Mailbox pop removed")

    small_console(tell)
    assert "support" in names(filled)
    assert "pop" not in names(filled)
    assert not stored(filled, "support")[0].enabled
