"""What has to hold among the settings as a whole, whoever changes them: file, command line or console."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from allegra_tui import address
from allegra_tui.model.settings import (
    Auth,
    IntakeSettings,
    Mailbox,
    Project,
    Protocol,
    Provider,
    RegisteredSender,
    Security,
)
from allegra_tui.policy.pattern import Pattern, PatternError, accepts, compile_pattern, compile_search
from allegra_tui.store.mailboxes import IMPORTING
from allegra_tui.usecases import playground
from allegra_tui.usecases.errors import Mistake, Refused

PATTERN_LISTS = ("reject_subjects", "reject_senders", "reject_bodies", "cut_passages", "drop_file_names")
"""Settings that are lists of patterns."""
_UNSAFE = {
    Security.STARTTLS_IF_AVAILABLE: "Unsafe: whoever sits on the line can switch the encryption off and read the "
    "password.",
    Security.NONE: "Unsafe: password and mail travel unencrypted.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything an administrator sets."""

    settings: IntakeSettings
    projects: Sequence[Project]
    mailboxes: Sequence[Mailbox]
    senders: Sequence[RegisteredSender]


def settings_mistakes(settings: IntakeSettings, projects: Collection[Project]) -> list[Mistake]:
    """Check the intake's settings."""
    mistakes = []
    if settings.default_project is not None:
        mistakes += _project_mistakes("default_project", settings.default_project, projects)
    mistakes += pattern_mistakes(settings)
    for name in PATTERN_LISTS:
        for number, source in enumerate(getattr(settings, name), 1):
            try:
                compile_search(source)
            except PatternError as error:
                mistakes.append(Mistake(f"{name}[{number}]", error.told))
    return mistakes


def pattern_mistakes(settings: IntakeSettings) -> list[Mistake]:
    """Check the pattern, where neither time nor memory can run away, and that it treats addresses as it has to."""
    seen = playground.look(settings.allowed_pattern)
    if seen.error is not None:
        return [Mistake("allowed_pattern", seen.error)]
    mistakes = []
    for number, answer in enumerate(playground.ask(seen, settings.must_accept), 1):
        if not answer.accepted:
            detail = f"{answer.written} has to be accepted, and is refused: {answer.detail}"
            mistakes.append(Mistake(f"must_accept[{number}]", detail))
    for number, answer in enumerate(playground.ask(seen, settings.must_refuse), 1):
        if answer.accepted or answer.slow:
            what = "is accepted" if answer.accepted else "takes too long"
            detail = f"{answer.written} has to be refused, and {what}: {answer.detail}"
            mistakes.append(Mistake(f"must_refuse[{number}]", detail))
    return mistakes


def mailbox_mistakes(mailbox: Mailbox, projects: Collection[Project]) -> list[Mistake]:
    """Check one mailbox by itself. A global one without a default project is none: its fetch says what is missing."""
    mistakes = []
    if mailbox.name.casefold() == IMPORTING:
        mistakes.append(Mistake("name", f"{IMPORTING} is what messages from files stand under: choose another name"))
    if mailbox.protocol is Protocol.MAILDIR:
        if not mailbox.path:
            mistakes.append(Mistake("path", "it is missing: the directory that holds cur, new and tmp"))
    else:
        if not mailbox.host:
            mistakes.append(Mistake("host", "it is missing"))
        if not mailbox.username:
            mistakes.append(Mistake("username", "it is missing"))
        if mailbox.security is Security.NONE and (mailbox.ca_pem or mailbox.pin):
            key = "pin" if mailbox.pin else "ca_pem"
            mistakes.append(Mistake(key, 'a certificate is of no use with security = "none"'))
        if mailbox.auth is Auth.OAUTH2:
            mistakes += _oauth2_mistakes(mailbox)
    if mailbox.move_to and mailbox.leave_on_server:
        mistakes.append(
            Mistake("move_to", "messages are either left on the server or moved: drop this or leave_on_server")
        )
    if mailbox.move_to and mailbox.move_to == mailbox.folder:
        mistakes.append(Mistake("move_to", "messages cannot be moved to the folder they are taken from"))
    if mailbox.enabled and mailbox.project is not None:
        mistakes += _project_mistakes("project", mailbox.project, projects)
    return mistakes


