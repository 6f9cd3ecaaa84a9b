"""The dry run as one watches it."""

import socket
import threading
import time
from pathlib import Path

from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.model.verdict import CheckName
from allegra_tui.secrets import Vault
from allegra_tui.usecases.events import Event, Progress
from allegra_tui.usecases.intake import fetch_dry
from tests.usecases.conftest import Intake, letter


def test_it_tells_its_steps_and_every_check(intake: Intake, tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    for number in range(3):
        (tmp_path / "mail" / "new" / f"{number}.host").write_bytes(letter(f"Number {number}"))
    intake.add(Mailbox(name="box", protocol=Protocol.MAILDIR, path=str(tmp_path / "mail")))
    intake.fetch(dry_run=True)
    steps = [event for event in intake.events if isinstance(event, Progress)]
    assert [(step.step, step.done, step.total) for step in steps if step.total] == [
        ("reading", 0, 3),
        ("reading", 3, 3),
    ]
    assert [[check.name for check in event.checks] for event in intake.told] == [list(CheckName)] * 3


def test_a_stop_cuts_off_a_server_that_says_nothing(intake: Intake) -> None:
    stop = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Progress):
            stop.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for name in ("one", "two"):
            intake.add(
                Mailbox(name=name, host="127.0.0.1", port=port, username=name, security=Security.NONE), password="x"
            )
        began = time.monotonic()
        done = fetch_dry(intake.store, Vault(intake.directory / "secret.key"), emit=listen, stop=stop)
    assert [(report.error, report.more) for report in done.mailboxes] == [(None, True)] * 2
    assert time.monotonic() - began < 30  # the mailboxes would wait for 60 s each
