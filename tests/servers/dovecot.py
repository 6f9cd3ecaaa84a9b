"""A real Dovecot 2.3 on loopback ports: IMAP, IMAPS, POP3, POP3S, STARTTLS and STLS, storage in Maildirs."""

import contextlib
import getpass
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from imapclient.imap_utf7 import encode as encode_folder

from allegra_tui.model.settings import Protocol, Security
from tests.servers.account import Account
from tests.servers.certificates import Authority
from tests.servers.ports import HOST, free_ports, wait_for_port, with_parent

MISSING = "Dovecot is not installed: install dovecot-imapd and dovecot-pop3d"
PASSWORD = "correct-horse"

_CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
default_vsz_limit = 0
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
first_valid_gid = 0
login_trusted_networks = 127.0.0.0/8
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={base}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
{extra}
"""


def executable() -> str | None:
    """Where Dovecot is installed, if it is. Debian keeps it outside an ordinary user's PATH."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


class Dovecot:
    """One server for many accounts. `extra` is added to its configuration."""

    def __init__(self, base: Path, extra: str = "") -> None:
        self.base = base
        self.authority = Authority(base)
        self.issued = self.authority.issue("server", [HOST])
        self.ca_pem: str | None = self.authority.pem
        names = ("imap", "imaps", "pop3", "pop3s")
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._config = base / "dovecot.conf"
        root = os.geteuid() == 0
        user = getpass.getuser() if not root else "nobody"
        self._uid, self._gid = pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid
        self._config.write_text(
            _CONFIG.format(
                base=base,
                cert=self.issued.cert_file,
                key=self.issued.key_file,
                internal_user="dovecot" if root else user,
                internal_group="dovecot" if root else self._gid_name(),
                login_user="dovenull" if root else user,
                mail_user=user,
                mail_group=self._gid,
                password=PASSWORD,
                extra=extra,
                **self._ports,
            ),
            encoding="utf-8",
        )
        (base / "mail").mkdir()
        self.own(base / "mail")

    def _gid_name(self) -> str:
        import grp

        return grp.getgrgid(self._gid).gr_name

    def own(self, path: Path) -> None:
        """Give a path to the user that Dovecot's mail processes run as."""
        if os.geteuid() == 0:
            os.chown(path, self._uid, self._gid)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        program = executable()
        assert program is not None
        command = [*with_parent(), program, "-F", "-c", str(self._config)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._process = process
        for port in self._ports.values():
            if not wait_for_port(port, alive=lambda: process.poll() is None):
                log = self.base / "dovecot.log"
                raise RuntimeError(f"Dovecot does not start: {log.read_text() if log.exists() else 'no log'}")

    def stop(self) -> None:
        """Stop the server with all its children, as an administrator would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=30)
            self._process = None

    def restart(self) -> None:
        """Stop and start again on the same ports; every connection is cut."""
        self.stop()
        self.start()

    def cut_off(self) -> int:
        """Cut all clients off, whatever they are at, by killing what stands between them and their sessions.

        Returns how many processes that were.
        """
        assert self._process is not None
        killed = 0
        for pid in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() in ("imap-login", "pop3-login"):
                    os.kill(int(pid), signal.SIGKILL)
                    killed += 1
        return killed

    def port(self, protocol: Protocol, security: Security) -> int:
        """Return the port for a protocol and a way of encrypting."""
        return self._ports[f"{protocol}{'s' if security is Security.SSL else ''}"]

    def imap(self) -> imaplib.IMAP4:
        """Open an IMAPS connection, not logged in."""
        context = self.authority.client_context()
        return imaplib.IMAP4_SSL(HOST, self._ports["imaps"], ssl_context=context, timeout=60)

    def account(self) -> "DovecotAccount":
        """Return a user that nobody used before, with an empty mailbox."""
        username = f"user{next(self._numbers)}"
        home = self.base / "mail" / username
        home.mkdir()
        self.own(home)
        account = DovecotAccount(self, username, PASSWORD, home=home, dovecot=self)
        account.folder_path("INBOX")
        return account


@dataclass(frozen=True)
class DovecotAccount(Account):
    """A user whose Maildir the test can write into."""

    home: Path = field(kw_only=True)
    dovecot: Dovecot = field(kw_only=True, repr=False)

    def folder_path(self, folder: str) -> Path:
        """Return the Maildir of a folder, made where missing. Names are Unicode, levels parted by a dot."""
        root = self.home / "Maildir"
        path = root if folder == "INBOX" else root / f".{encode_folder(folder).decode('ascii')}"
        for directory in (root, path, path / "tmp", path / "new", path / "cur"):
            if not directory.exists():
                directory.mkdir()
                self.dovecot.own(directory)
        return path

    def deliver(self, raw: bytes, folder: str = "INBOX") -> Path:
        """Deliver a message into the Maildir, whole or not at all. Bare LF goes out as CRLF, the rest unchanged."""
        return self.deliver_all([raw], folder)[0]

    def deliver_all(self, messages: "list[bytes]", folder: str = "INBOX") -> list[Path]:
        """Deliver messages in this order: Dovecot numbers them by their file names."""
        path = self.folder_path(folder)
        delivered = []
        for raw in messages:
            name = f"{next(_delivery):010d}.M0P{os.getpid()}.test,S={len(raw)}"
            temporary = path / "tmp" / name
            temporary.write_bytes(raw)
            self.dovecot.own(temporary)
            delivered.append(temporary.rename(path / "new" / name))
        return delivered

    def renumber(self, folder: str = "INBOX") -> None:
        """Make Dovecot forget its UIDs: the folder gets another UIDVALIDITY. Nobody may have it open."""
        path = self.folder_path(folder)
        for file in path.glob("dovecot*"):
            if not file.name.startswith("dovecot-uidvalidity") and file.is_file():
                file.unlink()


_delivery = itertools.count(1_600_000_000)


@contextlib.contextmanager
def running(extra: str = "") -> Iterator[Dovecot]:
    """Run a server of one's own, with lines added to its configuration; skips or fails where it is not installed."""
    if executable() is None:
        if os.environ.get("CI") == "true" or os.environ.get("ALLEGRA_REQUIRE_DOVECOT") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # Unix sockets have short paths, so not pytest's own directory.
    base = Path(tempfile.mkdtemp(prefix="dovecot-"))
    base.chmod(0o755)
    server = Dovecot(base, extra)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One Dovecot for the whole session."""
    with running() as server:
        yield server


@pytest.fixture
def account(dovecot: Dovecot) -> DovecotAccount:
    """A fresh user on it."""
    return dovecot.account()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what a missing Dovecot left untested."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} tests SKIPPED. {MISSING}", red=True, bold=True)
