"""The first contact with a mailbox: what it holds, and what of it somebody wants to have taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import FirstContact, Mailbox
from allegra_tui.secrets import Vault
from allegra_tui.sources import open_source
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import configure, credentials, values
from allegra_tui.usecases.connect import Opened
from allegra_tui.usecases.errors import Invalid, Mistake, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The mail that a mailbox holds."""

    count: int
    arrived: Sequence[datetime]
    """When each message came, as far as the server tells, the oldest first."""
    now: datetime

    @property
    def oldest(self) -> datetime | None:
        """When the oldest one came; None where there is none, or no date is known."""
        return self.arrived[0] if self.arrived else None

    def within(self, days: int) -> int:
        """Count what the last days' mail would be. What has no known date is taken too."""
        since = self.now - timedelta(days=days)
        return self.count - sum(date < since for date in self.arrived)


def is_open(state: MailboxState) -> bool:
    """Whether somebody is still to be asked before anything is taken."""
    return not state.answered and not state.contacted


def held(store: Store, vault: Vault, mailbox: Mailbox, *, opened: Opened = lambda cancel: None) -> Held:
    """Look what a mailbox holds, read-only. Raises `SecretError` and `SourceError`."""
    with store.read() as tx:
        now = tx.now()
    with open_source(mailbox, credentials.obtain(store, vault, mailbox)) as source:
        opened(source.cancel)
        for _ in source.connect(read_only=True):
            pass
        keys = source.list().keys
        dates = [entry.internal_date for entry in source.describe(keys, dates=True)]
    return Held(count=len(dates), arrived=sorted(date for date in dates if date is not None), now=now)


def answer(store: Store, vault: Vault, mailbox: Mailbox, wanted: FirstContact, *, who: str) -> None:
    """Say what to take of the mail that is there: all, nothing of it, or that of the last days.

    Raises `Invalid` for another answer, `Refused` once the first contact took place, `Changed` where somebody else
    changed the mailbox since.
    """
    try:
        wanted = values.first_contact(wanted)
    except values.WrongValue as error:
        raise Invalid([Mistake("first_contact", str(error))]) from None
    with store.read() as tx:
        if mailboxes.state(tx, mailbox.id).contacted:
            raise Refused(f"the first contact with mailbox {mailbox.name} is over: everything new is taken")
    configure.save_mailbox(store, vault, replace(mailbox, first_contact=wanted), was=mailbox, settled=True, who=who)
