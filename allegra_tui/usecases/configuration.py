"""The whole configuration as one TOML file: read from it, applied all or nothing, written to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender, Secret, SecretKind
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.store import Store, Transaction, audit, mailboxes, projects, sealed, senders, settings
from allegra_tui.store.sealed import Sealed
from allegra_tui.usecases import changes, configuration_file, keys, rules
from allegra_tui.usecases.configuration_file import Document
from allegra_tui.usecases.configuration_file import render as render
from allegra_tui.usecases.errors import Changed, Invalid
from allegra_tui.usecases.planning import Plan, plan
from allegra_tui.usecases.rules import Configuration

_ATTEMPTS = 5
Kind = Literal["intake", "project", "mailbox", "sender"]
Record = Project | Mailbox | RegisteredSender


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that a file changed. `kind` and `name` say of what: mailbox, support."""

    action: Literal["add", "change"]
    kind: Kind
    name: str
    changes: Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of applying a file. `warnings` are lines for people."""

    changes: Sequence[Change]
    warnings: Sequence[str]


def load(tx: Transaction) -> Configuration:
    """Read everything an administrator set, archived and disabled records included."""
    return Configuration(
        settings=settings.load(tx),
        projects=projects.every(tx, archived=True),
        mailboxes=mailboxes.every(tx),
        senders=senders.every(tx, disabled=True),
    )


def current(store: Store | None) -> Configuration:
    """Return the configuration; the defaults where nothing is stored."""
    if store is None:
        return Configuration(settings=IntakeSettings(), projects=(), mailboxes=(), senders=())
    with store.read() as tx:
        return load(tx)


def apply(store: Store, vault: Vault, text: str, *, base: Path, prune: bool = False, who: str) -> Applied:
    """Bring the stored configuration to what the file says, all or nothing; applied again it changes nothing.

    What the file does not name stays, with `prune` it is disabled or archived. Relative paths begin at `base`.
    Raises `Invalid` with every mistake.
    """
    document = configuration_file.parse(text, base)
    for _ in range(_ATTEMPTS):
        stored = current(store)
        target, warnings = _target(document, stored, _Secrets(vault, vault.encrypt, _sealed(store)), prune=prune)
        with store.write() as tx:
            if load(tx) == stored:  # else somebody changed it meanwhile, and the file is laid over that instead
                done = Applied(changes=_save(tx, stored, target, who), warnings=warnings)
                _settle_first_contacts(tx, document)
                return done
    raise Changed("the configuration is being changed by somebody else all the time: try again later", None)


def preview(store: Store | None, vault: Vault, text: str, *, base: Path, prune: bool = False) -> Applied:
    """Tell what `apply` would do, and raise what it would. Changes nothing."""
    stored = current(store)
    document = configuration_file.parse(text, base)
    target, warnings = _target(document, stored, _Secrets(vault, _unencrypted, _sealed(store)), prune=prune)
    return Applied(changes=_changes(stored, target), warnings=warnings)


@dataclass(frozen=True, slots=True)
class _Secrets:
    """How secrets are read and written, and what is stored encrypted so far."""

    vault: Vault
    encrypt: Callable[[str], Secret]
    stored: Sequence[Sealed]


def _sealed(store: Store | None) -> Sequence[Sealed]:
    if store is None:
        return ()
    with store.read() as tx:
        return sealed.every(tx)


def _target(
    document: Document, stored: Configuration, secrets: _Secrets, *, prune: bool
) -> tuple[Configuration, list[str]]:
    made = plan(document, stored, prune=prune)
    if made.mistakes:
        raise Invalid(sorted(made.mistakes, key=lambda mistake: mistake.line or 0))
    target = replace(made.target, mailboxes=_with_secrets(made, stored, secrets))
    return target, [*made.warnings, *_to_do(target.mailboxes), *_unsafe(target.mailboxes)]


def _unencrypted(password: str) -> Secret:
    """Stand in for an encrypted password that is not stored."""
    return Secret(kind=SecretKind.STORED, value=("",))


def _with_secrets(made: Plan, stored: Configuration, secrets: _Secrets) -> Sequence[Mailbox]:
    """Encrypt new secrets. One that is stored already stays as it is, so that a file can be applied again."""
    known = {mailbox.id: mailbox for mailbox in stored.mailboxes}
    replaced: list[tuple[sealed.Kind, int]] = []
    for mailbox in made.target.mailboxes:
        entry = made.typed.get(mailbox.name)
        typed = (entry.password, entry.client_secret) if entry is not None else (None, None)
        replaced += keys.replaced(mailbox, *typed)

    def kept(typed: str | None, old: Secret | None, new: Secret) -> Secret:
        if typed is None or (old is not None and _holds(secrets.vault, old, typed)):
            return new
        keys.check_new(secrets.vault, secrets.stored, replaced=replaced)
        return secrets.encrypt(typed)

    found = []
    for mailbox in made.target.mailboxes:
        entry, old = made.typed.get(mailbox.name), known.get(mailbox.id)
        if entry is not None:
            secret = kept(entry.password, old.secret if old else None, mailbox.secret)
            client_secret = kept(entry.client_secret, old.client_secret if old else None, mailbox.client_secret)
            mailbox = replace(mailbox, secret=secret, client_secret=client_secret)
        found.append(mailbox)
    return found


def _holds(vault: Vault, secret: Secret, typed: str) -> bool:
    if secret.kind is not SecretKind.STORED:
        return False
    try:
        return vault.password(secret) == typed
    except SecretError:
        return False


def _to_do(found: Sequence[Mailbox]) -> list[str]:
    """Tell what a file cannot hold."""
    return [
        f"mailbox {mailbox.name} has no password yet: allegra-tui mailbox password {mailbox.name}"
        for mailbox in found
        if mailbox.enabled and mailbox.needs_password and mailbox.secret.kind is SecretKind.NONE
    ]


def _unsafe(found: Sequence[Mailbox]) -> list[str]:
    return [
        f"mailbox {mailbox.name}: {told}" for mailbox in found if mailbox.enabled and (told := rules.unsafe(mailbox))
    ]


def _changes(stored: Configuration, target: Configuration) -> list[Change]:
    """List what is different, in the order in which it can be saved."""
    found = []
    if different := changes.between(stored.settings, target.settings):
        found.append(Change(action="change", kind="intake", name="intake", changes=different))
    for kind, old, new in _pairs(stored, target):
        different = changes.between(old, new)
        if different or old is None:
            name = new.key if isinstance(new, Project) else new.name
            found.append(Change(action="change" if old else "add", kind=kind, name=name, changes=different))
    return found


def _save(tx: Transaction, stored: Configuration, target: Configuration, who: str) -> list[Change]:
    found = _changes(stored, target)
    _part_with_addresses(tx, stored, target)
    for _, old, new in _pairs(stored, target):
        if old != new:
            match new:
                case Project():
                    projects.save(tx, new) if old else projects.add(tx, new)
                case Mailbox():
                    mailboxes.save(tx, new) if old else mailboxes.add(tx, new)
                case RegisteredSender():
                    senders.save(tx, new) if old else senders.add(tx, new)
    if stored.settings != target.settings:
        settings.save(tx, target.settings)
    _record(tx, found, who)
    return found


def _record(tx: Transaction, found: Sequence[Change], who: str) -> None:
    """Tell of every change; of senders whose addresses alone are new, few entries tell."""
    people: dict[str, dict[str, Mapping[str, Sequence[object]]]] = {"add": {}, "change": {}}
    alone = {"add": {"name", "addresses"}, "change": {"addresses"}}
    for change in found:
        of_person = change.kind == "sender" and change.changes.keys() == alone[change.action]
        if of_person and change.name not in people[change.action]:  # two people may have one name
            people[change.action][change.name] = change.changes
        else:
            audit.record(tx, who=who, action=change.action, subject=_subject(change), changes=change.changes)
    for action, changed in people.items():
        audit.record_senders(tx, who=who, action=action, changed=changed)


def _settle_first_contacts(tx: Transaction, document: Document) -> None:
    """A mailbox that the file describes takes at first what the file says: nobody is to be asked any more."""
    for given in document.mailboxes:
        mailbox = mailboxes.find(tx, str(given["name"]).strip())
        if mailbox and not mailboxes.state(tx, mailbox.id).answered:
            mailboxes.answer(tx, mailbox.id, answered=True)


def _subject(change: Change) -> str:
    return change.kind if change.kind == "intake" else f"{change.kind} {change.name}"


def _part_with_addresses(tx: Transaction, stored: Configuration, target: Configuration) -> None:
    """Take from senders the addresses they lose, before others get them."""
    known = {sender.id: sender for sender in stored.senders}
    for sender in target.senders:
        old = known.get(sender.id)
        kept = [written for written in old.addresses if written in sender.addresses] if old else []
        if old and len(kept) < len(old.addresses):
            senders.save(tx, replace(old, addresses=kept))


def _pairs(stored: Configuration, target: Configuration) -> list[tuple[Kind, Record | None, Record]]:
    """Pair every record with what is stored of it, None for a new one."""
    kinds: Sequence[tuple[Kind, Sequence[Record], Sequence[Record]]] = (
        ("project", stored.projects, target.projects),
        ("mailbox", stored.mailboxes, target.mailboxes),
        ("sender", stored.senders, target.senders),
    )
    found: list[tuple[Kind, Record | None, Record]] = []
    for kind, olds, news in kinds:
        known = {record.id: record for record in olds}
        found += [(kind, known.get(record.id), record) for record in news]
    return found
