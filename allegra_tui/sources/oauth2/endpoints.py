"""Where a provider is asked, and for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from allegra_tui.model.settings import Mailbox, Protocol, Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """A provider's addresses. Signing in goes by device code where it has that, else by a browser's address."""

    device: str = ""
    authorization: str = ""
    token: str
    scope: str
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the address to sign in at says besides, so that a refresh token comes of it."""


def endpoints(mailbox: Mailbox) -> Endpoints:
    """Return those of the mailbox's provider."""
    match mailbox.provider:
        case Provider.MICROSOFT365:
            base = f"https://login.microsoftonline.com/{mailbox.tenant or 'organizations'}/oauth2/v2.0"
            kind = "POP" if mailbox.protocol is Protocol.POP3 else "IMAP"
            return Endpoints(
                device=f"{base}/devicecode",
                token=f"{base}/token",
                scope=mailbox.scope or f"https://outlook.office.com/{kind}.AccessAsUser.All offline_access",
            )
        case Provider.GOOGLE:
            # Google has device codes, but not for mail: the scope is not among those it gives to devices.
            return Endpoints(
                authorization="https://accounts.google.com/o/oauth2/v2/auth",
                token="https://oauth2.googleapis.com/token",  # noqa: S106  (an address)
                scope=mailbox.scope or "https://mail.google.com/",
                extra={"access_type": "offline", "prompt": "consent", "login_hint": mailbox.username},
            )
    return Endpoints(
        device=mailbox.device_endpoint,
        authorization=mailbox.authorization_endpoint,
        token=mailbox.token_endpoint,
        scope=mailbox.scope,
    )
