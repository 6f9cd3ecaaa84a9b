"""What a mailbox's form shows of a mailbox, and the mailbox that a form describes."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allegra_tui.console.mailboxes.fields import ASK
from allegra_tui.console.widgets.form import Values
from allegra_tui.model.settings import DEFAULT_PORTS, Auth, Mailbox, Protocol, Provider, Secret, SecretKind, Security
from allegra_tui.usecases import records
from allegra_tui.usecases.errors import Mistake
from allegra_tui.usecases.records import MailboxEntry

_LIMITS = ("connect_timeout", "read_timeout", "run_seconds")
_SOURCES = (SecretKind.COMMAND, SecretKind.FILE, SecretKind.ENV)
_OAUTH2 = ("client_id", "tenant", "device_endpoint", "authorization_endpoint", "token_endpoint", "scope")


def values_of(record: Mailbox | None, *, unanswered: bool) -> dict[str, object]:
    """Return what the fields show; `unanswered` while nobody said what the first contact takes."""
    box = record or Mailbox(name="")
    days = box.first_contact if isinstance(box.first_contact, int) else None
    known = records.mailbox_values(box)
    return {
        **{key: known[key] for key in ("name", "host", "path", "username", "folder", "addresses", "enabled")},
        **{key: known[key] for key in ("take_auto_generated", "poll_seconds", "overdue_seconds")},
        **{key: f"{known[key]:g}" for key in _LIMITS},
        "project": box.project or "",
        "protocol": str(box.protocol),
        "security": str(box.security),
        "port": box.effective_port or None,
        "auth": str(box.auth),
        "provider": str(box.provider or Provider.MICROSOFT365),
        **{key: known[key] for key in _OAUTH2},
        "password_from": str(box.secret.kind if box.secret.kind is not SecretKind.NONE else SecretKind.STORED),
        "client_secret_from": str(box.client_secret.kind),
        **_secret_values("password", known),
        **_secret_values("client_secret", known),
        "leave_on_server": "move" if box.move_to else "leave" if box.leave_on_server else "delete",
        "move_to": box.move_to or "",
        "first_contact": ASK if unanswered else "days" if days else box.first_contact,
        "first_days": days,
        "ca": "stored" if box.ca_pem else "system",
        "ca_file": "",
        "pin": box.pin or "",
    }


def _secret_values(name: str, known: Mapping[str, Any]) -> dict[str, object]:
    return {
        name: "",
        f"{name}_command": shlex.join(known.get(f"{name}_command", ())),
        f"{name}_file": known.get(f"{name}_file", ""),
        f"{name}_env": known.get(f"{name}_env", ""),
    }


def default_port(values: Values) -> int | None:
    """Return the port that follows from protocol and security."""
    secure = values.get("security") == Security.SSL
    return DEFAULT_PORTS.get((Protocol(str(values.get("protocol"))), secure))


def shown(values: Values, *, contacted: bool) -> dict[str, bool]:
    """Tell of each field that may mean nothing whether it means something now."""
    network = values.get("protocol") != Protocol.MAILDIR
    imap = values.get("protocol") == Protocol.IMAP
    oauth2 = network and values.get("auth") == Auth.OAUTH2
    custom = oauth2 and values.get("provider") == Provider.CUSTOM
    encrypted = network and values.get("security") != Security.NONE
    return {
        **dict.fromkeys(("host", "security", "port", "username", "auth"), network),
        **dict.fromkeys(("connect_timeout", "read_timeout"), network),
        "path": not network,
        **dict.fromkeys(("provider", "client_id", "scope"), oauth2),
        "tenant": oauth2 and values.get("provider") == Provider.MICROSOFT365,
        **dict.fromkeys(("device_endpoint", "authorization_endpoint", "token_endpoint"), custom),
        **_secret_shown("password", values, means=network and not oauth2),
        **_secret_shown("client_secret", values, means=oauth2),
        "folder": imap,
        "move_to": imap and values.get("leave_on_server") == "move",
        "first_contact": not contacted,
        "first_days": not contacted and values.get("first_contact") == "days",
        "ca": encrypted,
        "ca_file": encrypted and values.get("ca") == "file",
        "pin": encrypted,
    }


def _secret_shown(name: str, values: Values, *, means: bool) -> dict[str, bool]:
    source = values.get(f"{name}_from")
    return {
        f"{name}_from": means,
        name: means and source == SecretKind.STORED,
        **{f"{name}_{kind}": means and source == kind for kind in _SOURCES},
    }


def outline(values: Values) -> Mailbox:
    """Return what the warnings need to know of the mailbox described."""
    return Mailbox(
        name="",
        protocol=Protocol(str(values.get("protocol"))),
        security=Security(str(values.get("security", Security.SSL))),
        leave_on_server=values.get("leave_on_server") == "leave",
        move_to="..." if values.get("leave_on_server") == "move" else None,
    )


def described(values: Values, record: Mailbox | None) -> tuple[MailboxEntry, list[Mistake]]:
    """Return the mailbox that the shown fields describe, based on the record, with the mistakes of single values."""
    given: dict[str, object] = {
        key: value
        for key, value in values.items()
        if key in records.MAILBOX and key not in ("port", "first_contact", "leave_on_server", "move_to")
    }
    given.update({key: _seconds(values[key]) for key in _LIMITS if key in values})
    given.update({key: values[key] or 0 for key in ("poll_seconds", "overdue_seconds") if key in values})
    mistakes = [
        *_port(given, values, record),
        *_taken(given, values),
        *_first_contact(given, values),
        *_trust(given, values),
    ]
    _secret(given, values, "password", record.secret if record else None)
    _secret(given, values, "client_secret", record.client_secret if record else None)
    if values.get("auth") == Auth.OAUTH2:
        given.update({key: "" for key in _OAUTH2 if key not in values})
        if values.get("provider") != Provider.CUSTOM and not str(values.get("host", "")).strip():
            given.pop("host", None)  # the provider's own
    entry, found = records.read_mailbox(given, record, base=Path.cwd(), change=True)
    return entry, [*mistakes, *found]


def _port(given: dict[str, object], values: Values, record: Mailbox | None) -> Sequence[Mistake]:
    port = values.get("port")
    if "port" in values:
        follows = port == default_port(values) and (record is None or record.port != port)
        given["port"] = 0 if follows or port is None else port
    return ()


def _taken(given: dict[str, object], values: Values) -> Sequence[Mistake]:
    given["leave_on_server"] = values.get("leave_on_server") == "leave"
    given["move_to"] = values.get("move_to", "")
    if "move_to" in values and not str(values["move_to"]).strip():
        return [Mistake("move_to", "it is missing: the folder that taken mail is moved to")]
    return ()


def _first_contact(given: dict[str, object], values: Values) -> Sequence[Mistake]:
    wanted = values.get("first_contact", ASK)
    if wanted != ASK:
        given["first_contact"] = values.get("first_days") if wanted == "days" else wanted
    return ()


def _trust(given: dict[str, object], values: Values) -> Sequence[Mistake]:
    if values.get("security") == Security.NONE:
        given.update(pin="", ca_pem="")
    elif values.get("ca") == "system":
        given["ca_pem"] = ""
    elif values.get("ca") == "file":
        given["ca_file"] = values.get("ca_file", "")
        if not str(given["ca_file"]).strip():
            return [Mistake("ca_file", "it is missing: the file with the authority's certificate")]
    return ()


def _secret(given: dict[str, object], values: Values, name: str, known: Secret | None) -> None:
    source = values.get(f"{name}_from")
    stored = known is not None and known.kind is SecretKind.STORED
    if source == SecretKind.STORED:
        if values.get(name) or not stored:
            given[name] = values.get(name, "")
    elif source == SecretKind.NONE:
        given[name] = ""
    elif source is not None:
        key = f"{name}_{source}"
        given[key] = values.get(key, "")


def _seconds(value: object) -> object:
    try:
        return float(str(value))
    except ValueError:
        return value
