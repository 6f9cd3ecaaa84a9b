"""Single changes of the configuration: checked, saved and written into the audit in one transaction.

Whoever changes a record hands over what it looked like when it was read (`was`); if somebody else changed it since,
nothing is saved and `Changed` holds what is stored now. All mistakes are raised together as `Invalid`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from allegra_tui import address
from allegra_tui.model.settings import Auth, IntakeSettings, Mailbox, Project, Protocol, RegisteredSender, Secret
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, Transaction, audit, mailboxes, projects, sealed, senders, settings
from allegra_tui.usecases import changes, keys, lease, rules
from allegra_tui.usecases.errors import Changed, Conflict, Invalid, Mistake, NotFound, Refused

R = TypeVar("R", IntakeSettings, Project, Mailbox, RegisteredSender)


def save_settings(store: Store, new: IntakeSettings, *, was: IntakeSettings | None = None, who: str) -> None:
    """Change the intake's settings."""
    with store.read() as tx:
        _raise(rules.settings_mistakes(new, projects.every(tx, archived=True)))
    with store.write() as tx:
        old = _unchanged(settings.load(tx), was, "the intake's settings")
        settings.save(tx, new)
        _record(tx, who, "change", "intake", old, new)


def add_project(store: Store, new: Project, *, default: bool = False, who: str) -> Project:
    """Add a project; with `default` it takes what belongs to no other."""
    with store.write() as tx:
        if projects.find(tx, new.key):
            raise Conflict(f"there is a project {new.key} already")
        added = projects.add(tx, new)
        _record(tx, who, "add", f"project {new.key}", None, new)
        if default:
            _make_default(tx, new.key, who)
    return added


def save_project(store: Store, new: Project, *, was: Project | None = None, default: bool = False, who: str) -> None:
    """Change a project's name, or archive it; its key stays. Mail must not be on its way to it then."""
    with store.write() as tx:
        old = _unchanged(find_project(tx, new.key), was, f"project {new.key}")
        if default:
            _make_default(tx, new.key, who)
        known = [new if project.key == new.key else project for project in projects.every(tx, archived=True)]
        if new.archived:
            _refuse_archiving(tx, new.key)
        _raise(_orphans(mailboxes.every(tx), known))
        projects.save(tx, new)
        _record(tx, who, "change", f"project {new.key}", old, new)


def add_sender(store: Store, new: RegisteredSender, *, who: str) -> RegisteredSender:
    """Register a sender, unless the pattern refuses one of the addresses."""
    with store.write() as tx:
        _check_addresses(tx, new, ())
        added = senders.add(tx, new)
        _record(tx, who, "add", f"sender {new.name}", None, new)
    return added


def save_sender(store: Store, new: RegisteredSender, *, was: RegisteredSender | None = None, who: str) -> None:
    """Change a registered sender. Addresses that are new have to pass the pattern."""
    with store.write() as tx:
        stored = senders.get(tx, new.id)
        if stored is None:
            raise NotFound(f"sender {new.name} is not registered")
        old = _unchanged(stored, was, f"sender {new.name}")
        _check_addresses(tx, new, old.addresses if old.enabled else ())
        senders.save(tx, new)
        _record(tx, who, "change", f"sender {old.name}", old, new)


def check_sender(store: Store, new: RegisteredSender, *, was: RegisteredSender | None = None) -> None:
    """Raise what `add_sender` or `save_sender` would."""
    with store.read() as tx:
        _check_addresses(tx, new, was.addresses if was and was.enabled else ())


def add_mailbox(
    store: Store,
    vault: Vault,
    new: Mailbox,
    *,
    password: str | None = None,
    client_secret: str | None = None,
    settled: bool = True,
    who: str,
) -> Mailbox:
    """Add a mailbox; the secrets are encrypted. `settled` tells whether its `first_contact` is the answer, or somebody
    is still to be asked."""
    with store.write() as tx:
        _check_mailbox(tx, new)
        new = _with_secrets(tx, vault, new, password, client_secret)
        added = mailboxes.add(tx, new)
        mailboxes.answer(tx, added.id, answered=settled)
        _record(tx, who, "add", f"mailbox {new.name}", None, new)
    return added


