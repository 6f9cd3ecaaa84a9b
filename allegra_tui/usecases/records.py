"""Records from the keys of the configuration file, which the command line's options share, and back.

`read_*` take a mapping of keys to plain values and return the record with every mistake they met, each in its place.
"""

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from allegra_tui.model.settings import (
    DEFAULT_HOSTS,
    Auth,
    IntakeSettings,
    Mailbox,
    Project,
    Protocol,
    Provider,
    RegisteredSender,
    Secret,
    SecretKind,
    Security,
)
from allegra_tui.usecases import values
from allegra_tui.usecases.errors import Mistake

Values = Mapping[str, object]
Checks = Mapping[str, Callable[[object], object]]

INTAKE: Checks = {
    "enabled": values.flag,
    "allow_unknown_senders": values.flag,
    "allowed_pattern": values.pattern,
    "must_accept": values.texts,
    "must_refuse": values.texts,
    "default_project": values.optional_project,
    "poll_seconds": values.whole(1, values.DAY),
    "overdue_seconds": values.whole(1, 365 * values.DAY),
    "max_message_mb": values.whole(1, 1000),
    "keep_originals_days": values.whole(0, 36_500),
    "marker_words": values.texts,
    "marker_templates": values.templates,
    "unknown_comment_own_only": values.flag,
    "reject_subjects": values.patterns,
    "reject_senders": values.patterns,
    "reject_bodies": values.patterns,
    "cut_passages": values.patterns,
    "drop_file_names": values.patterns,
    "drop_file_hashes": values.sha256s,
    "authserv_id": values.line_or_empty,
    "rate_messages": values.whole(0, 1_000_000),
    "rate_minutes": values.whole(1, 1_440),
}
PROJECT: Checks = {"key": values.project_key, "name": values.line, "archived": values.flag}
SENDER: Checks = {"name": values.line, "addresses": values.addresses, "enabled": values.flag}
MAILBOX: Checks = {
    "name": values.line,
    "project": values.optional_project,
    "protocol": values.choice(Protocol),
    "host": values.host,
    "port": values.optional_whole(1, 65_535),
    "security": values.choice(Security),
    "username": values.line,
    "auth": values.choice(Auth),
    "provider": values.optional_choice(Provider),
    "client_id": values.line_or_empty,
    "tenant": values.tenant,
    "device_endpoint": values.endpoint,
    "authorization_endpoint": values.endpoint,
    "token_endpoint": values.endpoint,
    "scope": values.line_or_empty,
    "folder": values.folder,
    "path": values.line,
    "leave_on_server": values.flag,
    "move_to": values.optional_folder,
    "ca_pem": values.certificates,
    "pin": values.sha256,
    "first_contact": values.first_contact,
    "connect_timeout": values.seconds,
    "read_timeout": values.seconds,
    "run_seconds": values.seconds,
    "poll_seconds": values.optional_whole(1, values.DAY),
    "overdue_seconds": values.optional_whole(1, 365 * values.DAY),
    "addresses": values.addresses,
    "take_auto_generated": values.flag,
    "enabled": values.flag,
}
SECRETS: Mapping[str, Checks] = {
    name: {
        name: values.password,
        f"{name}_command": values.command,
        f"{name}_env": values.line,
        f"{name}_file": values.line,
    }
    for name in ("password", "client_secret")
}
"""Where each secret comes from."""
SECRET: Checks = {key: check for checks in SECRETS.values() for key, check in checks.items()}
FILES = ("ca_file",)

