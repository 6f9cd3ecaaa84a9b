"""The journal: list, filter, a message to read, and the quarantine as a work list."""

from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.console.app import Console
from allegra_tui.console.links import Link
from allegra_tui.model.verdict import Outcome, Reason, Review
from allegra_tui.store import audit, journal, senders
from tests.console.conftest import Play
from tests.console.hostile import ENCODED, HOSTILE, steering
from tests.console.post import add_mailbox, take
from tests.console.story import Story
from tests.console.terminal import open_console
from tests.console.world import World, letter

pytestmark = pytest.mark.place("journal")

"""Textual itself asks for the ordinary mouse pointer."""
EVE = "Eve Adams <eve@example.net>"


@pytest.fixture
def filled(world: World) -> World:
    """Seven messages: taken, commented, refused three times, a machine's, and one again."""
    world.sender("Anna Meier", "anna@bosch.com")
    world.sender("Bob", "bob@example.org")
    world.set(allow_unknown_senders=False)
    first = letter("Printer on fire", "It does not print.", message_id="<1@x>", files=(("log.txt", b"one"),))
    take(
        world,
        "general",
        add_mailbox(world, "general"),
        first,
        letter("Re: Printer on fire", "Thanks.\n\n> It does\n> not print.\n", headers=("In-Reply-To: <1@x>",)),
        letter("May I write here?", "I am not registered.", EVE),
        letter("Two senders", "Which one?", "anna@bosch.com, eve@example.net"),
        letter("Out of office", "I am away.", "Bob <bob@example.org>", headers=("Auto-Submitted: auto-replied",)),
        first,
        letter("Buy stickers", "Cheap stickers.", "Shop <shop@example.net>"),
    )
    return world


def fates(world: World) -> dict[int, tuple[Outcome, Review]]:
    """What became of each message, as stored."""
    with world.store() as store, store.read() as tx:
        return {line.id: (line.outcome, line.review) for line in journal.lines(tx, journal.JournalFilter())}


def fail(world: World, message_id: int) -> None:
    """Let a message have failed."""
    with world.store() as store, store.write() as tx:
        journal.decide(
            tx,
            message_id,
            outcome=Outcome.FAILED,
            reason=Reason.HANDLING_FAILED,
            detail="ValueError: a bug",
            review=Review.OPEN,
            trace="Traceback (most recent call last):\nValueError: a bug",
        )


