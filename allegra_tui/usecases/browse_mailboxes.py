"""Mailboxes with everything that is known of them, as a person sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Mailbox, Project
from allegra_tui.model.sign_in import SignIn
from allegra_tui.store import Store, mailboxes, projects, settings, sign_ins
from allegra_tui.usecases import first_contact, status, tokens
from allegra_tui.usecases.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxView:
    """A mailbox, how it does, and whether the journal holds messages that came from it."""

    mailbox: Mailbox
    state: MailboxState
    status: Status
    referenced: bool
    signed_in: SignIn | None = None
    """With OAuth2, who gave this program access, and since when."""

    @property
    def to_sign_in(self) -> str | None:
        """Why somebody has to sign in, and how; None where nobody has to."""
        return tokens.to_sign_in(self.mailbox, self.signed_in)

    @property
    def unanswered(self) -> bool:
        """Whether somebody is still to be asked what the first contact takes."""
        return first_contact.is_open(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All mailboxes, the global ones first, and where their mail may go."""

    mailboxes: Sequence[MailboxView]
    projects: Sequence[Project]
    """Those that are not archived."""
    default_project: str | None

    def find(self, mailbox_id: int) -> MailboxView | None:
        """Return a mailbox by its id."""
        return next((view for view in self.mailboxes if view.mailbox.id == mailbox_id), None)


def every(store: Store) -> Overview:
    """Read all mailboxes, disabled ones too."""
    by_name = {found.mailbox: found for found in status.every(store)}
    with store.read() as tx:
        signed_in = sign_ins.every(tx)
        return Overview(
            mailboxes=[
                MailboxView(
                    mailbox=mailbox,
                    state=mailboxes.state(tx, mailbox.id),
                    status=by_name[mailbox.name],
                    referenced=mailboxes.referenced(tx, mailbox.id),
                    signed_in=signed_in.get(mailbox.id),
                )
                for mailbox in mailboxes.every(tx)
                if mailbox.name in by_name  # else it was added this very moment
            ],
            projects=projects.every(tx),
            default_project=settings.load(tx).default_project,
        )
