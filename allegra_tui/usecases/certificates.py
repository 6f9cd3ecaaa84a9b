"""The certificates of mail servers over time: what was last trusted, and when it ends."""

from dataclasses import replace
from datetime import datetime, timedelta

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.store import Store, Transaction, mailboxes

WARNED_AHEAD = timedelta(days=30)
"""How long before a certificate ends it is warned of."""


def remember(store: Store, mailbox: Mailbox, certificate: Certificate) -> None:
    """Keep what the server showed when it was trusted, where that is another one than before."""
    with store.read() as tx:
        known = mailboxes.state(tx, mailbox.id).certificate
    if known != _plain(certificate):
        with store.write() as tx:
            note(tx, mailbox, certificate)


def note(tx: Transaction, mailbox: Mailbox, certificate: Certificate) -> None:
    """Keep what the server showed."""
    mailboxes.save_state(tx, replace(mailboxes.state(tx, mailbox.id), certificate=_plain(certificate)))


def pinned(store: Store, mailbox: Mailbox) -> Certificate | None:
    """Return the facts of the pinned certificate, as far as they are known."""
    if mailbox.pin is None or not mailbox.id:
        return None
    with store.read() as tx:
        found = mailboxes.state(tx, mailbox.id).certificate
    return found if found is not None and found.sha256 == mailbox.pin else None


def ending(mailbox: Mailbox, state: MailboxState, now: datetime) -> str | None:
    """Tell that the server's certificate ends soon, or has ended, and what comes of it; None while there is time."""
    certificate = state.certificate
    if certificate is None or mailbox.protocol is Protocol.MAILDIR or mailbox.security is Security.NONE:
        return None
    left = certificate.not_after - now
    if left > WARNED_AHEAD:
        return None
    day = f"{certificate.not_after.astimezone():%Y-%m-%d}"
    days = max(0, left.days)
    when = f"ends on {day}, in {days} day{'' if days == 1 else 's'}" if left > timedelta(0) else f"ended on {day}"
    if mailbox.pin is not None:
        return (
            f"the server's pinned certificate {when}: once it is renewed, nothing is taken until the new one is "
            f"trusted (allegra-tui mailbox trust {mailbox.name})"
        )
    return f"the server's certificate {when}: unless its administrator renews it, nothing is taken from then on"


def _plain(certificate: Certificate) -> Certificate:
    """Return the facts alone, in the form in which they are read back."""
    return replace(certificate, names=tuple(certificate.names), problem="")
