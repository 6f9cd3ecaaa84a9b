"""What can be fetched, and by whom it is being fetched."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.model.journal import Lease, MailboxState
from allegra_tui.model.settings import Mailbox
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import first_contact
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.intake.journaling import settle_action as settle_action  # what is done with taken mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetchable:
    """A mailbox before a fetch; `holder` is whoever fetches it at the moment."""

    mailbox: Mailbox
    state: MailboxState
    holder: str | None

    @property
    def unanswered(self) -> bool:
        """Whether somebody is still to be asked what to take of the mail that is there."""
        return first_contact.is_open(self.state)


def fetchable(store: Store) -> Sequence[Fetchable]:
    """Return all mailboxes, the global ones first, disabled ones too."""
    with store.read() as tx:
        held = {number: _holder(lease) for number, lease in owner.held(tx).items()}
        return [
            Fetchable(mailbox=mailbox, state=mailboxes.state(tx, mailbox.id), holder=held.get(mailbox.id))
            for mailbox in mailboxes.every(tx)
        ]


def _holder(lease: Lease) -> str:
    if (lease.pid, lease.host) == (os.getpid(), socket.gethostname()):
        return "this program, by its interval"
    return f"process {lease.pid} on {lease.host}"
