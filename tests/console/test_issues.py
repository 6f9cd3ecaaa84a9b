"""The issues screen: list, filter, details, files, triage."""

from pathlib import Path

import pytest

from allegra_tui.console.links import Link
from allegra_tui.model.issue import State
from allegra_tui.store import issues
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("issues")

REPLY = "Thank you.\n\nOn Mon, Anna wrote:\n> It does not print.\n> Please help.\n"


@pytest.fixture
def filled(world: World) -> World:
    """Six issues in two projects; the first has a comment with quoted text and files of the same name."""
    world.sender("Anna Meier", "anna@bosch.com")
    world.project("WEB", "Website")
    world.receive(
        letter("Printer on fire", "It does not print.\nPlease help.", message_id="<1@x>", files=(("log.txt", b"one"),)),
        letter("Invoice 4711 is missing", "Where is the invoice for the printer?", "Bob <bob@example.org>"),
        letter("Login fails", "The login page says no.", "carol@example.org"),
        letter("Grüße aus Köln 日本語", "Umlauts äöü.", "Jürgen Groß <jg@example.org>"),
        letter("Re: Printer on fire", REPLY, headers=("In-Reply-To: <1@x>",), files=(("log.txt", b"two"),)),
        letter("Slow page", "The page is slow.", "carol@example.org"),
        letter("Another printer", "A second printer does not print.", "bob@example.org"),
    )
    return world


def state_of(world: World, number: int) -> tuple[str, State]:
    """Project and state of an issue, as stored."""
    with world.store() as store, store.read() as tx:
        line = issues.line(tx, number)
    assert line is not None
    return line.project, line.state


def test_empty(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2")
        await story.has("No issues yet")
        await story.looks_like("issues_empty")

    console(tell)


def test_list_and_details(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2")
        await story.looks_like("issues_list")
        await story.press("G", "enter")
        await story.looks_like("issues_details")
        await story.lacks("> Please help.")
        await story.press("t")
        await story.has("> Please help.")
        await story.press("w", "G")
        await story.has("names no issue and", "the message it answers")
        await story.press("escape")
        await story.has("Login fails")

    console(tell)


def test_search_marks_hits_and_no_hits_names_the_filter(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "slash")
        await story.type("printer")
        await story.looks_like("issues_filter")
        await story.press("enter")
        await story.has('Issues with "printer"', "3 issues", "Another printer", "Invoice 4711")
        await story.lacks("Slow page")
        await story.press("slash")
        await story.type("xyz")
        await story.press("enter")
        await story.looks_like("issues_no_hits")
        await story.press("backspace")
        await story.has("All issues", "6 issues")

    console(tell)


def test_filter_by_project_state_and_sender(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "slash", "tab", "tab", "right", "enter")
        await story.has("Issues of INBOX", "6 issues")
        await story.press("slash", "tab", "right", "tab", "tab")
        await story.type("CAROL@example.org")
        await story.press("enter")
        await story.has("Open issues of INBOX from CAROL@example.org", "2 issues")

    assert small_console(tell).failure is None


def test_marked_issues_are_moved_and_moved_back(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "space", "space")
        await story.has("2 marked")
        await story.press("m")
        await story.has("Move 2 issues to", "SUP  Support")
        await story.press("down", "enter")
        await story.has("2 issues moved to SUP")
        assert [state_of(filled, number)[0] for number in (6, 5, 4)] == ["SUP", "SUP", "INBOX"]
        await story.press("u")
        await story.has("Taken back: 2 moved")

    console(tell)
    assert [state_of(filled, number)[0] for number in (6, 5)] == ["INBOX", "INBOX"]


def test_undo_is_refused_when_the_issue_changed_since(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "x")
        assert state_of(filled, 6)[1] is State.CLOSED
        with filled.store() as store, store.write() as tx:
            issues.move(tx, [6], "SUP")
        await story.press("u")
        await story.has("#6 changed since: nothing was undone")

    small_console(tell)
    assert state_of(filled, 6) == ("SUP", State.CLOSED)


def test_close_and_reopen(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "x")
        await story.has("#6 closed", "closed Another printer")
        await story.press("o")
        await story.lacks("closed Another printer")

    small_console(tell)
    assert state_of(filled, 6)[1] is State.OPEN


def test_an_attachment_is_saved_and_never_overwrites(
    filled: World, small_console: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = tmp_path / "there.txt"
    wanted.write_bytes(b"mine")

    async def tell(story: Story) -> None:
        await story.press("2", "G", "enter", "a")
        await story.has("[1] log.txt", "[2] log.txt")
        await story.press("down", "enter", "ctrl+u")
        await story.type(str(wanted))
        await story.press("enter")
        await story.has("There is such a file")
        await story.type("2")
        await story.press("enter")
        await story.has("Saved")
        await story.press("a", "enter", "ctrl+u")
        await story.type("~nobody-of-that-name/log.txt")
        await story.press("enter")
        await story.has("No such file or directory")

    assert small_console(tell).failure is None
    assert wanted.read_bytes() == b"mine"
    assert (tmp_path / "there.txt2").read_bytes().strip() == b"two"


def test_the_original_is_shown_as_it_came(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "G", "enter", "v")
        await story.has("The original of which message", "the issue, ", "comment 1, ")
        await story.press("enter")
        await story.has("Original of message", "In-Reply-To: <1@x>", "Subject: Re: Printer on fire")
        await story.press("escape")
        await story.has("Printer on fire")
        await story.press("v", "end", "enter")
        await story.has("Message-ID: <1@x>", "Subject: Printer on fire")
        await story.press("escape", "escape", "g", "enter", "v")
        await story.has("Original of message", "Subject: Another printer")

    assert small_console(tell).failure is None


def test_read_only_offers_no_change(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "x", "m")
        await story.has("read-only", "Another printer")
        await story.lacks("Move")

    small_console(tell, read_only=True)
    assert state_of(filled, 6)[1] is State.OPEN


def test_a_link_opens_an_issue_and_escape_goes_back(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        story.app.go(Link("issues", 2))
        await story.settle()
        await story.has("#2 Invoice 4711 is missing")
        await story.press("escape")
        await story.has("6 issues")
        story.app.go(Link("issues", where={"sender": "carol@example.org"}))
        await story.settle()
        await story.has("Issues from carol@example.org", "2 issues")

    assert small_console(tell).failure is None


def test_a_link_to_a_filter_leads_to_the_list_whatever_was_read_there(world: World, small_console: Play) -> None:
    world.receive(letter("Printer"))

    async def tell(story: Story) -> None:
        await story.press("2", "enter")
        await story.has("It does not print.")
        await story.press("4", "i")
        await story.has("Issues of INBOX", "1 issue", "Printer")
        await story.lacks("It does not print.")

    assert small_console(tell).failure is None
