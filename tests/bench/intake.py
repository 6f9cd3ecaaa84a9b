"""How fast `fetch` takes mail in over IMAP, against programs that merely download it.

`python -m tests.bench.intake` runs everything on one Dovecot, each measurement on a fresh copy of the same mail:
mbsync, an imapclient loop with 20 and 200 messages a FETCH, and `allegra-tui fetch`; all over TLS, on loopback and
through a proxy that adds a round trip's delay. Then one 40 MB message, and a fetch with nothing new against importing
what it needs. Compare the ratios: the figures themselves follow the machine and what else it does.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from allegra_tui.model.settings import Protocol, Security
from tests.bench import mix
from tests.bench.measured import Cost, measure
from tests.servers.delay import delayed
from tests.servers.dovecot import PASSWORD, Dovecot, DovecotAccount, running

LARGE_BYTES = 40_000_000
_IMPORTS = 7
"""How often the short runs are repeated; the quickest counts."""

_SETTINGS = """\
[intake]
allow_unknown_senders = true
default_project = "BENCH"
max_message_mb = 60

[[projects]]
key = "BENCH"
name = "Benchmark"

[[mailboxes]]
name = "bench"
host = "localhost"
port = {port}
username = "{user}"
password_env = "BENCH_PASSWORD"
ca_file = "{ca}"
"""

_MBSYNC = """\
IMAPAccount bench
Host localhost
Port {port}
User {user}
PassCmd "printenv BENCH_PASSWORD"
SSLType IMAPS
CertificateFile {ca}

IMAPStore far
Account bench

MaildirStore near
Path {directory}/
Inbox {directory}/INBOX

Channel bench
Far :far:INBOX
Near :near:INBOX
Create Near
Sync Pull
SyncState *
"""


@dataclass(frozen=True)
class Place:
    """Where one measurement takes place: an account with the mail in it, reached on this port."""

    account: DovecotAccount
    port: int
    directory: Path

    @property
    def ca_file(self) -> Path:
        """The authority that signed the server's certificate."""
        return self.account.dovecot.authority.file


class Bench:
    """The server and the mail that every measurement gets a fresh copy of."""

    def __init__(self, server: Dovecot, directory: Path) -> None:
        self._server = server
        self._directory = directory
        self._places = 0

    def deliver(self, messages: Iterator[bytes]) -> DovecotAccount:
        """Make an account whose mail others get copies of. One message is in memory at a time."""
        master = self._server.account()
        for raw in messages:
            master.deliver(raw)
        return master

    @contextlib.contextmanager
    def place(self, master: DovecotAccount, delay: float = 0) -> Iterator[Place]:
        """Make a fresh account with the master's mail; `delay` is of one round trip, in seconds."""
        account = self._server.account()
        for file in sorted((master.folder_path("INBOX") / "new").iterdir()):
            os.link(file, account.folder_path("INBOX") / "new" / file.name)
        with account.imap("INBOX"):
            pass  # the server's own first look at new mail is not what is measured
        self._places += 1
        directory = self._directory / str(self._places)
        directory.mkdir()
        port = self._server.port(Protocol.IMAP, Security.SSL)
        with contextlib.ExitStack() as stack:
            yield Place(account, stack.enter_context(delayed(port, delay / 2)) if delay else port, directory)
        shutil.rmtree(directory)


def mbsync(place: Place) -> Cost:
    """Pull everything into a Maildir."""
    config = place.directory / "mbsyncrc"
    target = place.directory / "mail"
    target.mkdir()
    config.write_text(_MBSYNC.format(port=place.port, user=place.account.username, ca=place.ca_file, directory=target))
    return measure(["mbsync", "--quiet", "--config", str(config), "bench"])


def imapclient(batch: int) -> Callable[[Place], Cost]:
    """Return the measurement of a loop with that many messages a FETCH."""

    def run(place: Place) -> Cost:
        where = [str(place.port), place.account.username, str(place.ca_file), str(batch)]
        return measure([sys.executable, "-m", "tests.bench.download", *where])

    return run


def allegra(place: Place, *arguments: str) -> list[str]:
    """Return the command line of the program on this place's data directory."""
    return [sys.executable, "-m", "allegra_tui", "--data-dir", str(place.directory / "data"), *arguments]


def configure(place: Place) -> None:
    """Apply the settings that reach this place."""
    config = place.directory / "settings.toml"
    settings = _SETTINGS.format(port=place.port, user=place.account.username, ca=place.ca_file)
    senders = "".join(f'[[senders]]\nname = "{one}"\naddresses = ["{one}"]\n\n' for one in mix.SENDERS)
    config.write_text(f"{settings}\n{senders}")
    subprocess.run(allegra(place, "config", "apply", str(config)), stdout=subprocess.DEVNULL, check=True)


