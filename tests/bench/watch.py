"""What `allegra-tui watch` costs while nothing happens, and how soon a message is an issue.

`python -m tests.bench.watch [--minutes 10] [--messages 20]`: five mailboxes on a Dovecot of its own, three by IDLE, one
by POP3 and a Maildir. First messages are delivered one by one and timed; then processor time and memory of the process
are read from /proc. The aims: under 2 seconds, 1 % of a core, 120 MB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import IO

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, Secret, SecretKind
from allegra_tui.store import Store, mailboxes, projects, settings
from tests.servers.dovecot import DovecotAccount, running
from tests.usecases.conftest import letter

SECONDS, PERCENT, MEGABYTES = 2.0, 1.0, 120.0


def set_up(directory: Path, accounts: list[DovecotAccount]) -> None:
    """Make a data directory with the five mailboxes."""
    password = directory / "password"
    password.write_text(accounts[0].password)
    password.chmod(0o600)
    secret = Secret(kind=SecretKind.FILE, value=(str(password),))
    maildir = directory / "maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    imap, pop3 = accounts[:3], accounts[3]
    boxes = [account.mailbox(f"imap{number}", secret=secret) for number, account in enumerate(imap)]
    boxes += [pop3.mailbox("pop3", Protocol.POP3, secret=secret)]
    boxes += [Mailbox(name="maildir", protocol=Protocol.MAILDIR, path=str(maildir))]
    with closing(Store.open(directory / "allegra.db")) as store, store.write() as tx:
        projects.add(tx, Project(key="INBOX", name="Catch-all"))
        settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
        for box in boxes:
            mailboxes.add(tx, box)


def until(log: IO[str], event: str, count: int = 1) -> None:
    """Read the log until so many events of a kind were there."""
    for line in log:
        count -= json.loads(line)["event"] == event
        if count == 0:
            return
    raise RuntimeError(f"the watch ended before it told {event}")


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int, name: str) -> float:
    """Return a size of a process (proc(5), status)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


def main() -> int:
    """Measure and print; exit code 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--messages", type=int, default=20)
    args = parser.parse_args()
    with running() as server, tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        accounts = [server.account() for _ in range(4)]
        set_up(directory, accounts)
        command = [sys.executable, "-m", "allegra_tui", "--data-dir", name, "watch", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            until(process.stdout, "connected", 5)
            took = []
            for number in range(args.messages):
                began = time.monotonic()
                accounts[number % 3].deliver(letter(f"Number {number}"))
                until(process.stdout, "message")
                took.append(time.monotonic() - began)
            took.sort()
            print(f"delivery to issue: median {took[len(took) // 2]:.2f} s, longest {took[-1]:.2f} s", flush=True)
            time.sleep(5)
            before, began = cpu_seconds(process.pid), time.monotonic()
            time.sleep(60 * args.minutes)
            passed = time.monotonic() - began
            percent = 100 * (cpu_seconds(process.pid) - before) / passed
            memory, peak = megabytes(process.pid, "VmRSS"), megabytes(process.pid, "VmHWM")
            process.terminate()
    print(
        f"idle for {passed / 60:.1f} min, 5 mailboxes: {percent:.2f} % of a core, {memory:.0f} MB (peak {peak:.0f} MB)"
    )
    return int(took[-1] > SECONDS or percent > PERCENT or memory > MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
