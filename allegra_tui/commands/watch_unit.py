"""The unit file of `watch` for systemd, true to how this program is installed and where its data is."""

import os
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

from allegra_tui.model.settings import Mailbox, Protocol, SecretKind

_STATE = Path("/var/lib")
_HOMES = (Path("/home"), Path("/root"))

_UNIT = """\
# Written by `allegra-tui watch --print-unit`. To install:
#   allegra-tui watch --print-unit > /etc/systemd/system/allegra-tui.service
#   systemctl daemon-reload && systemctl enable --now allegra-tui
[Unit]
Description=allegra-tui: mail becomes issues
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=120
Restart=on-failure
RestartSec=5
# Wrong configuration, and a watch that is at work already: trying again mends neither.
RestartPreventExitStatus=2 3
TimeoutStopSec=15
{user}
{state}
# Passwords that only this service can read; in the mailbox's settings: password_file = "NAME"
#LoadCredential=NAME:/etc/allegra-tui/NAME

UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def unit(directory: Path, mailboxes: Sequence[Mailbox]) -> str:
    """Write the unit for a data directory. The mailboxes tell what else it has to reach."""
    command = [*_program(), "--data-dir", str(directory), "watch"]
    maildirs = [Path(box.path) for box in mailboxes if box.protocol is Protocol.MAILDIR]
    reached = [directory, Path(command[0]), *maildirs]
    commands = any(SecretKind.COMMAND in (box.secret.kind, box.client_secret.kind) for box in mailboxes)
    at_home = commands or any(path.is_relative_to(home) for path in reached for home in _HOMES)
    return _UNIT.format(
        command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        user=_user(directory),
        state=_state(directory, maildirs),
        home="read-only" if at_home else "yes",
    )


def _program() -> list[str]:
    """Tell how this very program is started: the script it was called by, else as a module."""
    called = Path(sys.argv[0])
    if called.name == "allegra-tui" and called.exists():
        return [str(called.absolute())]
    return [sys.executable, "-m", "allegra_tui"]


def _user(directory: Path) -> str:
    """Name the account that owns the data; one that does not exist yet would be this one's."""
    number = directory.stat().st_uid if directory.exists() else os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    if number == 0:
        return f"# Better an account of its own that owns {directory}, and its name here.\nUser=root"
    return f"User={name}"


def _state(directory: Path, maildirs: Sequence[Path]) -> str:
    if directory.is_relative_to(_STATE) and directory != _STATE:
        relative = str(directory.relative_to(_STATE))
        lines = [f"StateDirectory={_quoted(relative)}", "StateDirectoryMode=0700"]
    else:
        lines = [f"ReadWritePaths={_quoted(str(directory))}"]
    lines += [f"ReadWritePaths={_quoted(str(path))}" for path in dict.fromkeys(maildirs)]
    return "\n".join(lines)


def _quoted(word: str) -> str:
    """Write a word as systemd reads it (systemd.service(5), "Command lines"; systemd.unit(5), specifiers)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if any(char in word for char in " \t'\";#\\") else escaped