_OAUTH2_ONLY = (
    "provider", "client_id", "tenant", "device_endpoint", "authorization_endpoint", "token_endpoint", "scope",
    *SECRETS["client_secret"],
)  # fmt: skip
_NETWORK_ONLY = (
    "host", "port", "security", "username", "auth", "folder", "move_to", "ca_pem", "ca_file", "pin",
    "connect_timeout", "read_timeout", *SECRETS["password"], *_OAUTH2_ONLY,
)  # fmt: skip
_IMAP_ONLY = ("folder", "move_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxEntry:
    """A mailbox as somebody described it; its secrets are those that are still to be encrypted."""

    mailbox: Mailbox
    password: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


def read_settings(given: Values, current: IntakeSettings) -> tuple[IntakeSettings, list[Mistake]]:
    """Change the settings that are named."""
    read, mistakes = _read(given, INTAKE)
    return replace(current, **read), mistakes


def read_project(given: Values, current: Project | None) -> tuple[Project, list[Mistake]]:
    """Describe a project; its name is its key where nothing else is known."""
    read, mistakes = _read(given, PROJECT)
    _require(("key",), given, mistakes)
    key = read.get("key", "")
    fresh = Project(key=key, name=current.name if current else key, id=current.id if current else 0)
    return replace(fresh, **read), mistakes


def read_sender(given: Values, current: RegisteredSender | None) -> tuple[RegisteredSender, list[Mistake]]:
    """Describe a registered sender."""
    read, mistakes = _read(given, SENDER)
    _require(("name", "addresses"), given, mistakes)
    if "addresses" in read and not read["addresses"]:
        mistakes.append(Mistake("addresses", "at least one address is needed"))
    fresh = RegisteredSender(name="", addresses=(), id=current.id if current else 0)
    return replace(fresh, **read), mistakes


def read_mailbox(
    given: Values, current: Mailbox | None, *, base: Path, change: bool = False
) -> tuple[MailboxEntry, list[Mistake]]:
    """Describe a mailbox, or with `change` only what is different from `current`.

    Password, certificates and pin stay as they are where they are left out. Relative paths begin at `base`.
    """
    prepared, mistakes = _with_files(given, base)
    read, found = _read(prepared, MAILBOX, also=(*SECRET, *FILES))
    mistakes += found
    fresh = Mailbox(name="") if current is None else _kept(current)
    start = current if change and current else fresh
    if not change:
        _require(("name",), given, mistakes)
    mailbox = replace(start, **read)
    secret, password, found = _secret(given, "password", base)
    mistakes += found
    client_secret, typed, found = _secret(given, "client_secret", base)
    mistakes += found
    if not any(mistake.place == "protocol" for mistake in mistakes):
        mistakes += _misplaced(mailbox, given)
    if secret is not None:
        mailbox = replace(mailbox, secret=secret)
    if client_secret is not None:
        mailbox = replace(mailbox, client_secret=client_secret)
    return MailboxEntry(mailbox=_fitting(mailbox), password=password, client_secret=typed), mistakes


def mailbox_values(mailbox: Mailbox) -> dict[str, Any]:
    """Return a mailbox by the keys of the configuration file; what is stored encrypted is not among them."""
    found = {key: getattr(mailbox, key) for key in MAILBOX}
    for name, secret in (("password", mailbox.secret), ("client_secret", mailbox.client_secret)):
        match secret.kind:
            case SecretKind.COMMAND:
                found[f"{name}_command"] = list(secret.value)
            case SecretKind.ENV | SecretKind.FILE:
                found[f"{name}_{secret.kind}"] = secret.value[0]
    return found


def fits(mailbox: Mailbox, key: str) -> bool:
    """Whether a key means anything for this protocol and this way to log in."""
    if key in (SECRETS["password"] if mailbox.auth is Auth.OAUTH2 else _OAUTH2_ONLY):
        return False
    match mailbox.protocol:
        case Protocol.MAILDIR:
            return key not in _NETWORK_ONLY
        case Protocol.POP3:
            return key not in ("path", *_IMAP_ONLY)
        case Protocol.IMAP:
            return key != "path"


def _read(given: Values, checks: Checks, also: Sequence[str] = ()) -> tuple[dict[str, Any], list[Mistake]]:
    """Check every value. Unknown keys are mistakes, with the likeliest meant one."""
    read: dict[str, Any] = {}
    mistakes = []
    for key, value in given.items():
        if key in checks:
            try:
                read[key] = checks[key](value)
            except values.WrongValue as error:
                mistakes.append(Mistake(key, str(error)))
        elif key not in also:
            near = difflib.get_close_matches(key, [*checks, *also], n=1)
            mistakes.append(Mistake(key, "unknown key" + (f"; is {near[0]} meant?" if near else "")))
    return read, mistakes


def _require(keys: Sequence[str], given: Values, mistakes: list[Mistake]) -> None:
    mistakes += [Mistake(key, "it is missing") for key in keys if key not in given]


def _kept(current: Mailbox) -> Mailbox:
    """Return what a new description of a mailbox leaves as it is."""
    kept = {key: getattr(current, key) for key in ("name", "id", "secret", "client_secret", "ca_pem", "pin")}
    return Mailbox(**kept)


def _with_files(given: Values, base: Path) -> tuple[dict[str, object], list[Mistake]]:
    """Read `ca_file` in, and let relative paths begin at `base`."""
    prepared = dict(given)
    mistakes: list[Mistake] = []
    if str(given.get("path") or "").strip():
        try:
            prepared["path"] = values.absolute(given["path"], base)
        except values.WrongValue as error:
            mistakes.append(Mistake("path", str(error)))
            del prepared["path"]
    if "ca_file" in given:
        if "ca_pem" in given:
            mistakes.append(Mistake("ca_file", "either ca_file or ca_pem, not both"))
        elif given["ca_file"] == "":
            prepared["ca_pem"] = ""
        else:
            try:
                path = values.absolute(given["ca_file"], base)
                prepared["ca_pem"] = values.certificates(Path(path).read_text(encoding="utf-8", errors="replace"))
            except OSError as error:
                mistakes.append(Mistake("ca_file", f"{path} cannot be read: {error.strerror}"))
            except values.WrongValue as error:
                mistakes.append(Mistake("ca_file", str(error)))
    return prepared, mistakes


def _secret(given: Values, name: str, base: Path) -> tuple[Secret | None, str | None, list[Mistake]]:
    """Return where a secret comes from, if that is said, and one that is still to be encrypted."""
    named = [key for key in SECRETS[name] if key in given]
    if len(named) > 1:
        return None, None, [Mistake(named[1], f"one of {', '.join(named)}, not all of them")]
    read, mistakes = _read({key: given[key] for key in named}, SECRET)
    for key, value in read.items():
        match key.removeprefix(name):
            case "" if not value:
                return Secret(), None, mistakes
            case "":
                return None, value, mistakes
            case "_command":
                return Secret(kind=SecretKind.COMMAND, value=value), None, mistakes
            case "_env":
                return Secret(kind=SecretKind.ENV, value=(value,)), None, mistakes
            case "_file":
                # One that lies beside the configuration is meant as a path, any other as a systemd credential.
                path = values.absolute(value, base)
                return (
                    Secret(kind=SecretKind.FILE, value=(path if os.path.exists(path) else value,)),
                    None,
                    mistakes,
                )
    return None, None, mistakes


def _misplaced(mailbox: Mailbox, given: Values) -> list[Mistake]:
    """Find keys that mean nothing for the protocol."""
    reasons = {
        Protocol.MAILDIR: "a Maildir is read from the disk and has no such setting",
        Protocol.POP3: "POP3 has no folders",
        Protocol.IMAP: "only a Maildir has a path",
    }
    found = []
    for key, value in given.items():
        harmless = value in ("", 0, None) or (key, value) in (("folder", "INBOX"), ("security", "none"))
        if harmless or fits(mailbox, key):
            continue
        if mailbox.protocol is not Protocol.MAILDIR and key in _OAUTH2_ONLY:
            found.append(Mistake(key, 'it belongs to auth = "oauth2"'))
        elif mailbox.protocol is not Protocol.MAILDIR and key in SECRET:
            found.append(Mistake(key, 'with auth = "oauth2" there is no password: mailbox sign-in takes its place'))
        else:
            found.append(Mistake(key, reasons[mailbox.protocol]))
    return found


def _fitting(mailbox: Mailbox) -> Mailbox:
    """Return the mailbox with everything that means nothing for it as it is by default, and a provider's own host."""
    default = Mailbox(name="")
    fields = {**{key: key for key in MAILBOX}, "password": "secret", "client_secret": "client_secret"}
    unfit = {fields[key]: getattr(default, fields[key]) for key in fields if not fits(mailbox, key)}
    fitting = replace(mailbox, **unfit)
    if fitting.provider is not None and not fitting.host:
        host = DEFAULT_HOSTS.get((fitting.provider, fitting.protocol), "")
        return replace(fitting, host=host)
    return fitting