def save_mailbox(
    store: Store,
    vault: Vault,
    new: Mailbox,
    *,
    password: str | None = None,
    client_secret: str | None = None,
    was: Mailbox | None = None,
    settled: bool | None = None,
    who: str,
) -> None:
    """Change a mailbox, by its id. Secrets that are not given stay as they are.

    `settled` tells whether its `first_contact` is the answer, or somebody is still to be asked. Where it is not given,
    another `first_contact` than before is an answer, and another account than the one that was met asks anew.
    """
    with store.write() as tx:
        stored = mailboxes.get(tx, new.id)
        if stored is None:
            raise NotFound(f"there is no mailbox {new.name}")
        old = _unchanged(stored, was, f"mailbox {stored.name}")
        _check_mailbox(tx, new)
        new = _with_secrets(tx, vault, new, password, client_secret)
        before = mailboxes.state(tx, new.id)
        mailboxes.save(tx, new)
        if settled is None:
            met = before.contacted and new.account != old.account
            settled = new.first_contact != old.first_contact or (before.answered and not met)
        mailboxes.answer(tx, new.id, answered=settled)
        trusting = set(changes.between(old, new)) == {"pin"}
        _record(tx, who, "trust" if trusting else "change", f"mailbox {old.name}", old, new)
        if settled and not before.answered:
            taken: changes.Changes = {"first_contact": [None, new.first_contact]}
            audit.record(tx, who=who, action="answer", subject=f"mailbox {new.name}", changes=taken)


def check_mailbox(store: Store, new: Mailbox) -> None:
    """Raise what `add_mailbox` would, before anybody is asked for a password."""
    with store.read() as tx:
        _check_mailbox(tx, new)


def check_secret(mailbox: Mailbox, what: Literal["password", "client secret"]) -> None:
    """Raise `Refused` where a mailbox has no such secret, before anybody is asked for it."""
    if what == "client secret":
        if mailbox.auth is not Auth.OAUTH2:
            raise Refused(f'mailbox {mailbox.name} has no client secret: that belongs to auth = "oauth2"')
    elif mailbox.protocol is Protocol.MAILDIR:
        raise Refused(f"mailbox {mailbox.name} has no password: a Maildir is read from the disk")
    elif mailbox.auth is Auth.OAUTH2:
        raise Refused(f"mailbox {mailbox.name} has no password: allegra-tui mailbox sign-in {mailbox.name}")


def set_password(store: Store, vault: Vault, mailbox: Mailbox, password: str, *, who: str) -> None:
    """Store a password, encrypted; an empty one takes away whatever the password came from."""
    check_secret(mailbox, "password")
    save_mailbox(store, vault, mailbox, password=password, was=mailbox, who=who)


def set_client_secret(store: Store, vault: Vault, mailbox: Mailbox, secret: str, *, who: str) -> None:
    """Store the secret that the provider gave this program, encrypted; an empty one takes it away."""
    check_secret(mailbox, "client secret")
    save_mailbox(store, vault, mailbox, client_secret=secret, was=mailbox, who=who)


def remove_mailbox(store: Store, name: str, *, who: str) -> bool:
    """Remove a mailbox. One that messages came from is disabled instead: False.

    Raises `Refused` while an intake is at work on it.
    """
    with store.write() as tx:
        mailbox = find_mailbox(tx, name)
        if mailboxes.referenced(tx, mailbox.id):
            disabled = replace(mailbox, enabled=False)
            mailboxes.save(tx, disabled)
            _record(tx, who, "change", f"mailbox {name}", mailbox, disabled)
            return False
        holder = lease.held(tx).get(mailbox.id)
        if holder is not None:
            raise Refused(
                f"mailbox {name} is being fetched by process {holder.pid} on {holder.host}: try again when that is "
                "through, or disable it"
            )
        mailboxes.remove(tx, mailbox.id)
        audit.record(tx, who=who, action="remove", subject=f"mailbox {name}", changes={})
    return True


def find_mailbox(tx: Transaction, name: str) -> Mailbox:
    """Return a mailbox. Raises `NotFound` with the names there are."""
    found = mailboxes.find(tx, name)
    if found is None or name == mailboxes.IMPORTING:
        names = ", ".join(mailbox.name for mailbox in mailboxes.every(tx))
        raise NotFound(f"there is no mailbox {name}; there are: {names}" if names else f"there is no mailbox {name}")
    return found


