"""That a person let this program read a mailbox by OAuth2."""

from dataclasses import dataclass, field
from datetime import datetime

from allegra_tui.model.settings import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The tokens of a mailbox, encrypted, and how long they are good for."""

    mailbox_id: int
    client: str
    """To whom, as what and for what somebody signed in; with other settings of the mailbox it does not hold."""
    since: datetime
    refresh: Secret = field(repr=False)
    access: Secret | None = field(repr=False)
    renew_at: datetime
    """From then on another access token is asked for, well before this one expires."""
    expires_at: datetime
    lost: str = ""
    """Why the provider takes the refresh token no longer; then a person has to sign in again."""