def _oauth2_mistakes(mailbox: Mailbox) -> list[Mistake]:
    """Check what signing in by OAuth2 needs."""
    mistakes = []
    if mailbox.security not in (Security.SSL, Security.STARTTLS):
        mistakes.append(Mistake("security", 'OAuth2 needs encryption: "ssl" or "starttls"'))
    if mailbox.provider is None:
        mistakes.append(Mistake("provider", f"it is missing: {', '.join(Provider)}"))
    if not mailbox.client_id:
        mistakes.append(Mistake("client_id", "it is missing: what this program is registered as with the provider"))
    if mailbox.tenant and mailbox.provider is not Provider.MICROSOFT365:
        mistakes.append(Mistake("tenant", "only Microsoft 365 has tenants"))
    if mailbox.provider is Provider.CUSTOM:
        if not mailbox.token_endpoint:
            mistakes.append(Mistake("token_endpoint", "it is missing: where the provider gives tokens"))
        if not mailbox.device_endpoint and not mailbox.authorization_endpoint:
            wanted = "it is missing: where a device asks for a code; or else authorization_endpoint, for a browser"
            mistakes.append(Mistake("device_endpoint", wanted))
    else:
        mistakes += [
            Mistake(key, 'it is for provider = "custom"; the others are known')
            for key in ("device_endpoint", "authorization_endpoint", "token_endpoint")
            if getattr(mailbox, key)
        ]
    return mistakes


def unsafe(mailbox: Mailbox) -> str | None:
    """Tell what is unsafe about the way a mailbox is read; None where nothing is."""
    return None if mailbox.protocol is Protocol.MAILDIR else _UNSAFE.get(mailbox.security)


def twins(mailbox: Mailbox, others: Collection[Mailbox]) -> list[Mistake]:
    """Check that no other mailbox has the same name, or reads the same account and folder."""
    mistakes = []
    for other in others:
        if other.name.casefold() == mailbox.name.casefold():
            mistakes.append(Mistake("name", f"there is another mailbox {other.name}"))
        elif other.account == mailbox.account and (mailbox.host or mailbox.path):
            place = "path" if mailbox.protocol is Protocol.MAILDIR else "username"
            mistakes.append(Mistake(place, f"mailbox {other.name} reads the same account and folder already"))
    return mistakes


def pattern_of(settings: IntakeSettings) -> Pattern | None:
    """Compile the pattern. Raises `Refused` where it cannot be used: whom it means is then anybody's guess."""
    try:
        return compile_pattern(settings.allowed_pattern)
    except PatternError as error:
        raise Refused(f"the pattern for allowed senders cannot be used: {error.told}; mend it first") from error


def usable_pattern_of(settings: IntakeSettings) -> Pattern | None:
    """Compile the pattern of stored settings; None where it cannot be used, as if there were none."""
    try:
        return compile_pattern(settings.allowed_pattern)
    except PatternError:
        return None


def refused_addresses(addresses: Collection[str], pattern: Pattern | None) -> dict[str, str]:
    """Return the addresses that the pattern refuses, each with the reason."""
    found = {}
    for written in addresses:
        verdict = accepts(pattern, address.parse(written))
        if not verdict.accepted:
            found[written] = verdict.detail
    return found


def owners(senders: Collection[RegisteredSender]) -> dict[str, RegisteredSender]:
    """Return who has which address, by `address.key`."""
    return {address.key(address.parse(written)): sender for sender in senders for written in sender.addresses}


def _project_mistakes(place: str, key: str, projects: Collection[Project]) -> list[Mistake]:
    found = next((project for project in projects if project.key == key), None)
    if found is None:
        return [Mistake(place, f"there is no project {key}")]
    return [Mistake(place, f"project {key} is archived")] if found.archived else []
