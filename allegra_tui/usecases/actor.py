"""Who asks for a change, for the audit: people share one service account and reach it by SSH or sudo."""

import os
import pwd
from pathlib import Path

from allegra_tui.text import clean

_LOGIN = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1


def who() -> str:
    """Name the person as well as the system knows: `anna as allegra from 192.0.2.7`.

    That is who ran sudo, or else who logged in: the kernel keeps that, through su as well. Cron jobs and services have
    nobody behind them.
    """
    account = _account(os.geteuid())
    person = os.environ.get("SUDO_USER") or _logged_in() or account
    origin = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    name = person if person == account else f"{person} as {account}"
    return clean(f"{name} from {origin}" if origin else name)[0]


def _logged_in() -> str | None:
    """Name who logged in (proc(5), loginuid); None where nobody did, or the system does not tell."""
    try:
        uid = int(_LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if uid == _UNSET else _account(uid)


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
