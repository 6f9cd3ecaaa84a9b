"""What a configuration file asks for, laid over what is stored: the new configuration, or every mistake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from allegra_tui import address
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender
from allegra_tui.policy.pattern import Pattern
from allegra_tui.usecases import records, rules
from allegra_tui.usecases.configuration_file import Document
from allegra_tui.usecases.errors import Mistake
from allegra_tui.usecases.rules import Configuration


class _Record(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=_Record)


@dataclass(slots=True)
class Plan:
    """The configuration as it will be, by the file and what it leaves alone; existing records keep their ids."""

    target: Configuration
    typed: Mapping[str, records.MailboxEntry] = field(repr=False)
    """Mailbox names and what holds the secrets that are still to be encrypted."""
    mistakes: Sequence[Mistake]
    warnings: Sequence[str]


def plan(document: Document, stored: Configuration, *, prune: bool) -> Plan:
    """Read the file against what is stored. Touches nothing."""
    mistakes: list[Mistake] = []
    settings = _settings(document, stored, mistakes)
    projects = _projects(document, stored, prune, mistakes)
    _note(document, "intake", rules.settings_mistakes(settings, projects), mistakes)
    entries = _mailboxes(document, stored, projects, mistakes)
    mailboxes = [entry.mailbox for entry in entries]
    mailboxes += _rest(stored.mailboxes, mailboxes, lambda mailbox: replace(mailbox, enabled=False), prune)
    _check_left_alone(mailboxes[len(entries) :], projects, mistakes)
    named = _senders(document, stored, mistakes)
    senders = [*named, *_rest(stored.senders, named, lambda sender: replace(sender, enabled=False), prune)]
    target = Configuration(settings=settings, projects=projects, mailboxes=mailboxes, senders=senders)
    warnings: list[str] = []
    if not mistakes:
        _check_addresses(document, named, senders, stored, rules.pattern_of(settings), mistakes, warnings)
    typed = {entry.mailbox.name: entry for entry in entries}
    return Plan(target=target, typed=typed, mistakes=mistakes, warnings=warnings)


def _settings(document: Document, stored: Configuration, mistakes: list[Mistake]) -> IntakeSettings:
    settings, found = records.read_settings(document.intake, stored.settings)
    _note(document, "intake", found, mistakes)
    return settings


def _projects(document: Document, stored: Configuration, prune: bool, mistakes: list[Mistake]) -> list[Project]:
    current = {project.key: project for project in stored.projects}
    named: dict[str, Project] = {}
    for index, given in enumerate(document.projects):
        place = f"projects[{index}]"
        project, found = records.read_project(given, current.get(str(given.get("key", "")).strip().upper()))
        if project.key in named:
            found.append(Mistake("key", f"project {project.key} is described twice"))
        _note(document, place, found, mistakes)
        named.setdefault(project.key, project)
    found_named = list(named.values())
    return [*found_named, *_rest(stored.projects, found_named, lambda project: replace(project, archived=True), prune)]


def _mailboxes(
    document: Document,
    stored: Configuration,
    projects: Sequence[Project],
    mistakes: list[Mistake],
) -> list[records.MailboxEntry]:
    current = {mailbox.name: mailbox for mailbox in stored.mailboxes}
    names = {str(given.get("name", "")).strip() for given in document.mailboxes}
    others = [mailbox for mailbox in stored.mailboxes if mailbox.name not in names]
    entries = []
    for index, given in enumerate(document.mailboxes):
        known = current.get(str(given.get("name", "")).strip())
        entry, found = records.read_mailbox(given, known, base=document.base)
        wrong = {mistake.place for mistake in found}
        rest = rules.mailbox_mistakes(entry.mailbox, projects) + rules.twins(entry.mailbox, others)
        found += [mistake for mistake in rest if mistake.place not in wrong]
        _note(document, f"mailboxes[{index}]", found, mistakes)
        others.append(entry.mailbox)
        entries.append(entry)
    return entries


def _check_left_alone(mailboxes: Sequence[Mailbox], projects: Sequence[Project], mistakes: list[Mistake]) -> None:
    """Mailboxes that the file does not name have to work with what it changes around them."""
    mistakes += [
        Mistake(f"mailbox {mailbox.name} (not in the file)", f"{mistake.place}: {mistake.message}")
        for mailbox in mailboxes
        for mistake in rules.mailbox_mistakes(mailbox, projects)
    ]


def _senders(document: Document, stored: Configuration, mistakes: list[Mistake]) -> list[RegisteredSender]:
    """Find out which registered sender each entry means: one with a common address, else the one of the same name."""
    by_address = rules.owners(stored.senders)
    taken: set[int] = set()
    named: list[RegisteredSender] = []
    for index, given in enumerate(document.senders):
        sender, found = records.read_sender(given, None)
        _note(document, f"senders[{index}]", found, mistakes)
        candidates = [by_address[key] for written in sender.addresses if (key := _key(written)) in by_address]
        candidates += [other for other in stored.senders if other.name == sender.name]
        known = next((other for other in candidates if other.id not in taken), None)
        if known is not None:
            taken.add(known.id)
            sender = replace(sender, id=known.id)
        named.append(sender)
    return named


def _check_addresses(
    document: Document,
    named: Sequence[RegisteredSender],
    senders: Sequence[RegisteredSender],
    stored: Configuration,
    pattern: Pattern | None,
    mistakes: list[Mistake],
    warnings: list[str],
) -> None:
    """Check that no address has two owners, and that the pattern accepts every address that is new."""
    registered = {key for key, sender in rules.owners(stored.senders).items() if sender.enabled}
    owner = dict(rules.owners(senders[len(named) :]))
    for index, sender in enumerate(named):
        found = []
        for written in sender.addresses:
            other = owner.setdefault(_key(written), sender)
            if other is not sender:
                found.append(Mistake("addresses", f"{written} belongs to {other.name} already"))
        refused = rules.refused_addresses(sender.addresses, pattern) if sender.enabled else {}
        for written, reason in refused.items():
            if _key(written) in registered:
                warnings.append(f"{written} stays registered, but the pattern now refuses its mail: {reason}")
            else:
                found.append(Mistake("addresses", f"{written} is not registered, the pattern refuses it: {reason}"))
        _note(document, f"senders[{index}]", found, mistakes)


def _rest(stored: Sequence[R], named: Sequence[R], pruned: Callable[[R], R], prune: bool) -> list[R]:
    """Return the stored records that the file does not name, as they are or pruned."""
    ids = {record.id for record in named}
    rest = [record for record in stored if record.id not in ids]
    return [pruned(record) for record in rest] if prune else rest


def _key(written: str) -> str:
    return address.key(address.parse(written))


def _note(document: Document, place: str, found: Sequence[Mistake], mistakes: list[Mistake]) -> None:
    mistakes += [document.located(place, mistake) for mistake in found]
