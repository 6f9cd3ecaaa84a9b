"""The console as a new user meets it, on a real pty against a real Dovecot: from nothing to an issue that is moved."""

import sys
from pathlib import Path

from allegra_tui.model.settings import Protocol, Security
from allegra_tui.store import Store, issues
from tests.console.terminal import Terminal
from tests.console.world import letter
from tests.servers.dovecot import DovecotAccount


def test_from_an_empty_directory_to_the_first_issue(account: DovecotAccount, empty_dir: Path) -> None:
    account.append(letter("Printer on fire"))
    port = account.server.port(Protocol.IMAP, Security.SSL)

    with Terminal([sys.executable, "-m", "allegra_tui", "--data-dir", str(empty_dir)]) as terminal:

        def then(words: str, *keys: str) -> None:
            """Press keys once words are on the screen, drawn after the keys before."""
            terminal.wait_for(words.encode(), since=drawn[-1])
            terminal.quiet(0.3)
            drawn.append(len(terminal.output))
            terminal.send(*keys)

        drawn = [0]
        then("0 of 6 done", "4")
        then("No project yet", "a")
        for key, name in (("INBOX", "Catch-all"), ("SUP", "Support")):
            then("A new project", key, "tab", name, "\x13")
            then(key, "a" if key == "INBOX" else "3")
        then("No mailbox yet", "a")
        connection = ["127.0.0.1", "tab", "tab", "\x15", str(port), "tab", account.username]
        password = ["tab", "tab", "tab", account.password]
        then("New mailbox", "box", "tab", "tab", "tab", *connection, *password, "\x13")
        then("looks at this certificate", "t")
        then("Trust this certificate?", "y")
        then("The connection works", "f")
        then("the oldest of", "enter")
        then("7 fetches it", "1")
        then("> next Who may write", "enter")
        then("Unknown may write", "\x1b[D", "\x13")
        then("everybody", "7")
        then("never fetched", "f")
        then("1 created", "2")
        then("Printer on fire", "enter")
        then("It does not print.", "m")
        then("SUP  Support", "j", "enter")
        then("#1 moved to SUP", "q", "q")
        assert terminal.wait() == 0

    assert account.messages() == []
    store = Store.open(empty_dir / "allegra.db")
    with store.read() as tx:
        moved = issues.line(tx, 1)
    store.close()
    assert moved is not None
    assert (moved.title, moved.project) == ("Printer on fire", "SUP")
    assert account.password.encode() not in (empty_dir / "allegra.db").read_bytes()
    assert account.password.encode() not in terminal.output
