"""The fetch screen: a run as it goes on, what it did, and what can be done about it there."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.console.fetching import run as fetching
from allegra_tui.model.journal import Lease
from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.model.verdict import Outcome
from allegra_tui.store import journal, leases, mailboxes
from allegra_tui.usecases.events import MailboxDone, MessageDone, RunDone
from allegra_tui.usecases.intake.handle import Handler, Item
from allegra_tui.usecases.intake.run import Tally
from tests.console.conftest import Play
from tests.console.hostile import ENCODED, HOSTILE, steering
from tests.console.post import add_mailbox, deliver, take
from tests.console.story import Story
from tests.console.terminal import end, open_console
from tests.console.world import World, letter

pytestmark = pytest.mark.place("fetch")


@pytest.fixture(autouse=True)
def _same_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run takes as long as every other, as far as it tells."""
    told = Tally.done

    def done(tally: Tally, reports: list[MailboxDone]) -> RunDone:
        return replace(told(tally, reports), seconds=1.5)

    monkeypatch.setattr(Tally, "done", done)


@pytest.fixture
def general(world: World) -> Path:
    """A mailbox that was fetched once, and holds four new messages: two issues, a comment and a refusal."""
    world.set(allowed_pattern=r"[^@ \t]@(bosch\.com|example\.org)")
    maildir = add_mailbox(world, "general")
    take(world, "general", maildir, letter("Printer on fire", message_id="<1@x>"))
    deliver(
        maildir,
        letter("Login fails", "The page says no.", "bob@example.org"),
        letter("Re: Printer on fire", "It still burns.", headers=("In-Reply-To: <1@x>",)),
        letter("Buy stickers", "Cheap stickers.", "Shop <shop@example.net>"),
        letter("Slow page", "The page is slow.", "bob@example.org"),
    )
    return maildir


