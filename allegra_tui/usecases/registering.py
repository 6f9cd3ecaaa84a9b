"""Senders registered from a CSV file: what can be is, and for the rest there is a reason."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from allegra_tui import address
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.policy.pattern import Pattern
from allegra_tui.store import Store, audit, senders, settings
from allegra_tui.usecases import changes, rules, values
from allegra_tui.usecases.errors import Invalid, Mistake, NotFound

MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file."""

    line: int
    name: str
    addresses: Sequence[str]


class Result(StrEnum):
    """What became of a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What became of a line: the addresses that are registered by it, and the others with the reason."""

    line: int
    name: str
    result: Result
    addresses: Sequence[str]
    refused: Sequence[tuple[str, str]]


def read(path: Path) -> list[Row]:
    """Read a file with the columns name and address, parted by commas or semicolons; a header may come first.

    Several addresses stand in one cell, parted by semicolons, commas or blanks, or in further cells. UTF-8 is expected,
    and what is none is read as Windows-1252, in which spreadsheets save. Raises `NotFound` and `Invalid`.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise Invalid([Mistake("", f"{path} is larger than {MAX_BYTES // 1_000_000} MB")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("windows-1252", "replace")
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=_delimiter(first), skipinitialspace=True)
    rows = []
    try:
        for cells in reader:
            name, *rest = [cell.strip() for cell in cells] or [""]
            found = [part for cell in rest for part in cell.replace(",", ";").replace(" ", ";").split(";") if part]
            is_header = reader.line_num == 1 and "@" not in "".join(cells)
            if any(cell.strip() for cell in cells) and not is_header:
                rows.append(Row(reader.line_num, name, found))
    except csv.Error as error:
        raise Invalid([Mistake("", f"{path}: {error}", reader.line_num)]) from None
    return rows


def register(store: Store, rows: Sequence[Row], *, dry_run: bool, who: str) -> list[Registered]:
    """Register what can be registered. A sender of the same name gets the addresses added."""
    with store.read() if dry_run else store.write() as tx:
        registrar = Registrar(senders.every(tx, disabled=True), rules.pattern_of(settings.load(tx)))
        done = [registrar.take(row) for row in rows]
        if not dry_run:
            told: dict[str, dict[str, changes.Changes]] = {"add": {}, "change": {}}
            for old, new in registrar.changed():
                if old is None:
                    senders.add(tx, new)
                else:
                    senders.save(tx, new)
                told["change" if old else "add"][new.name] = changes.between(old, new)
            for action, changed in told.items():
                audit.record_senders(tx, who=who, action=action, changed=changed)
    return done


class Registrar:
    """The register as it grows line by line, before anything is stored."""

    def __init__(self, stored: Sequence[RegisteredSender], pattern: Pattern | None) -> None:
        self._pattern = pattern
        self._entries = [_Entry(sender, sender) for sender in stored]
        self._by_name = {entry.now.name.casefold(): entry for entry in reversed(self._entries)}
        self._owners = {_key(written): entry for entry in self._entries for written in entry.now.addresses}

    def take(self, row: Row) -> Registered:
        """Lay a line over the register."""
        try:
            name = values.line(row.name)
        except values.WrongValue as error:
            return _refused(row, [(written, f"the name: {error}") for written in row.addresses or [""]])
        if not row.addresses:
            return _refused(row, [("", "there is no address")])
        entry = self._by_name.get(name.casefold())
        good: list[str] = []
        known: list[str] = []
        refused: list[tuple[str, str]] = []
        for written in row.addresses:
            try:
                clean = str(address.parse(written))
            except address.AddressError as error:
                refused.append((written, str(error)))
                continue
            owner = self._owners.get(_key(clean))
            if owner is not None and owner is entry:
                known.append(clean)
            elif owner is not None:
                refused.append((clean, f"it belongs to {owner.now.name} already"))
            elif why := rules.refused_addresses([clean], self._pattern).get(clean):
                refused.append((clean, f"the pattern refuses it: {why}"))
            elif _key(clean) not in map(_key, good):
                good.append(clean)
        return self._conclude(row, name, entry, good, known, refused)

    def changed(self) -> list[tuple[RegisteredSender | None, RegisteredSender]]:
        """List what is to be stored: the sender before, None for a new one, and after."""
        return [(entry.before, entry.now) for entry in self._entries if entry.before != entry.now]

    def _conclude(
        self,
        row: Row,
        name: str,
        entry: "_Entry | None",
        good: Sequence[str],
        known: Sequence[str],
        refused: Sequence[tuple[str, str]],
    ) -> Registered:
        if not good and not known:
            return _refused(row, refused)
        result = Result.UNCHANGED if not good else Result.CHANGED
        if entry is None:
            entry, result = _Entry(None, RegisteredSender(name=name, addresses=())), Result.ADDED
            self._entries.append(entry)
            self._by_name[name.casefold()] = entry
        entry.now = replace(entry.now, addresses=(*entry.now.addresses, *good))
        self._owners.update({_key(written): entry for written in good})
        return Registered(line=row.line, name=name, result=result, addresses=(*known, *good), refused=refused)


@dataclass(slots=True, eq=False)
class _Entry:
    before: RegisteredSender | None
    now: RegisteredSender


def _refused(row: Row, refused: Sequence[tuple[str, str]]) -> Registered:
    return Registered(line=row.line, name=row.name, result=Result.REFUSED, addresses=(), refused=refused)


def _key(written: str) -> str:
    return address.key(address.parse(written))


def _delimiter(first: str) -> str:
    """Tell what parts the cells from the first line: a tab, else a semicolon where no comma stands before it."""
    if "\t" in first:
        return "\t"
    comma, semicolon = first.find(","), first.find(";")
    return ";" if semicolon >= 0 and (comma < 0 or semicolon < comma) else ","
