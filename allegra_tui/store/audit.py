"""Who changed what, and when."""

import json
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, String, and_, cast, func, insert, literal, or_, select

from allegra_tui.model.journal import AuditEntry
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import audit
from allegra_tui.text import clean

TOGETHER = 50
"""Things of which one entry tells that the same was done to them."""
_AT_ONCE = 500
"""Ids a query."""
_NUMBERED = re.compile(r"(?:(issue|message)s? )?(#?\d+)", re.IGNORECASE)
_SENDER = re.compile(r"sender (.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to list; what is None does not matter."""

    who: str | None = None
    """Part of the name, account or address."""
    action: str | None = None
    text: str | None = None
    """Part of what was changed, or of an old or new value. `#12`, `issue #12` and `message 17` find the very number;
    these and `sender Anna` are found among several, too."""
    since: datetime | None = None
    until: datetime | None = None


def record(tx: Transaction, *, who: str, action: str, subject: str, changes: Mapping[str, Sequence[object]]) -> None:
    """Note a change: for each name the old and the new value, which JSON has to be able to hold. No secrets."""
    tx.execute(
        insert(audit),
        {
            "at": tx.now(),
            "who": clean(who)[0],
            "action": action,
            "subject": clean(subject)[0],  # it may name a file, and a file's name need not be text
            "changes": {name: list(values) for name, values in changes.items()},
        },
    )


def last(tx: Transaction, subject: str) -> datetime | None:
    """Return when something was last changed; None where nobody noted that."""
    found: datetime | None = tx.execute(select(func.max(audit.c.at)).where(audit.c.subject == subject)).scalar()
    return found


def record_alike(
    tx: Transaction,
    *,
    who: str,
    action: str,
    kind: Literal["issue", "message"],
    numbers: Sequence[int],
    changes: Mapping[str, Sequence[object]],
    became: Sequence[int] = (),
) -> None:
    """Note the same change of any number of issues or messages, `TOGETHER` of them in an entry.

    `became` are the issues that messages became or were added to, in the order of the messages.
    """
    mark = "#" if kind == "issue" else ""
    for start in range(0, len(numbers), TOGETHER):
        some, issues = numbers[start : start + TOGETHER], became[start : start + TOGETHER]
        named = " ".join(f"{mark}{number}" for number in some)
        subject = f"{kind} {named}" if len(some) == 1 else f"{kind}s {named}"
        new = {"issue": (None, issues[0] if len(some) == 1 else list(issues))} if issues else {}
        record(tx, who=who, action=action, subject=subject, changes={**changes, **new})


def record_senders(
    tx: Transaction, *, who: str, action: str, changed: Mapping[str, Mapping[str, Sequence[object]]]
) -> None:
    """Note that senders, named as they are to be found, were registered or changed, `TOGETHER` of them in an entry.

    An entry of several tells each one's addresses, before and after.
    """
    names = list(changed)
    for start in range(0, len(names), TOGETHER):
        some = names[start : start + TOGETHER]
        if len(some) == 1:
            record(tx, who=who, action=action, subject=f"sender {some[0]}", changes=changed[some[0]])
        else:
            addresses = {name: changed[name]["addresses"] for name in some}
            record(tx, who=who, action=action, subject=f"senders {'; '.join(some)}", changes=addresses)


def entries(
    tx: Transaction, *, chosen: AuditFilter | None = None, limit: int = 100, before: int | None = None
) -> list[AuditEntry]:
    """Return the newest entries of the filter; with `before`, an entry's id, those older than that one."""
    query = select(audit).where(*_conditions(chosen or AuditFilter())).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [_entry(row) for row in tx.execute(query)]


def ids(tx: Transaction, chosen: AuditFilter) -> "array[int]":
    """Return the ids of all entries of the filter, the newest first, 8 bytes each."""
    return array("q", tx.values(select(audit.c.id).where(*_conditions(chosen)).order_by(audit.c.id.desc())))


def entries_of(tx: Transaction, entry_ids: Sequence[int]) -> list[AuditEntry]:
    """Return these entries, in any order."""
    found: list[AuditEntry] = []
    for start in range(0, len(entry_ids), _AT_ONCE):
        query = select(audit).where(audit.c.id.in_(entry_ids[start : start + _AT_ONCE]))
        found += [_entry(row) for row in tx.execute(query)]
    return found


def actions(tx: Transaction) -> list[str]:
    """Return the different actions of the audit, sorted."""
    return list(tx.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars())


def _conditions(chosen: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.who is not None:
        conditions.append(audit.c.who.contains(chosen.who, autoescape=True))
    if chosen.action is not None:
        conditions.append(audit.c.action == chosen.action)
    if chosen.text is not None:
        conditions.append(_about(chosen.text))
    if chosen.since is not None:
        conditions.append(audit.c.at >= chosen.since)
    if chosen.until is not None:
        conditions.append(audit.c.at < chosen.until)
    return conditions


def _about(text: str) -> ColumnElement[bool]:
    if (number := _NUMBERED.fullmatch(text)) and (number[1] or number[2].startswith("#")):
        kind = (number[1] or "issue").lower()
        mark = "#" if kind == "issue" else ""
        words = literal(" ") + audit.c.subject + " "
        return and_(audit.c.subject.startswith(kind), words.contains(f" {mark}{number[2].lstrip('#')} "))
    # In JSON, letters outside ASCII are written out.
    written = json.dumps(text)[1:-1]
    found = [
        audit.c.subject.contains(text, autoescape=True),
        cast(audit.c.changes, String).contains(written, autoescape=True),
    ]
    if name := _SENDER.fullmatch(text):
        found.append(and_(audit.c.subject.startswith("senders "), audit.c.subject.contains(name[1], autoescape=True)))
    return or_(*found)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        who=row.who,
        action=row.action,
        subject=row.subject,
        changes={name: tuple(values) for name, values in row.changes.items()},
    )
