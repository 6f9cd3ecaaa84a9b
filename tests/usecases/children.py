"""`allegra-tui fetch` in processes of their own, which a test can kill. They start quickly: all is imported already."""

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.conftest import NOBODY

MARKER = b"X-Poison: yes"
"""What `poisoned` dies of and `stalled` takes forever over."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.usecases.preloaded"])


def start(run: Callable[[Path], None], directory: Path) -> BaseProcess:
    """Start one of the functions below on a data directory."""
    process = _context.Process(target=run, args=(directory,))
    process.start()
    return process


def run_to_end(run: Callable[[Path], None], directory: Path, seconds: float = 120) -> int:
    """Run one to its end and return its exit code, negative for a signal."""
    process = start(run, directory)
    process.join(seconds)
    assert process.exitcode is not None, f"not ended within {seconds} seconds"
    return process.exitcode


def fetch(directory: Path) -> None:
    """One `allegra-tui fetch`."""
    _fetch(directory, directory)


def watch(directory: Path, *, log: Path, options: Sequence[str], env: Mapping[str, str]) -> None:
    """One `allegra-tui watch`, until a signal ends it."""
    os.environ.update(env)
    _main(log, ["--data-dir", str(directory), "watch", *options])


def _fetch(data: Path, logs: Path) -> None:
    _main(logs / f"fetch-{os.getpid()}.log", ["--data-dir", str(data), "fetch", "--json"])


def _main(log: Path, arguments: list[str]) -> None:
    from allegra_tui.__main__ import main

    sys.stdout = sys.stderr = open(log, "a")  # noqa: SIM115  (until the process ends)
    code = main(arguments)
    sys.stdout.flush()
    os._exit(code)


def fetch_without_lease(directory: Path) -> None:
    """The same in a program that believes that nobody holds a lease: only the database keeps intakes apart."""
    from allegra_tui.store import leases

    leases.acquire = lambda *_, **__: None
    leases.renew = lambda *_, **__: True
    fetch(directory)


def renew(directory: Path) -> None:
    """Have an access token for the mailbox `box`, once a file says go; leave it behind."""
    from allegra_tui.secrets import Vault
    from allegra_tui.store import Store, mailboxes
    from allegra_tui.usecases import tokens

    store = Store.open(directory / "allegra.db")
    with store.read() as tx:
        box = mailboxes.find(tx, "box")
    assert box is not None
    (directory / f"{os.getpid()}.ready").touch()
    while not (directory / "go").exists():
        time.sleep(0.01)
    token = tokens.access(store, Vault(directory / "secret.key"), box)
    (directory / f"{os.getpid()}.token").write_text(token.text)


def poisoned(directory: Path) -> None:
    """The same in a program that dies of certain messages, as of a defect in a library written in C."""
    tests = Path(__file__).parent
    # Its own children meet the defect as well.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tests / "poison"), str(tests.parent.parent)])
    poison(lambda: os._exit(9))
    fetch(directory)


def stalled(directory: Path) -> None:
    """The same in a program that takes forever over certain messages, so that it can be killed with one in hand."""
    poison(lambda: time.sleep(600))
    fetch(directory)


def poison(act: Callable[[], None]) -> None:
    """Have parsing do this where a message holds the marker."""
    from allegra_tui import mail
    from allegra_tui.model.mail import Mail

    parse = mail.parse

    def parse_poisoned(raw: bytes) -> Mail:
        if MARKER in raw:
            act()
        return parse(raw)

    mail.parse = parse_poisoned


def rotate_and_die(directory: Path) -> None:
    """Change the key, and die the n-th time the key file is touched in any way; n is in the file `point`."""
    left = int((directory / "point").read_text())

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove") and "secret.key" in str(arguments[0]):
            left -= 1
            if left == 0:
                os._exit(9)

    from allegra_tui.secrets import Vault
    from allegra_tui.store import Store
    from allegra_tui.usecases import keys

    store = Store.open(directory / "allegra.db")
    sys.addaudithook(count)
    keys.rotate(store, Vault(directory / "secret.key"), who="test")
    os._exit(0)


def hold_open(directory: Path) -> None:
    """Have the database open without doing anything, as a console overnight, until the file `end` is there."""
    from allegra_tui.store import Store

    store = Store.open(directory / "allegra.db")
    with store.read() as tx:
        tx.now()
    (directory / "open").touch()
    while not (directory / "end").exists():
        time.sleep(0.01)
    store.close()


def count_messages(directory: Path) -> None:
    """Open the database and write down how many messages it has, in the file `messages`."""
    from allegra_tui.store import Store, journal

    store = Store.open(directory / "allegra.db", read_only=True)
    with store.read() as tx:
        count = len(journal.lines(tx, journal.JournalFilter(), limit=100))
    store.close()
    (directory / "messages").write_text(str(count))


def restore_and_die(directory: Path) -> None:
    """Restore `directory/backup`, and die the n-th time a file gets or loses a name; n is in the file `point`."""
    left = int((directory / "point").read_text())

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.remove", "os.link") and str(directory) in str(arguments[0]):
            left -= 1
            if left == 0:
                os._exit(9)

    from allegra_tui.usecases.restore import restore
    from allegra_tui.usecases.workspace import Workspace

    sys.addaudithook(count)
    restore(Workspace(directory / "data"), directory / "backup", replace=True, who="test")
    os._exit(0)


def fetch_from(directory: Path) -> None:
    """The same where only the data directory below may be full or closed, and the log is not in it."""
    _fetch(directory / "data", directory)


def fetch_with_files_limited(directory: Path) -> None:
    """The same where no file may grow beyond 4 MB: what a full disk is to a database."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 1024 * 1024, resource.RLIM_INFINITY))
    _fetch(directory / "data", directory)


def fetch_as_nobody(directory: Path) -> None:
    """The same as somebody who may only do what the modes of the files say, unlike root."""
    if os.geteuid() == 0:
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _fetch(directory / "data", directory)
