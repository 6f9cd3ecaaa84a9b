"""Who runs the intake of a mailbox: this process, as a lease tells others."""

import itertools
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from allegra_tui.model.journal import Lease
from allegra_tui.store import Transaction, leases

LEASE_SECONDS = 120
RENEW_SECONDS = 30

_runs = itertools.count(1)


def own(mailbox_id: int, now: datetime) -> Lease:
    """Make a lease for one run of this process, good for two minutes."""
    return Lease(
        mailbox_id=mailbox_id,
        host=socket.gethostname(),
        pid=os.getpid(),
        # The run's number keeps two runs of one process apart.
        started=f"{_process_start(os.getpid())}/{next(_runs)}",
        until=now + timedelta(seconds=LEASE_SECONDS),
    )


def held(tx: Transaction) -> dict[int, Lease]:
    """Return the leases in force, by mailbox. What a process that ended left behind is none."""
    return {lease.mailbox_id: lease for lease in leases.every(tx) if not dead(lease)}


def dead(lease: Lease) -> bool:
    """Whether the owner is a process of this host that ended; its pid may be another process's by now."""
    if lease.host != socket.gethostname():
        return False
    return _process_start(lease.pid) != lease.started.partition("/")[0]


def _process_start(pid: int) -> str:
    """Tell a process's start in clock ticks since boot (proc(5), field 22 of stat); empty where it is gone.

    Without /proc, "alive" stands for the start: a reused pid is then waited for until its lease ends.
    """
    if not Path("/proc/self/stat").exists():
        return "alive" if _alive(pid) else ""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in parentheses may hold anything, so fields are counted from the last of them.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