def fetch(place: Place) -> Cost:
    """Take everything in: download, parse, judge, store, delete from the server."""
    configure(place)
    cost = measure(allegra(place, "fetch", "--json"))
    assert not place.account.messages(), "fetch left messages behind"
    return cost


@dataclass(frozen=True)
class Program:
    """A line of the table."""

    name: str
    run: Callable[[Place], Cost]


def programs() -> list[Program]:
    """Return what is compared; mbsync where it is installed."""
    found = [Program("mbsync, download only", mbsync)] if shutil.which("mbsync") else []
    return [
        *found,
        Program("imapclient loop, 20 a FETCH", imapclient(20)),
        Program("imapclient loop, 200 a FETCH", imapclient(200)),
        Program("allegra-tui fetch", fetch),
    ]


def compare(bench: Bench, master: DovecotAccount, count: int, delay: float, rounds: int) -> None:
    """Measure every program `rounds` times, in turn, and print medians: figures, and ratios within a round."""
    costs: dict[str, list[Cost]] = {program.name: [] for program in programs()}
    for _ in range(rounds):
        for program in programs():
            with bench.place(master, delay) as place:
                cost = program.run(place)
            assert cost.code == 0, f"{program.name} ended with {cost.code}"
            costs[program.name].append(cost)
    ours = costs["allegra-tui fetch"]
    print(f"\n{count} messages, {f'{delay * 1000:.0f} ms a round trip' if delay else 'loopback'}")
    print(f"  {'':30}{'messages/s':>11}{'fetch is':>10}{'CPU ms each':>13}{'of fetch':>10}{'peak MB':>9}")
    for name, known in costs.items():
        rate = count / statistics.median(cost.seconds for cost in known)
        cpu = statistics.median(cost.cpu_seconds for cost in known) / count * 1000
        # Of neighbours in time: what else the machine does concerns both of them.
        faster = statistics.median(cost.seconds / own.seconds for cost, own in zip(known, ours, strict=True))
        share = statistics.median(cost.cpu_seconds / own.cpu_seconds for cost, own in zip(known, ours, strict=True))
        peak = max(cost.peak_mb for cost in known)
        print(f"  {name:30}{rate:11.0f}{faster:10.2f}{cpu:13.2f}{share:10.2f}{peak:9.0f}")


def large(bench: Bench) -> None:
    """Measure one message of 40 MB."""
    data = mix.Mixer(3).random_bytes(LARGE_BYTES * 57 // 78)
    parts = [mix.text_part("one large file"), mix.file_part(data, "application/zip", "large.zip")]
    raw = mix.Mixer(4).header("Large") + mix.multipart("mixed", "large", parts)
    with bench.place(bench.deliver(iter([raw]))) as place:
        cost = fetch(place)
    print(f"\none message of {len(raw) / 1e6:.0f} MB: {cost.seconds:.1f} s, peak {cost.peak_mb:.0f} MB")


def nothing_new(bench: Bench) -> None:
    """Measure a fetch that finds nothing new, and importing the modules that it needs."""
    with bench.place(bench.deliver(mix.messages(3))) as place:
        configure(place)
        arguments = allegra(place, "fetch", "--json")
        subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True)
        modules = place.directory / "modules"
        program = (
            "import sys; from allegra_tui.__main__ import main; main(sys.argv[2:]); "
            "open(sys.argv[1], 'w').write(' '.join(n for n, m in sys.modules.items() if getattr(m, '__spec__', None)))"
        )
        subprocess.run(
            [sys.executable, "-c", program, str(modules), *arguments[3:]], stdout=subprocess.DEVNULL, check=True
        )
        importing = "import importlib, sys\nfor name in open(sys.argv[1]).read().split(): importlib.import_module(name)"
        pairs = [
            (measure(arguments).seconds, measure([sys.executable, "-c", importing, str(modules)]).seconds)
            for _ in range(_IMPORTS)
        ]
    ours, imports = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(f"\nnothing new: {ours:.2f} s, importing what it needs {imports:.2f} s, ratio {ours / imports:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--messages", type=int, default=2_000, help="default: 2000")
    add("--seed", type=int, default=1, help="of the mail (default: 1)")
    add("--delay", type=float, default=20, help="milliseconds a round trip; 0: loopback alone (default: 20)")
    add("--rounds", type=int, default=1, help="measure so often and take medians (default: 1)")
    add("--short", action="store_true", help="without the 40 MB message and the fetch with nothing new")
    options = parser.parse_args(arguments)
    os.environ["BENCH_PASSWORD"] = PASSWORD
    with running() as server, tempfile.TemporaryDirectory(prefix="bench-") as directory:
        bench = Bench(server, Path(directory))
        master = bench.deliver(mix.messages(options.messages, options.seed))
        compare(bench, master, options.messages, 0, options.rounds)
        if options.delay:
            compare(bench, master, options.messages, options.delay / 1000, options.rounds)
        if not options.short:
            large(bench)
            nothing_new(bench)


if __name__ == "__main__":
    main()