def test_empty(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8")
        await story.looks_like("journal_empty")
        await story.press("o")
        await story.has("Nothing waits for a decision.", "backspace")
        await story.press("o")
        await story.has("No message came yet.")

    assert console(tell).failure is None


def test_list_and_message(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8")
        await story.looks_like("journal_list")
        await story.press("j", "j", "j", "enter")
        await story.looks_like("journal_message")
        await story.press("J", "escape")
        await story.has("7 messages", "Out of office")

    assert console(tell).failure is None


def test_what_a_message_became(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "G", "enter")
        await story.has("+ created: issue #1", "log.txt  3 B", "Checks")
        await story.press("G")
        await story.has("0001.host: deleted there")
        await story.press("i")
        assert story.app.place == "issues"
        await story.has("#1 Printer on fire")
        await story.press("escape", "escape")
        assert story.app.place == "journal"
        await story.press("K")
        await story.has("+ commented: a comment on #1", "... 2 quoted lines are hidden")
        await story.press("v")
        await story.has("Original of message 2", "> It does", "In-Reply-To: <1@x>")
        await story.press("escape", "escape", "g", "enter")
        await story.has("= duplicate of message 1, issue #1")

    assert small_console(tell).failure is None


def test_filter(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "slash")
        await story.type("printer")
        await story.looks_like("journal_filter")
        await story.press("enter")
        await story.has('Messages with "printer"', "3 messages")
        await story.press("slash")
        await story.type("-nothing-")
        await story.press("enter")
        await story.has("No message is found by this filter.", "backspace takes it away")
        await story.press("backspace")
        await story.has("All messages", "7 messages")
        await story.press("o")
        await story.looks_like("journal_quarantine")

    assert console(tell).failure is None


def test_links(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        story.app.go(Link("journal", where={"outcome": "ignored", "mailbox": "general"}))
        await story.settle()
        await story.has("Ignored messages by mailbox general", "1 message")
        story.app.go(Link("journal", 3))
        await story.settle()
        await story.has("May I write here?", "x rejected: unknown_sender; waits for a decision")
        await story.press("escape")
        await story.has("All messages", "7 messages")

    assert small_console(tell).failure is None


def test_who_resembles_a_registered_sender_is_marked_and_a_long_subject_hides_nothing(
    world: World, small_console: Play
) -> None:
    world.sender("Ceo", "ceo@example.com")
    world.set(allow_unknown_senders=True)
    sender = f'"{"Very" * 200}" <ceo@exarnple.com>'
    world.receive(letter("Urgent " * 800, "Pay this.", sender), letter("Hello", "x", "Bob <bob@example.com>"))

    async def tell(story: Story) -> None:
        await story.press("8", "G", "enter")
        await story.has(
            "Urgent Urgent", "+ created: issue #1", "resembles ceo@example.com, which is registered)", "Pay"
        )
        await story.press("G")
        await story.has("careful, it", "resembles ceo@example.com, which is registered")
        await story.press("escape", "k", "enter")
        await story.has("from Bob <bob@example.com>")
        await story.lacks("resembles")
        await story.press("2", "G", "enter")
        await story.has("(not registered; resembles", "Pay this.")

    small_console(tell)


def test_release_register_and_see_the_issue(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "o", "G", "a")
        await story.looks_like("journal_release")
        await story.press("j", "enter")
        await story.has("1 message released: #2", "2 messages")
        await story.press("o", "j", "j", "j", "j")
        await story.has("#2")

    console(tell)
    assert fates(filled)[3] == (Outcome.CREATED, Review.RELEASED)
    with filled.store() as store, store.read() as tx:
        assert senders.find(tx, "eve@example.net") is not None
        assert {entry.action for entry in audit.entries(tx)} == {"release", "add"}


def test_marked_messages_are_released_into_a_project(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "asterisk", "a")
        await story.has("Release these 5 messages", "(2 messages marked as well, and left alone)")
        await story.press("G", "end", "enter")
        await story.has("5 messages released: #2, #3, #4, #5, #6")

    small_console(tell)
    taken = [outcome for outcome, _ in fates(filled).values() if outcome is Outcome.CREATED]
    assert len(taken) == 6
    with filled.store() as store, store.read() as tx:
        assert {line.outcome for line in journal.lines(tx, journal.JournalFilter(review=Review.RELEASED))} == {
            Outcome.CREATED
        }


def test_a_refused_release_says_why_and_changes_nothing(filled: World, console: Play) -> None:
    before = fates(filled)

    async def tell(story: Story) -> None:
        await story.press("8", "o", "j", "a", "j", "enter")
        await story.looks_like("journal_refused")

    console(tell)
    assert fates(filled) == before


def test_discard_and_undo(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "o", "asterisk", "d")
        await story.has("Discard these 3 messages?", "eve@example.net  May I write here?")
        await story.press("n")
        await story.has("3 marked")
        await story.press("d", "y")
        await story.has("3 messages discarded; u takes it back.", "Nothing waits for a decision.")
        assert {review for _, review in fates(filled).values()} == {Review.NONE, Review.DISCARDED}
        await story.press("u")
        await story.has("Taken back: 3 messages discarded.", "3 messages")
        await story.press("u")

    small_console(tell)
    assert fates(filled)[3] == (Outcome.REJECTED, Review.OPEN)


def test_undo_is_refused_where_somebody_was_quicker(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("8", "o", "d", "y")
        with filled.store() as store, store.write() as tx:
            journal.set_reviews(tx, [6], Review.OPEN)
        await story.press("u")
        await story.has("x message 6 is no longer discarded: nothing was undone")

    small_console(tell)
    assert fates(filled)[6] == (Outcome.REJECTED, Review.OPEN)


def test_a_failed_message_shows_its_trace_and_is_retried(filled: World, console: Play) -> None:
    fail(filled, 3)
    filled.set(allow_unknown_senders=True)

    async def tell(story: Story) -> None:
        await story.press("8", "o", "G", "enter")
        await story.looks_like("journal_failed")
        await story.press("t", "y")
        await story.has("Now created: #2")

    console(tell)
    assert fates(filled)[3] == (Outcome.CREATED, Review.NONE)


def test_why_now_shows_what_differs(filled: World, console: Play) -> None:
    filled.set(allow_unknown_senders=True, allowed_pattern=r"[^@ \t]@example\.net")

    async def tell(story: Story) -> None:
        await story.press("8", "o", "G", "enter", "w")
        await story.looks_like("journal_again")
        await story.press("escape", "escape", "o", "G", "enter", "w")
        await story.has("today     x rejected: pattern")
        await story.press("escape")
        await story.has("Printer on fire")

    before = fates(filled)
    console(tell)
    assert fates(filled) == before


def test_without_the_original_there_is_no_judging_again(filled: World, small_console: Play) -> None:
    with filled.store() as store, store.write() as tx:
        journal.forget_originals(tx, filled.now + timedelta(seconds=1))

    async def tell(story: Story) -> None:
        await story.press("8", "G", "enter")
        await story.has("The original is no longer kept.")
        await story.press("w")
        await story.has("x the original of message 1 is no longer kept: it cannot be judged again")
        await story.press("escape", "v")
        await story.has("x the original of message 1 is no longer kept")

    assert small_console(tell).failure is None


def test_read_only_shows_everything_and_changes_nothing(filled: World, small_console: Play) -> None:
    before = fates(filled)

    async def tell(story: Story) -> None:
        await story.press("8", "o", "a", "d", "t", "u")
        await story.has("Quarantine", "3 messages")
        await story.press("enter", "w")
        await story.has("by today's settings")

    app: Console = small_console(tell, read_only=True)
    assert (app.read_only, fates(filled)) == (True, before)


def test_hostile_text_is_shown_as_what_it_is(world: World, small_console: Play) -> None:
    receive_hostile(world)

    async def tell(story: Story) -> None:
        for keys in (("8",), ("G", "enter"), ("v",), ("escape", "w"), ("escape", "d"), ("n", "a"), ("escape",)):
            await story.press(*keys)
            assert all(line.isprintable() for line in story.text.split("\n")), story.text
        await story.press("escape", "G", "enter")
        await story.has("[/x] [@click=app.quit]quit[/]", "\u241b]0;owned\u2407")
        assert story.app.is_running

    assert small_console(tell).return_code is None


def test_hostile_text_does_not_reach_the_terminal(world: World, empty_dir: Path) -> None:
    receive_hostile(world)
    with open_console(empty_dir, size=(120, 36)) as terminal:
        terminal.wait_for(b"? help")
        terminal.send("8")
        terminal.wait_for(b"2 messages")
        for keys in (["down"], ["enter"], ["v"], ["escape"], ["w"], ["escape"], ["d"], ["y"], ["a"], ["enter"]):
            terminal.send(*keys)
            terminal.quiet()
        assert "gnp.exe" in terminal.output.decode()
        assert steering(terminal.output) == []
        assert terminal.process.poll() is None


def receive_hostile(world: World) -> None:
    """Take two messages in that attack the terminal by every text they have; both are refused."""
    world.set(allow_unknown_senders=False)
    world.receive(
        letter(ENCODED, f"\x1b[2J{HOSTILE}", f"{ENCODED} <eve@example.net>", files=((HOSTILE, b"x"),)),
        letter(HOSTILE, HOSTILE, f'"{HOSTILE}" <eve@[/x]>'),
    )
