"""A data directory in which every text that comes from mail, server or configuration is hostile.

It is made by the intake and then poisoned column by column, as the schema lists them: a new column is hostile from the
day it is made, unless it is named below as one that holds words of the program's own.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import JSON, Column, RowMapping, select, update

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.settings import (
    Auth,
    IntakeSettings,
    Mailbox,
    Protocol,
    Provider,
    RegisteredSender,
    Secret,
    SecretKind,
)
from allegra_tui.model.sign_in import SignIn
from allegra_tui.store import mailboxes, search, settings, sign_ins
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import Base, issues
from allegra_tui.text import clean
from allegra_tui.usecases import configure, review
from tests.console.post import add_mailbox, take
from tests.console.world import START, World, letter
from tests.hostile.strings import STRINGS

OWN_WORDS = {
    "settings": {"name", "value"},  # set below through the settings
    "projects": {"key"},  # A-Z and 0-9 by the table's own check in `rules`, and what other settings refer to
    # What the grammar of addresses lets through, and how that looks:
    "sender_addresses": {"key", "address", "domain", "domain_skeleton", "skeleton"},
    "mailboxes": {
        *("account", "protocol", "security", "secret_kind", "first_contact", "auth", "provider"),
        *("client_secret_kind", "client_secret_value"),
    },
    "blobs": {"sha256"},
    "messages": {"outcome", "reason", "review", "content_hash"},
    "locations": {"settle", "action"},
    "issues": {"state"},
}
"""Columns that hold words, numbers and hashes of the program's own."""
OWN_KEYS = {"name", "reason", "sha256"}
"""Of what is kept as JSON: words, times and hashes of the program's own."""


def build(world: World) -> None:
    """Fill the world so that every table has rows and every list more of them than there are hostile strings."""
    count = len(STRINGS)
    for number in range(count):
        world.project(f"P{number}", f"Project {number}")
        world.sender(f"Person {number}", f"person{number}@bosch.com", f"second{number}@bosch.com")
        secret = Secret(kind=SecretKind.ENV, value=("SECRET_OF_A_MAILBOX",))
        mailbox = Mailbox(name=f"box {number}", host="127.0.0.1", port=1, username=f"user {number}", secret=secret)
        kind = (Protocol.IMAP, Protocol.POP3)[number % 2]
        added = world.mailbox(replace(mailbox, protocol=kind, enabled=number % 3 == 0, addresses=("own@example.org",)))
        _contacted(world, added, oauth2=number % 4 == 2)
    maildir = add_mailbox(world, "post", leave_on_server=True)
    take(world, "post", maildir, *_letters(count))
    with world.store() as store:
        configure.add_sender(store, RegisteredSender(name="Late", addresses=("late@bosch.com",)), who="test")
        review.discard(store, [count * 2 + 1], who="test")


def _contacted(world: World, mailbox: Mailbox, *, oauth2: bool) -> None:
    """Have met a server with a certificate, and some signed in to."""
    met = Certificate(
        subject="CN=x", names=["x"], issuer="CN=y", not_before=START, not_after=START + timedelta(99), sha256="ab" * 32
    )
    token = Secret(kind=SecretKind.STORED, value=("gAAAAA",))
    with world.store() as store, store.write() as tx:
        mailboxes.save_state(tx, replace(mailboxes.state(tx, mailbox.id), contacted=True, certificate=met))
        if oauth2:
            mailboxes.save(tx, replace(mailbox, auth=Auth.OAUTH2, secret=Secret(), provider=Provider.CUSTOM))
            end = {"since": START, "renew_at": START, "expires_at": START}
            sign_ins.save(tx, SignIn(mailbox_id=mailbox.id, client="x", refresh=token, access=token, lost="x", **end))


def poison(world: World) -> int:
    """Put a hostile string into every text of every row, each time another one; return how many were put."""
    with world.store() as store, store.write() as tx:
        numbers = [row.number for row in tx.execute(select(issues.c.number))]
        search.remove(tx, numbers)
        put = _poison_tables(tx)
        search.restore(tx, numbers)
        settings.save(tx, _hostile_settings(settings.load(tx)))
        assert len(mailboxes.every(tx)) > len(STRINGS)
    return put


def hostile(number: int) -> str:
    """Return one of the strings as it may be stored, no two of them equal."""
    strings = list(STRINGS.values())
    return f"{clean(strings[number % len(strings)])[0]}~{number}"


def _letters(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield letter(f"Printer {number}", f"Text {number}", files=((f"file{number}.txt", b"x"),))
    for number in range(count):
        yield letter(f"Re: [#{number + 1}] Printer", f"Comment {number}", files=((f"answer{number}.txt", b"x"),))
    for number in range(count):
        yield letter(f"Refused {number}", "x", "nobody and anybody")
    yield letter("Bounce", "x", headers=("Auto-Submitted: auto-replied",))


def _poison_tables(tx: Transaction) -> int:
    fresh = itertools.count()
    for table in Base.metadata.sorted_tables:
        texts = [column for column in table.c if _is_text(column) and column.name not in OWN_WORDS.get(table.name, ())]
        if not texts:
            continue
        keys = list(table.primary_key.columns)
        for row in tx.execute(select(*{*keys, *texts})).mappings().all():
            renamed = table.name == "audit"  # whose keys are names of settings
            changed = {column.name: _hostile_value(_or_text(column, row), fresh, renamed) for column in texts}
            if table.name == "mailboxes" and row["path"]:
                del changed["path"], changed["name"]  # one that a fetch gets mail from
            tx.execute(update(table).where(*(key == row[key.name] for key in keys)).values(**changed))
    return next(fresh)


def _is_text(column: Column[object]) -> bool:
    return isinstance(column.type, JSON) or column.type.compile().startswith("VARCHAR")


def _or_text(column: Column[object], row: RowMapping) -> object:
    """Return what a row has, an empty text where it has no text."""
    return "" if row[column.name] is None and not isinstance(column.type, JSON) else row[column.name]


def _hostile_value(value: object, fresh: Iterator[int], renamed: bool = False) -> object:
    """Make every text in a value hostile: also those in lists and tables, and with `renamed` the names in tables."""
    match value:
        case str():
            return hostile(next(fresh))
        case list():
            return [_hostile_value(item, fresh) for item in value]
        case dict() if renamed:
            return {hostile(next(fresh)): _hostile_value(item, fresh) for item in value.values()}
        case dict():
            return {key: item if key in OWN_KEYS else _hostile_value(item, fresh) for key, item in value.items()}
    return value


def _hostile_settings(loaded: IntakeSettings) -> IntakeSettings:
    texts = [hostile(number) for number in range(len(STRINGS))]
    return replace(
        loaded,
        allowed_pattern=r"[^\x00\x1b]*",
        must_accept=texts,
        must_refuse=texts,
        marker_words=texts,
        marker_templates=["[\x1b]0;owned\x07\u202e{number}]"],
        reject_subjects=[r"never\x1b]0;owned"],
        drop_file_hashes=texts,
        authserv_id=hostile(0),
    )
