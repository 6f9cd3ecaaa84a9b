"""The console's own polling: which mailboxes, when, and how it ends."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.console import polling
from allegra_tui.console.polling import Polling
from allegra_tui.model.journal import Lease
from allegra_tui.paths import DataDir
from allegra_tui.store import StoreError, leases, mailboxes
from allegra_tui.usecases.presence import AlreadyWatched, claim, watching
from allegra_tui.usecases.session import open_session
from tests.console.post import add_mailbox, deliver, take
from tests.console.terminal import end, open_console
from tests.console.world import World, letter


@contextmanager
def polled(world: World) -> Iterator[Polling]:
    """Open the data directory as a console does; nothing is polled but by `look`."""
    session = open_session(world.root)
    try:
        yield Polling(session, failed=lambda error: None)
    finally:
        session.close()


def later(world: World, seconds: int) -> None:
    """Let time pass."""
    world.now += timedelta(seconds=seconds)


def test_a_mailbox_that_never_ran_has_its_turn_after_an_interval(world: World) -> None:
    deliver(add_mailbox(world, "support"), letter())
    with polled(world) as polling:
        assert polling.look() == []
        assert polling.next_run("support", None) == world.now + timedelta(seconds=300)
        later(world, 299)
        assert polling.look() == []
        later(world, 1)
        assert polling.look() == ["support"]
        assert polling.look() == []
        later(world, 300)
        assert polling.look() == ["support"]


def test_putting_right_what_stopped_it_has_it_polled_at_once_but_setting_it_up_does_not(world: World) -> None:
    path = add_mailbox(world, "support")
    deliver(path, letter())

    def put_right() -> None:
        with world.store() as store, store.write() as tx:
            mailboxes.due(tx, 1)

    with polled(world) as polling:
        put_right()
        assert polling.look() == []
        later(world, 300)
        assert polling.look() == ["support"]
        later(world, 10)
        put_right()
        assert polling.look() == ["support"]


def test_what_another_intake_planned_counts(world: World) -> None:
    path = add_mailbox(world, "support")
    with polled(world) as polling:
        assert polling.look() == []
        later(world, 200)
        take(world, "support", path, letter())
        assert polling.look() == []
        later(world, 299)
        assert polling.look() == []
        later(world, 1)
        assert polling.look() == ["support"]


def test_a_mailbox_that_cannot_even_be_tried_waits_for_its_interval_too(world: World) -> None:
    deliver(add_mailbox(world, "support"), letter())
    world.set(default_project=None)
    with polled(world) as polling:
        polling.look()
        later(world, 300)
        assert polling.look() == ["support"]
        later(world, 5)
        assert polling.look() == []
        later(world, 300)
        assert polling.look() == ["support"]
    with world.store() as store, store.read() as tx:
        assert mailboxes.state(tx, 1).consecutive_errors == 2


@pytest.mark.parametrize("changes", [{"enabled": False}, {"allowed_pattern": "[a-"}])
def test_nothing_is_polled_while_the_intake_is_off_or_paused(world: World, changes: dict[str, object]) -> None:
    deliver(add_mailbox(world, "support"), letter())
    with polled(world) as polling:
        polling.look()
        world.set(**changes)
        later(world, 300)
        assert polling.look() == []
        world.set(enabled=True, allowed_pattern="")
        assert polling.look() == ["support"]


def test_nothing_is_polled_before_the_first_contact_is_answered_or_what_is_disabled(world: World) -> None:
    for name in ("answered", "open"):
        deliver(add_mailbox(world, name), letter())
    add_mailbox(world, "disabled", enabled=False)
    with world.store() as store, store.write() as tx:
        box = mailboxes.find(tx, "open")
        assert box is not None
        mailboxes.answer(tx, box.id, answered=False)
    with polled(world) as polling:
        polling.look()
        later(world, 300)
        assert polling.look() == ["answered"]


def test_a_mailbox_that_another_intake_holds_is_left_to_it(world: World) -> None:
    path = add_mailbox(world, "support")
    take(world, "support", path, letter())
    later(world, 300)
    lease = Lease(mailbox_id=1, host="elsewhere", pid=1, started="1", until=world.now + timedelta(seconds=60))
    with world.store() as store, store.write() as tx:
        leases.acquire(tx, lease, dead=lambda _: False)
    with polled(world) as polling:
        assert polling.look() == []
        later(world, 60)
        assert polling.look() == ["support"]


def test_while_a_watch_is_at_work_nothing_is_polled_and_once_it_has_gone_it_is(world: World) -> None:
    deliver(add_mailbox(world, "support"), letter())
    directory = DataDir(world.root)
    with polled(world) as polling:
        polling.look()
        later(world, 300)
        with claim(directory):
            assert polling.look() == ()
            assert polling.watcher == watching(directory) == f"process {os.getpid()}"
            with pytest.raises(AlreadyWatched, match="process"), claim(directory):
                pass
        assert watching(directory) is None
        assert polling.look() == ["support"]
        assert polling.watcher is None


def test_the_thread_polls_and_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LOOK_SECONDS", 0.001)
    looked = threading.Event()
    with polled(world) as running:
        look = running.look

        def noted() -> list[str]:
            looked.set()
            return list(look())

        monkeypatch.setattr(running, "look", noted)
        running.start()
        assert looked.wait(10)
        running.close()
        assert running.trouble is None
    assert "polling" not in {thread.name for thread in threading.enumerate()}


def test_expected_trouble_is_shown_and_a_defect_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LOOK_SECONDS", 0.001)
    coming = iter([StoreError("the disk is full"), RuntimeError("a defect")])
    told: list[Exception] = []
    ended = threading.Event()

    def failing(store: object) -> None:
        raise next(coming)

    def hear(error: Exception) -> None:
        told.append(error)
        ended.set()

    monkeypatch.setattr(polling, "schedule", failing)
    session = open_session(world.root)
    running = Polling(session, hear)
    running.start()
    assert ended.wait(10)
    running.close()
    session.close()
    assert running.trouble == "the disk is full"
    assert [str(error) for error in told] == ["a defect"]


def test_on_a_real_terminal(world: World, empty_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the console is another process, with a clock of its own
    path = add_mailbox(world, "support")
    with world.store() as store, store.write() as tx:
        box = mailboxes.find(tx, "support")
        assert box is not None
        mailboxes.save(tx, replace(box, poll_seconds=1))
    take(world, "support", path, letter())
    deliver(path, letter("Scanner"))
    with open_console(empty_dir) as terminal:
        terminal.wait_for(b"# 2 created")
        assert end(terminal, signal.SIGTERM) == 130


def test_a_poll_gives_way_to_a_persons_fetch_of_its_mailbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    add_mailbox(world, "support")
    begun, told = threading.Event(), []

    def slow(*_: object, stop: threading.Event, **__: object) -> None:
        begun.set()
        told.append(stop.wait(20))

    monkeypatch.setattr(polling, "fetch", slow)
    with polled(world) as mine:
        mine.look()
        later(world, 300)
        poll = threading.Thread(target=mine.look)
        poll.start()
        assert begun.wait(20)
        mine.give_way(["other"])
        assert told == []
        mine.give_way(["support"])
        assert told == [True]
        poll.join()

        told.clear()
        begun.clear()
        later(world, 300)
        poll = threading.Thread(target=mine.look)
        poll.start()
        assert begun.wait(20)
        assert told == []  # the next poll is not cut short
        mine.stop()
        poll.join()
    assert told == [True]
