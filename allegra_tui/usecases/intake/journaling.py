"""Journal: what arrived is committed with its original bytes before anything is made of it."""

from collections.abc import Sequence

from allegra_tui import mail
from allegra_tui.model.journal import NewMessage, Place
from allegra_tui.model.mail import Envelope
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Outcome, Reason, SettleAction
from allegra_tui.store import Store, journal
from allegra_tui.usecases.events import MessageDone
from allegra_tui.usecases.intake.download import Arrived
from allegra_tui.usecases.intake.handle import Item


def commit(
    store: Store, mailbox: Mailbox, place: Place, arrived: Sequence[Arrived], action: SettleAction
) -> tuple[list[Item], list[MessageDone]]:
    """Commit a batch. Returns what waits to be handled, and what is known by its content and so decided already."""
    by_key = {one.key: (one, mail.envelope(one.raw)) for one in arrived}
    messages = [_new_message(mailbox, one, envelope, action) for one, envelope in by_key.values()]
    with store.write() as tx:
        received = journal.receive(tx, place, messages)
    items: list[Item] = []
    known: list[MessageDone] = []
    for row in received:
        one, envelope = by_key[row.key]
        if row.outcome is Outcome.RECEIVED:
            items.append(Item(row=row.id, key=one.key, content_hash=envelope.content_hash, size=one.size, raw=one.raw))
        else:
            known.append(
                MessageDone(
                    mailbox=mailbox.name,
                    key=one.key,
                    outcome=Outcome.DUPLICATE,
                    reason=Reason.DUPLICATE,
                    detail=row.detail,
                    issue=row.issue,
                    subject=envelope.subject,
                    sender=str(envelope.sender),
                    journal=row.id,
                )
            )
    return items, known


def settle_action(mailbox: Mailbox) -> SettleAction:
    """Tell what the mailbox's settings ask for once a message is safe."""
    if mailbox.leave_on_server:
        return SettleAction.LEAVE
    return SettleAction.MOVE if mailbox.move_to else SettleAction.DELETE


def _new_message(mailbox: Mailbox, one: Arrived, envelope: Envelope, action: SettleAction) -> NewMessage:
    if not one.whole:
        action = SettleAction.LEAVE
    return NewMessage(
        key=one.key,
        content_hash=envelope.content_hash,
        raw=one.raw,
        whole=one.whole,
        size=one.size,
        subject=envelope.subject,
        sender=str(envelope.sender),
        sender_name=envelope.sender.name,
        message_id=envelope.message_id,
        date=envelope.date,
        action=action,
        move_to=mailbox.move_to if action is SettleAction.MOVE else None,
    )
