"""How every mailbox is doing: what monitoring asks, and what a person sees first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from allegra_tui.model.journal import Lease, MailboxState
from allegra_tui.model.settings import IntakeSettings, Mailbox
from allegra_tui.store import Store, audit, journal, mailboxes, settings, sign_ins
from allegra_tui.usecases import certificates, policies, tokens
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.policies import PatternUnusable


class Health(StrEnum):
    """One word for a mailbox."""

    OK = "ok"
    ERROR = "error"
    PAUSED = "paused"
    RUNNING = "running"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a mailbox is doing. `quarantine` counts messages whose review is open."""

    mailbox: str
    project: str | None
    enabled: bool
    state: Health
    last_attempt: datetime | None
    last_success: datetime | None
    error: str | None
    note: str | None
    consecutive_errors: int
    next_run: datetime | None
    holder: str | None
    overdue: bool
    quarantine: int
    certificate_ends: datetime | None
    """When the certificate ends that the server showed last."""
    warning: str | None
    """What stops the mailbox, or will do so, unless somebody acts, where it is not the error already."""

    @property
    def alarming(self) -> bool:
        """Whether somebody should look after it."""
        return self.enabled and (self.overdue or self.error is not None)


def every(store: Store) -> Sequence[Status]:
    """Tell how each mailbox is doing. A pattern that cannot be used pauses all, and each says so."""
    with store.read() as tx:
        intake = settings.load(tx)
        trouble: str | None = None
        try:
            policies.load(tx)
        except PatternUnusable as error:
            trouble = str(error)
        held = owner.held(tx)
        signed_in = sign_ins.every(tx)
        return [
            _status(
                mailbox,
                state,
                intake,
                trouble,
                # One that never had a success waits for it since it was set up, or last changed.
                since=state.last_success or audit.last(tx, f"mailbox {mailbox.name}"),
                paused=trouble is not None or not intake.enabled,
                lease=held.get(mailbox.id),
                quarantine=journal.count_open(tx, mailbox.id),
                to_sign_in=tokens.to_sign_in(mailbox, signed_in.get(mailbox.id)),
                now=tx.now(),
            )
            for mailbox in mailboxes.every(tx)
            for state in [mailboxes.state(tx, mailbox.id)]
        ]


def _status(
    mailbox: Mailbox,
    state: MailboxState,
    intake: IntakeSettings,
    trouble: str | None,
    *,
    since: datetime | None,
    paused: bool,
    lease: Lease | None,
    quarantine: int,
    to_sign_in: str | None,
    now: datetime,
) -> Status:
    error = trouble or state.error
    sign_in = to_sign_in if to_sign_in != state.error else None
    limit = timedelta(seconds=mailbox.overdue_seconds or intake.overdue_seconds)
    waited = since is not None and now - since > limit
    if not mailbox.enabled:
        health = Health.DISABLED
    elif lease is not None:
        health = Health.RUNNING
    elif paused:
        health = Health.PAUSED
    else:
        health = Health.ERROR if error else Health.OK
    return Status(
        mailbox=mailbox.name,
        project=mailbox.project,
        enabled=mailbox.enabled,
        state=health,
        last_attempt=state.last_attempt,
        last_success=state.last_success,
        error=error,
        note=state.note,
        consecutive_errors=state.consecutive_errors,
        next_run=state.next_run,
        holder=f"process {lease.pid} on {lease.host}" if lease else None,
        overdue=waited and mailbox.enabled and intake.enabled,
        quarantine=quarantine,
        certificate_ends=state.certificate.not_after if state.certificate else None,
        warning=sign_in or certificates.ending(mailbox, state, now),
    )