def outcomes(world: World) -> list[Outcome]:
    """What became of all messages, oldest first."""
    with world.store() as store, store.read() as tx:
        return [line.outcome for line in reversed(journal.lines(tx, journal.JournalFilter()))]


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Have messages handled only once the event is set."""
    go = threading.Event()
    handle = Handler.handle

    def later(handler: Handler, mailbox: Mailbox, items: list[Item]) -> list[MessageDone]:
        assert go.wait(60)
        return handle(handler, mailbox, items)

    monkeypatch.setattr(Handler, "handle", later)
    try:
        yield go
    finally:
        go.set()


def test_no_mailbox(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7")
        await story.looks_like("fetch_empty")
        await story.press("f")
        await story.lacks("running")

    assert console(tell).failure is None


def test_a_mailbox_without_an_answer_asks_for_it(world: World, small_console: Play) -> None:
    deliver(add_mailbox(world, "support"), letter())
    with world.store() as store, store.write() as tx:
        mailboxes.answer(tx, 1, answered=False)

    async def tell(story: Story) -> None:
        await story.press("7")
        await story.has("? enter asks what to take of its mail")
        await story.press("f")
        await story.has("What to take of the mail that is there", "support holds 1 message")
        await story.press("enter", "escape")
        await story.has(". never fetched; takes all mail")

    assert small_console(tell).failure is None


def test_a_fetch(world: World, general: Path, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7")
        await story.looks_like("fetch_before")
        await story.press("f")
        await story.looks_like("fetch_done")
        await story.press("enter")
        assert story.app.place == "issues"
        await story.has("#3 Slow page")
        await story.press("escape", "escape")
        await story.has("done in 1.5 s", "4 messages: 2 created, 1 commented, 1 rejected")
        await story.press("tab", "enter")
        assert story.app.place == "issues"
        await story.has("#2 Login fails")

    console(tell)
    assert outcomes(world) == [
        *(Outcome.CREATED, Outcome.CREATED, Outcome.COMMENTED, Outcome.REJECTED, Outcome.CREATED)
    ]
    assert list((general / "new").iterdir()) == []


def test_a_dry_run_changes_nothing(world: World, general: Path, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7", "F")
        await story.looks_like("fetch_dry_run")
        await story.press("k", "enter")
        await story.has("x would be rejected: pattern", "> x pattern", "nothing was changed there or here")
        await story.press("a", "d", "t")
        await story.press("escape", "j", "enter")
        await story.has("+ would be created: #3")

    console(tell, read_only=True)
    assert outcomes(world) == [Outcome.CREATED]
    assert len(list((general / "new").iterdir())) == 4


def test_read_only_offers_the_dry_run_alone(world: World, general: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7", "f")
        await story.has("F shows what a fetch")
        await story.lacks("Fetch: general")

    small_console(tell, read_only=True)
    assert outcomes(world) == [Outcome.CREATED]


def test_a_refused_message_is_released_there(world: World, general: Path, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7", "f", "k", "enter")
        await story.looks_like("fetch_refused")
        await story.press("a", "enter")
        await story.has("1 message released: #4", "+ created: issue #4")
        await story.press("escape")
        await story.has("#4 new", "Buy stickers")

    console(tell)
    assert outcomes(world).count(Outcome.CREATED) == 4


def test_a_refused_message_is_discarded_there(world: World, general: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7", "f", "k", "d", "y", "enter")
        await story.has("x rejected: pattern; discarded")
        await story.press("u")
        await story.has("x rejected: pattern; waits for a decision")

    assert small_console(tell).failure is None


def test_progress_and_cancel(world: World, general: Path, console: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell(story: Story) -> None:
        with held_up(monkeypatch) as go:
            await story.press("7")
            story.hit("f")
            await story.until(lambda: "downloading" in story.text)
            await story.looks_like("fetch_running")
            story.hit("c")
            await story.until(lambda: "stopping after the message in hand" in story.text)
            go.set()
            await story.settle()
        await story.has("stopped in 1.5 s", "4 received, 4 deleted")

    console(tell)
    assert len(outcomes(world)) == 5


def test_a_run_goes_on_while_one_looks_elsewhere_and_ends_with_the_console(
    world: World, general: Path, small_console: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []

    async def tell(story: Story) -> None:
        with held_up(monkeypatch) as go:
            await story.press("7")
            story.hit("f")
            await story.until(lambda: "downloading" in story.text)
            story.hit("2")
            await story.until(lambda: "Printer on fire" in story.text)
            screen = story.app.get_screen_stack("fetch")[0]
            story.app.exit()
            stopped.append(getattr(screen, "_run").stop.is_set())  # noqa: B009
            go.set()

    small_console(tell)
    assert stopped == [True]
    assert len(outcomes(world)) == 5


def test_what_is_marked_is_fetched_without_what_was_not_answered(world: World, small_console: Play) -> None:
    first, second = add_mailbox(world, "general"), add_mailbox(world, "support", project="SUP", leave_on_server=True)
    deliver(first, letter("Printer"))
    deliver(second, letter("Login"))
    with world.store() as store, store.write() as tx:
        mailboxes.answer(tx, 1, answered=False)

    async def tell(story: Story) -> None:
        await story.press("7", "f")
        await story.has("Fetch without these?", "general", "Nobody said yet what to take")
        await story.press("n")
        await story.lacks("Fetch: support", "Fetch without")
        await story.press("j", "space", "f")
        await story.has("Fetch: support", "1 message: 1 created", "+ 1 received, 1 left", "? enter asks what to take")

    small_console(tell)
    assert outcomes(world) == [Outcome.CREATED]


def test_trouble_stays_on_the_screen(world: World, general: Path, small_console: Play) -> None:
    add_mailbox(world, "gone").rename(world.root / "elsewhere")
    with world.store() as store, store.write() as tx:
        box = mailboxes.find(tx, "gone")
        assert box is not None
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), contacted=True))

    async def tell(story: Story) -> None:
        await story.press("7", "f")
        await story.has("x gone:", "look at the path", "4 messages:")
        await story.press("r")
        await story.has("x gone:")

    assert small_console(tell).failure is None


def test_an_intake_that_is_off_says_so(world: World, general: Path, small_console: Play) -> None:
    world.set(enabled=False)

    async def tell(story: Story) -> None:
        await story.press("7", "f")
        await story.has("not started", "x the intake is switched off: nothing was fetched")

    small_console(tell)
    assert outcomes(world) == [Outcome.CREATED]


def test_a_fetch_elsewhere_shows_as_such(world: World, general: Path, console: Play) -> None:
    with world.store() as store, store.write() as tx:
        box = mailboxes.find(tx, "general")
        assert box is not None
        until = world.now + timedelta(minutes=2)
        assert (
            leases.acquire(
                tx, Lease(mailbox_id=box.id, host="mail2", pid=77, started="1", until=until), dead=lambda _: False
            )
            is None
        )

    async def tell(story: Story) -> None:
        await story.press("7")
        await story.has("> being fetched by process 77 on mail2")
        await story.press("f")
        await story.looks_like("fetch_held")

    console(tell)
    assert outcomes(world) == [Outcome.CREATED]


def test_of_a_long_run_the_last_messages_are_kept(
    world: World, general: Path, small_console: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "KEPT", 3)

    async def tell(story: Story) -> None:
        await story.press("7", "f")
        await story.has("4 messages: 2 created, 1 commented, 1 rejected (the last 3 are listed)", "Slow page")

    assert small_console(tell).failure is None


def test_a_mailbox_leads_to_its_messages(world: World, general: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("7", "enter")
        assert story.app.place == "journal"
        await story.has("Messages by mailbox general", "1 message")

    assert small_console(tell).failure is None


def test_hostile_text_is_shown_as_what_it_is(world: World, small_console: Play) -> None:
    add_hostile(world)

    async def tell(story: Story) -> None:
        for keys in (("7",), ("F",), ("k", "enter"), ("escape", "f"), ("enter",), ("w",), ("escape", "escape")):
            await story.press(*keys)
            assert all(line.isprintable() for line in story.text.split("\n")), story.text
        await story.has("[/x]")
        assert story.app.is_running

    assert small_console(tell).return_code is None


def test_hostile_text_does_not_reach_the_terminal(world: World, empty_dir: Path) -> None:
    add_hostile(world)
    with open_console(empty_dir, size=(120, 36)) as terminal:
        terminal.wait_for(b"? help")
        terminal.send("7")
        terminal.wait_for(b"dry run")
        for keys in (["F"], ["up"], ["enter"], ["escape"], ["f"], ["up"], ["enter"]):
            terminal.send(*keys)
            terminal.quiet()
        assert "gnp.exe" in terminal.output.decode()
        assert steering(terminal.output) == []
        assert terminal.process.poll() is None


def add_hostile(world: World) -> None:
    """A mailbox with a hostile name that holds messages that attack the terminal by every text they have."""
    name = "[/x]\x1b[2J"
    maildir = add_mailbox(world, name)
    take(world, name, maildir, letter())
    deliver(maildir, letter(ENCODED, HOSTILE, f"{ENCODED} <eve@example.net>"), letter("b", sender=HOSTILE))


@pytest.mark.parametrize("key", ["f", "F"])
def test_told_to_end_during_a_run_it_ends(world: World, empty_dir: Path, key: str) -> None:
    """The server takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        world.mailbox(Mailbox(name="silent", host="127.0.0.1", port=port, security=Security.NONE, username="u"))
        with open_console(empty_dir) as terminal:
            terminal.wait_for(b"? help")
            terminal.send("7")
            terminal.wait_for(b"dry run")
            terminal.send(key)
            terminal.wait_for(b"resolve")
            assert end(terminal, signal.SIGTERM) == 130
