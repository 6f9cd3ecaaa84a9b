"""The intake: what it is judged by, the clock, what a run left behind, and every mailbox."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from allegra_tui.model.settings import Mailbox, SecretKind
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.store import Store, audit, journal, mailboxes, sealed, settings
from allegra_tui.store.journal import Unfinished
from allegra_tui.usecases import browse_mailboxes, policies
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.doctor.finding import Finding, error, ok, warning
from allegra_tui.usecases.intake.run import refusal
from allegra_tui.usecases.policies import PatternUnusable

_AHEAD = timedelta(minutes=2)
"""How far a time may lie in the future: clocks are set back a little every day."""
_LONG = timedelta(hours=1)
"""From when on what a run left behind is more than the next run's work."""


def examine(store: Store, vault: Vault) -> Iterator[Finding]:
    """Look at everything that is stored about the intake."""
    yield from _keys(store, vault)
    yield _clock(store)
    yield from _settings(store)
    yield from _left_behind(store)
    yield from _mailboxes(store, vault)


def _keys(store: Store, vault: Vault) -> Iterator[Finding]:
    with store.read() as tx:
        encrypted = sealed.every(tx)
    if not encrypted:
        yield ok("key", "nothing is stored encrypted, so no key file is needed")
        return
    try:
        vault.check_key()
    except SecretError as trouble:
        yield error("key", str(trouble), "without the key file the stored passwords cannot be used")
        return
    closed = 0
    for each in encrypted:
        try:
            vault.password(each.secret)
        except SecretError as trouble:
            closed += 1
            yield error("key", f"{each.place}: {trouble}", "see which of them has to be set again: mailbox list")
    if vault.has_former_key:
        yield warning("key", "a change of the key was cut off", "do it again: allegra-tui mailbox rotate-key")
    elif not closed:
        yield ok("key", f"the key file opens all that is stored encrypted ({len(encrypted)})")


def _clock(store: Store) -> Finding:
    with store.read() as tx:
        times = [("the newest message was received", journal.newest(tx))]
        times += [(f"{entry.who} changed {entry.subject}", entry.at) for entry in audit.entries(tx, limit=1)]
        for mailbox in mailboxes.every(tx):
            state = mailboxes.state(tx, mailbox.id)
            times += [
                (f"{mailbox.name} was read", state.last_attempt),
                (f"{mailbox.name} was read", state.last_success),
            ]
    now = datetime.now(UTC)
    ahead = [(at, what) for what, at in times if at is not None and at > now + _AHEAD]
    if ahead:
        at, what = max(ahead)
        return error(
            "clock",
            f"it is {now.astimezone():%Y-%m-%d %H:%M} here, and {what} at {at.astimezone():%Y-%m-%d %H:%M}",
            "the clock is slow, or was fast then: set it, and have it kept right (timedatectl set-ntp true)",
        )
    return ok("clock", f"{now.astimezone():%Y-%m-%d %H:%M}, and nothing stored is later")


def _settings(store: Store) -> Iterator[Finding]:
    with store.read() as tx:
        intake = settings.load(tx)
        try:
            policies.load(tx)
        except PatternUnusable as trouble:
            yield error("pattern", str(trouble), "put it right in the console (6), or by config apply")
        else:
            yield ok("pattern", "the pattern can be used" if intake.allowed_pattern else "there is no pattern")
    if intake.enabled:
        yield ok("intake", "the intake is switched on")
    else:
        yield warning("intake", "the intake is switched off: no mail is taken", "switch it on in the settings (9)")


def _left_behind(store: Store) -> Iterator[Finding]:
    with store.read() as tx:
        running = set(owner.held(tx))
        now = tx.now()
        unhandled, unsettled = journal.unhandled(tx), journal.unsettled(tx)
        boxes = [mailboxes.get(tx, mailbox_id) for mailbox_id, *_ in (*unhandled, *unsettled)]
    names = {mailbox.id: mailbox.name for mailbox in boxes if mailbox is not None}
    yield from _waiting("unhandled", unhandled, names, running, now, "not handled yet", "every message is handled")
    yield from _waiting(
        "deletions", unsettled, names, running, now, "still to be deleted or moved there", "no deletion is pending"
    )


