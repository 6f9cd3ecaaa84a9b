"""A password is in no file, output, error, audit entry or process list."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from allegra_tui.model.settings import Protocol, Security
from tests.commands.conftest import Cli
from tests.servers.dovecot import DovecotAccount

CANARY = "c4n4ry-of-the-mine"

WATCHED = """
import os, sys
with open(sys.argv[1], "w") as seen:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            seen.write(open(f"/proc/{pid}/cmdline").read() + "\\n")
        except OSError:
            pass
print(open(sys.argv[2]).read())
"""
"""A password command that writes down every command line on the machine while it runs."""


def test_nobody_finds_the_password(
    cli: Cli, account: DovecotAccount, mailbox_toml: Callable[..., str], tmp_path: Path
) -> None:
    dovecot = account.dovecot
    (tmp_path / "pw").write_text(CANARY)
    (tmp_path / "watch.py").write_text(WATCHED)
    seen = tmp_path / "seen"
    imap = mailbox_toml("stored", "imap", dovecot.port(Protocol.IMAP, Security.SSL))
    pop3 = mailbox_toml("command", "pop3", dovecot.port(Protocol.POP3, Security.SSL))
    words = [sys.executable, str(tmp_path / "watch.py"), str(seen), str(tmp_path / "pw")]
    pop3 = pop3.replace(f'password = "{account.password}"', f"password_command = {words!r}")
    text = f"[intake]\ndefault_project = 'X'\n[[projects]]\nkey = 'X'\n{imap.replace(account.password, CANARY)}{pop3}"

    results = [cli.apply(text), cli.apply(text, "--json")]
    results.append(cli("mailbox", "password", "stored", "--password-stdin", stdin=f"{CANARY}\n"))
    for words_of in (
        *("fetch", "fetch --json", "fetch --dry-run", "status", "status --json", "mailbox list --json"),
        *("mailbox list stored", "mailbox test stored", "mailbox test command --json", "config show --json"),
        *("config export", "audit list", "audit list --json"),
    ):
        results.append(cli(*words_of.split()))
    wrong = cli.apply(text.replace('"imap"', '"pop3"').replace("ca_file", "ca_fil"))
    assert wrong.code == 2
    assert {result.code for result in results} == {0, 1}, "Dovecot refuses the canary, everything else succeeds"
    assert all(CANARY not in result.out + result.err for result in [*results, wrong])
    assert CANARY not in seen.read_text()
    found = [file for file in cli.data_dir.iterdir() if CANARY.encode() in file.read_bytes()]
    assert found == []
    key = (cli.data_dir / "secret.key").read_bytes().strip()
    assert key not in (cli.data_dir / "allegra.db").read_bytes()


def test_a_traceback_holds_no_password(cli: Cli, tmp_path: Path) -> None:
    """Even a defect right where the password is used shows the program's lines alone."""
    program = (
        "import sys\n"
        "from allegra_tui.secrets import Vault\n"
        "from allegra_tui.__main__ import main\n"
        "import allegra_tui.usecases.configuration as configuration\n"
        "def broken(*_): raise ZeroDivisionError\n"
        "configuration.load = broken\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    text = f"[[mailboxes]]\nname = 'x'\nhost = 'h'\nusername = 'u'\npassword = '{CANARY}'\n"
    child = subprocess.run(
        [sys.executable, "-c", program, "--data-dir", str(tmp_path / "data"), "config", "apply", "-"],
        input=f"[intake]\ndefault_project = 'X'\n[[projects]]\nkey = 'X'\n{text}",
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"},
        timeout=60,
        check=False,
    )
    assert child.returncode == 1
    assert "ZeroDivisionError" in child.stderr
    assert CANARY not in child.stdout + child.stderr
