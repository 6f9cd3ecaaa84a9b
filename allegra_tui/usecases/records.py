"""Records from the keys of the configuration file, which the command line's options share, and back.

`read_*` take a mapping of keys to plain values and return the record with every mistake they met, each in its place.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from allegra_tui.model.settings import (
    IntakeSettings,
    Mailbox,
    Project,
    Protocol,
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
    "folder": values.line,
    "path": values.line,
    "leave_on_server": values.flag,
    "move_to": values.optional_line,
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
SECRET: Checks = {
    "password": values.password,
    "password_command": values.command,
    "password_env": values.line,
    "password_file": values.line,
}
FILES = ("ca_file",)

_NETWORK_ONLY = (
    "host", "port", "security", "username", "folder", "move_to", "ca_pem", "ca_file", "pin", "connect_timeout",
    "read_timeout", *SECRET,
)  # fmt: skip
_IMAP_ONLY = ("folder", "move_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxEntry:
    """A mailbox as somebody described it; `password` is one that is still to be encrypted."""

    mailbox: Mailbox
    password: str | None = field(default=None, repr=False)


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
    secret, password, found = _secret(given, base)
    mistakes += found
    if not any(mistake.place == "protocol" for mistake in mistakes):
        mistakes += _misplaced(mailbox, given)
    if secret is not None:
        mailbox = replace(mailbox, secret=secret)
    return MailboxEntry(mailbox=_fitting(mailbox), password=password), mistakes


def mailbox_values(mailbox: Mailbox) -> dict[str, Any]:
    """Return a mailbox by the keys of the configuration file; an encrypted password is not among them."""
    found = {key: getattr(mailbox, key) for key in MAILBOX}
    keys = {SecretKind.COMMAND: "password_command", SecretKind.ENV: "password_env", SecretKind.FILE: "password_file"}
    if key := keys.get(mailbox.secret.kind):
        value = mailbox.secret.value
        found[key] = list(value) if mailbox.secret.kind is SecretKind.COMMAND else value[0]
    return found


def fits(mailbox: Mailbox, key: str) -> bool:
    """Whether a key means anything for this protocol."""
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
    return Mailbox(name=current.name, id=current.id, secret=current.secret, ca_pem=current.ca_pem, pin=current.pin)


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


def _secret(given: Values, base: Path) -> tuple[Secret | None, str | None, list[Mistake]]:
    """Return where the password comes from, if that is said, and a password that is still to be encrypted."""
    named = [key for key in SECRET if key in given]
    if len(named) > 1:
        return None, None, [Mistake(named[1], f"one of {', '.join(named)}, not all of them")]
    read, mistakes = _read({key: given[key] for key in named}, SECRET)
    match next(iter(read.items()), None):
        case ("password", ""):
            return Secret(), None, mistakes
        case ("password", str() as password):
            return None, password, mistakes
        case ("password_command", arguments):
            return Secret(kind=SecretKind.COMMAND, value=arguments), None, mistakes
        case ("password_env", name):
            return Secret(kind=SecretKind.ENV, value=(name,)), None, mistakes
        case ("password_file", name):
            # One that lies beside the configuration is meant as a path, any other as a systemd credential.
            path = Path(values.absolute(name, base))
            return Secret(kind=SecretKind.FILE, value=(str(path) if path.exists() else name,)), None, mistakes
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
        if not harmless and not fits(mailbox, key):
            found.append(Mistake(key, reasons[mailbox.protocol]))
    return found


def _fitting(mailbox: Mailbox) -> Mailbox:
    """Return the mailbox with everything that means nothing for its protocol as it is by default."""
    default = Mailbox(name="")
    unfit = {key: getattr(default, key) for key in MAILBOX if not fits(mailbox, key)}
    if mailbox.protocol is Protocol.MAILDIR:
        unfit["secret"] = default.secret
    return replace(mailbox, **unfit)