def _waiting(
    check: str,
    found: Sequence[Unfinished],
    names: Mapping[int, str],
    running: set[int],
    now: datetime,
    what: str,
    none: str,
) -> Iterator[Finding]:
    for mailbox_id, count, oldest in found:
        name = names[mailbox_id]
        told = f"{name}: {count:,} {'message' if count == 1 else 'messages'} {what}, the oldest of "
        told += f"{oldest.astimezone():%Y-%m-%d %H:%M}"
        if mailbox_id in running or now - oldest < _LONG:
            yield ok(check, told, name)
        else:
            yield warning(
                check,
                told,
                f"a fetch finishes it: allegra-tui fetch {name}; where it stays, allegra-tui mailbox test {name}",
                name,
            )
    if not found:
        yield ok(check, none)


def _mailboxes(store: Store, vault: Vault) -> Iterator[Finding]:
    views = browse_mailboxes.every(store).mailboxes
    if not any(view.mailbox.enabled for view in views):
        yield warning("mailbox", "no mailbox is enabled: no mail comes in", "allegra-tui mailbox add, or edit")
    with store.read() as tx:
        try:
            loaded = policies.load(tx)
        except PatternUnusable:
            loaded = None
    for view in views:
        mailbox = view.mailbox
        cannot = refusal(mailbox, loaded) if loaded and mailbox.enabled else None
        if cannot is not None and cannot.error:
            yield error("mailbox", f"{mailbox.name}: {cannot.error}", "allegra-tui projects list", mailbox.name)
        else:
            yield _mailbox(view)
        if mailbox.enabled and (lacking := _password(vault, mailbox)) is not None:
            yield lacking
        if mailbox.enabled and view.status.warning is not None and view.to_sign_in is None:
            yield warning(
                "certificate",
                f"{mailbox.name}: {view.status.warning}",
                f"allegra-tui mailbox trust {mailbox.name}",
                mailbox.name,
            )
        if mailbox.enabled and view.to_sign_in is not None:
            yield error("sign_in", view.to_sign_in, f"allegra-tui mailbox sign-in {mailbox.name}", mailbox.name)


def _mailbox(view: MailboxView) -> Finding:
    name, status = view.mailbox.name, view.status
    last = status.last_success.astimezone().strftime("%Y-%m-%d %H:%M") if status.last_success else "never"
    test = f"allegra-tui mailbox test {name}"
    if not status.enabled:
        return ok("mailbox", f"{name}: disabled", name)
    if view.unanswered:
        advice = f"allegra-tui mailbox edit {name} --first-contact all, new or DAYS"
        return warning("mailbox", f"{name}: nobody said yet what to take of the mail there", advice, name)
    if view.state.error:
        return error("mailbox", f"{name}: {view.state.error} (last success: {last})", test, name)
    if status.overdue:
        return error("mailbox", f"{name}: overdue, last success {last}", f"is anything fetching? {test}", name)
    if status.last_success is None:
        return warning("mailbox", f"{name}: never fetched", f"allegra-tui fetch {name}", name)
    if status.note:
        return warning("mailbox", f"{name}: {status.note}", f"allegra-tui reconcile {name}", name)
    return ok("mailbox", f"{name}: last success {last}", name)


def _password(vault: Vault, mailbox: Mailbox) -> Finding | None:
    """Tell what is wrong with a mailbox's password. One that a command prints or a variable holds is not looked at.

    A command may ask for something or count its calls, and the variable is set where the fetch runs.
    """
    name = mailbox.name
    if mailbox.secret.kind is SecretKind.NONE and mailbox.needs_password:
        return warning("password", f"{name}: it has no password", f"allegra-tui mailbox password {name}", name)
    for secret in (mailbox.secret, mailbox.client_secret):
        if secret.kind is SecretKind.FILE:
            try:
                vault.password(secret)
            except SecretError as trouble:
                return error("password", f"{name}: {trouble}", "put the file right, or set another source", name)
    return None
