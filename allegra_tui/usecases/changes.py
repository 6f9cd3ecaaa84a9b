"""What is different between two versions of a record, for the audit and for people. Holds no secrets."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender, Secret, SecretKind

Record = IntakeSettings | Project | Mailbox | RegisteredSender
Changes = dict[str, Sequence[object]]
"""Field to its old and new value."""

ENCRYPTED = "encrypted"


def between(old: Record | None, new: Record) -> Changes:
    """Return the fields that differ; of a new record those that are not as they are by default."""
    found: Changes = {}
    default = _default(new)
    for item in fields(new):
        before, after = getattr(old or default, item.name), getattr(new, item.name)
        if item.name != "id" and before != after:
            found[_name(item.name)] = _different(shown(before) if old else None, shown(after))
    return found


def shown(value: object) -> object:
    """Return a field's value as it may be shown: passwords by the kind of their place, certificates by a hash."""
    match value:
        case Secret(kind=SecretKind.NONE):
            return None
        case Secret(kind=SecretKind.STORED):
            return ENCRYPTED
        case Secret(kind=kind):
            return str(kind)
        case str() if value.startswith("-----BEGIN"):
            return f"sha256 {hashlib.sha256(value.encode()).hexdigest()[:16]}"
        case list() | tuple():
            return list(value)
    return value


def _default(record: Record) -> Record:
    match record:
        case Project():
            return Project(key="", name="")
        case RegisteredSender():
            return RegisteredSender(name="", addresses=())
        case Mailbox():
            return Mailbox(name="")
    return IntakeSettings()


def _name(field: str) -> str:
    return "password" if field == "secret" else field


def _different(old: object, new: object) -> Sequence[object]:
    """A new password looks like the old one, and the change is to be seen nevertheless."""
    return [old, f"{new}, another one" if old == new else new]
