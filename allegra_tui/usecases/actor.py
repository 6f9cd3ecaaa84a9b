"""Who asks for a change, for the audit: people share one service account and reach it by SSH or sudo."""

import os
import pwd

from allegra_tui.text import clean


def who() -> str:
    """Name the person as well as the system knows: `anna as allegra from 192.0.2.7`."""
    account = _account(os.geteuid())
    person = os.environ.get("SUDO_USER") or account
    origin = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    name = person if person == account else f"{person} as {account}"
    return clean(f"{name} from {origin}" if origin else name)[0]


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