def find_project(tx: Transaction, key: str) -> Project:
    """Return a project, whatever the case of the key. Raises `NotFound` with the keys there are."""
    found = projects.find(tx, key)
    if found is None:
        keys = ", ".join(project.key for project in projects.every(tx))
        raise NotFound(f"there is no project {key}; there are: {keys}" if keys else f"there is no project {key}")
    return found


def find_sender(tx: Transaction, name: str) -> RegisteredSender:
    """Return a sender by one of the addresses, or by a name that only one bears. Disabled ones are found too."""
    known = senders.every(tx, disabled=True)
    found = [sender for sender in known if sender.name == name or name in sender.addresses]
    if not found:
        wanted = name.casefold()
        found = [sender for sender in known if wanted in (text.casefold() for text in (sender.name, *sender.addresses))]
    if not found:
        raise NotFound(f"no sender {name} is registered")
    if len(found) > 1:
        raise NotFound(f"{len(found)} registered senders are called {name}: give an address")
    return found[0]


def _unchanged(stored: R, was: R | None, what: str) -> R:
    if was is not None and was != stored:
        raise Changed(f"somebody else changed {what} meanwhile: look at it again", stored)
    return stored


def _record(tx: Transaction, who: str, action: str, subject: str, old: R | None, new: R) -> None:
    different = changes.between(old, new)
    if different or old is None:
        audit.record(tx, who=who, action=action, subject=subject, changes=different)


def _raise(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise Invalid(mistakes)


def _check_mailbox(tx: Transaction, new: Mailbox) -> None:
    others = [mailbox for mailbox in mailboxes.every(tx) if mailbox.id != new.id]
    known = projects.every(tx, archived=True)
    _raise([*rules.mailbox_mistakes(new, known), *rules.twins(new, others)])


def _with_secrets(
    tx: Transaction, vault: Vault, new: Mailbox, password: str | None, client_secret: str | None
) -> Mailbox:
    """Encrypt what is given; an empty one takes away whatever the secret came from."""
    if password or client_secret:
        keys.check_new(vault, sealed.every(tx), replaced=keys.replaced(new, password, client_secret))
    if password is not None:
        new = replace(new, secret=vault.encrypt(password) if password else Secret())
    if client_secret is not None:
        new = replace(new, client_secret=vault.encrypt(client_secret) if client_secret else Secret())
    return new


def _check_addresses(tx: Transaction, new: RegisteredSender, registered: Sequence[str]) -> None:
    if not new.addresses:
        raise Invalid([Mistake("addresses", "at least one address is needed")])
    owned = rules.owners(senders.every(tx, disabled=True))
    mistakes = []
    for written in new.addresses:
        other = owned.get(address.key(address.parse(written)))
        if other is not None and other.id != new.id:
            mistakes.append(Mistake("addresses", f"{written} belongs to {other.name} already"))
    if new.enabled:
        fresh = [written for written in new.addresses if written not in registered]
        for written, reason in rules.refused_addresses(fresh, rules.pattern_of(settings.load(tx))).items():
            mistakes.append(Mistake("addresses", f"{written} is not registered, the pattern refuses it: {reason}"))
    _raise(mistakes)


def _make_default(tx: Transaction, key: str, who: str) -> None:
    old = settings.load(tx)
    new = replace(old, default_project=key)
    settings.save(tx, new)
    _record(tx, who, "change", "intake", old, new)


def _refuse_archiving(tx: Transaction, key: str) -> None:
    if settings.load(tx).default_project == key:
        raise Refused(f"project {key} is the default project: make another one the default first")
    names = [mailbox.name for mailbox in mailboxes.every(tx) if mailbox.project == key and mailbox.enabled]
    if names:
        raise Refused(f"project {key} still gets mail from {', '.join(names)}: disable or remove it first")


def _orphans(boxes: Sequence[Mailbox], known: Sequence[Project]) -> list[Mistake]:
    """Find mailboxes that would not work any more with other settings or projects."""
    return [
        Mistake(mistake.place, f"mailbox {mailbox.name}: {mistake.message}")
        for mailbox in boxes
        for mistake in rules.mailbox_mistakes(mailbox, known)
    ]
