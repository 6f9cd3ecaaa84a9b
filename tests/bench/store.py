"""How fast the store is: what a message costs it, and how a million issues are listed and searched.

`python -m tests.bench.store [--issues 1000000] [--messages 2000] [--senders 100000] [--keep FOLDER]`; with `--keep`
the issues are made once and used again. Times are the best of several runs, in milliseconds; those of a message and of
a look-up are processor time.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from allegra_tui import mail
from allegra_tui.model.issue import IssueLine, State, Submitter
from allegra_tui.model.journal import NewMessage, Place
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import Mailbox, Project, RegisteredSender
from allegra_tui.model.verdict import Check, CheckName, Outcome, SettleAction
from allegra_tui.store import Store, Transaction, issues, journal, mailboxes, projects, search, senders, tables
from allegra_tui.store.issues import IssueFilter, IssueSort
from tests.bench import mix

_CHUNK = 10_000
_START = datetime(2020, 1, 1, tzinfo=UTC)
_RARE = 20_000
"""One issue in so many is in the rare project, open, and holds the rare word."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--senders", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure_messages(Path(folder) / "messages.db", arguments.messages)
        _measure_register(Path(folder) / "register.db", arguments.senders)
        path = (arguments.keep or Path(folder)) / f"issues-{arguments.issues}.db"
        if not path.exists():
            _populate(path, arguments.issues)
        _measure_lists(path)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _measure_messages(path: Path, count: int) -> None:
    store = Store.open(path)
    with store.write() as tx:
        projects.add(tx, Project(key="SUP", name="Support"))
        mailbox = mailboxes.add(tx, Mailbox(name="system", host="mail.example.org"))
    assert mailbox.id is not None
    place = Place(mailbox_id=mailbox.id, epoch=1, folder="INBOX", uidvalidity=1)
    arrived = [(_new(number, raw), mail.parse(raw)) for number, raw in enumerate(mix.messages(count))]
    processor, clock = time.process_time(), time.perf_counter()
    for start in range(0, count, 20):
        batch = arrived[start : start + 20]
        with store.write() as tx:
            received = journal.receive(tx, place, [message for message, _ in batch])
        with store.write() as tx:
            for row, (_, parsed) in zip(received, batch, strict=True):
                with tx.savepoint():
                    _make_issue(tx, row.id, parsed)
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    size = sum(message.size for message, _ in arrived) / count / 1000
    print(f"{count} messages of {size:.0f} KB: {processor / count * 1000:.2f} ms each, {count / clock:.0f}/s in all")
    store.close()


def _measure_register(path: Path, count: int) -> None:
    """Tell what it costs to compare a stranger with the register, against asking whether one is in it."""
    store = Store.open(path)
    for start in range(0, count, _CHUNK):
        with store.write() as tx:
            for number in range(start, min(start + _CHUNK, count)):
                domain = "bosch.com" if number % 2 else f"firm{number}.example"
                senders.add(tx, RegisteredSender(name=f"Person {number}", addresses=[f"person{number}@{domain}"]))
    with store.read() as tx:
        known = _processor(lambda: senders.registered(tx, "eve@bosch.com"))
        for stranger in ("eve@bosch.com", "eve@b0sch.com", "pers0n7@bosch.com", "eve@mail.else.org"):
            asked = _processor(partial(senders.resembled, tx, stranger))
            print(f"{stranger:<18} among {count:,} registered: {asked * 1e6:.0f} us, {asked / known:.1f} look-ups")
    store.close()


def _processor(act: Callable[[], object], times: int = 2_000) -> float:
    """Return the processor time in seconds of one act, after a first one."""
    act()
    began = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - began) / times


def _new(number: int, raw: bytes) -> NewMessage:
    envelope = mail.envelope(raw)
    return NewMessage(
        key=str(number),
        content_hash=envelope.content_hash,
        raw=raw,
        size=len(raw),
        subject=envelope.subject,
        sender=str(envelope.sender),
        sender_name=envelope.sender.name,
        message_id=envelope.message_id,
        date=envelope.date,
        action=SettleAction.DELETE,
    )


def _make_issue(tx: Transaction, row: int, parsed: Mail) -> None:
    number = issues.create(
        tx,
        project="SUP",
        title=parsed.title,
        description=parsed.text,
        visible_text=parsed.visible_text,
        submitter=Submitter(address=str(parsed.sender), name=parsed.sender.name, registered=True),
        message_id=row,
    )
    issues.attach(tx, parsed.attachments, issue=number)
    checks = [Check(name=name, passed=True, detail="as the settings ask for") for name in CheckName]
    journal.decide(tx, row, outcome=Outcome.CREATED, checks=checks, issue=number)


def _populate(path: Path, count: int) -> None:
    """Make issues in three projects (half, half, rare), a tenth of them open, with texts of some 60 words."""
    began = time.perf_counter()
    store = Store.open(path)
    chance = random.Random(1)
    words = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{number:x}" for number in range(30_000)]
    with store.write() as tx:
        keys = [projects.add(tx, Project(key=key, name=key.title())).id for key in ("HALF", "OTHER", "RARE")]
        mailbox = mailboxes.add(tx, Mailbox(name="system", host="mail.example.org"))
    for start in range(1, count + 1, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count + 1))
        with store.write() as tx:
            tx.execute(
                insert(tables.issues),
                [_issue(number, keys[2 if number % _RARE == 0 else number % 2], mailbox.id) for number in numbers],
            )
            tx.execute(insert(tables.issue_texts), [_text(number, words, chance) for number in numbers])
            search.restore(tx, numbers)
    store.close()
    print(f"{count} issues made in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")


def _issue(number: int, project_id: int | None, mailbox_id: int | None) -> dict[str, Any]:
    sender = f"sender{number * 7919 % 5000}@example.org"
    return {
        "number": number,
        "project_id": project_id,
        "state": State.OPEN if number % 10 == 0 else State.CLOSED,
        "created": _START + timedelta(minutes=number),
        "updated": _START + timedelta(minutes=number * 7919 % 2_000_003),
        "message_id": None,
        "mailbox_id": mailbox_id,
        "submitter_address": sender,
        "submitter_key": sender,
        "submitter_name": "Somebody",
        "submitter_registered": True,
        "title": f"Request {number} about the printer",
    }


def _text(number: int, words: list[str], chance: random.Random) -> dict[str, Any]:
    text = " ".join(chance.choices(words, k=60)) + " hello regards"
    if number % _RARE == 0:
        text += " zebra"
    return {"number": number, "description": text, "visible_text": None}


def _measure_lists(path: Path) -> None:
    store = Store.open(path, read_only=True)
    _report("open the database", lambda: Store.open(path, read_only=True).close())
    every = IssueFilter()
    for name, chosen in _FILTERS.items():
        with store.read() as tx:
            found = issues.numbers(tx, chosen)
            middle = issues.line(tx, found[len(found) // 2]) if found else None
        _report_filter(store, f"{name} ({len(found)})", chosen, middle)
    with store.read() as tx:
        found = issues.numbers(tx, every)
    far = [found[chosen] for chosen in range(0, len(found), max(1, len(found) // 100))][:100]
    with store.read() as tx:
        _report("100 lines from everywhere", lambda: issues.lines_of(tx, far))
        _report("one whole issue", lambda: issues.get(tx, far[50]))
    store.close()


_FILTERS = {
    "all": IssueFilter(),
    "all by change": IssueFilter(sort=IssueSort.UPDATED),
    "open": IssueFilter(state=State.OPEN),
    "open by change": IssueFilter(state=State.OPEN, sort=IssueSort.UPDATED),
    "half": IssueFilter(project="HALF"),
    "half by change": IssueFilter(project="HALF", sort=IssueSort.UPDATED),
    "half, open": IssueFilter(project="HALF", state=State.OPEN),
    "rare project": IssueFilter(project="RARE"),
    "one sender": IssueFilter(sender="sender42@example.org"),
    "one sender by change": IssueFilter(sender="sender42@example.org", sort=IssueSort.UPDATED),
    "a mailbox": IssueFilter(mailbox="system"),
    "a month": IssueFilter(since=_START + timedelta(days=100), until=_START + timedelta(days=130)),
    "common word": IssueFilter(search="printer"),
    "beginning of it": IssueFilter(search="prin"),
    "two common words": IssueFilter(search="hello regards"),
    "rare word": IssueFilter(search="zebra"),
    "common word, rare project": IssueFilter(search="printer", project="RARE"),
    "common word, open": IssueFilter(search="printer", state=State.OPEN),
    "common word by change": IssueFilter(search="printer", sort=IssueSort.UPDATED),
    "rare word by change": IssueFilter(search="zebra", sort=IssueSort.UPDATED),
    "common and rare word": IssueFilter(search="printer zebra"),
}


def _report_filter(store: Store, name: str, chosen: IssueFilter, middle: IssueLine | None) -> None:
    with store.read() as tx:
        figures = {
            "page": _best(lambda: issues.lines(tx, chosen)),
            "middle page": _best(lambda: issues.lines(tx, chosen, before=middle)),
            "numbers": _best(lambda: issues.numbers(tx, chosen)),
            "count": _best(lambda: issues.count(tx, chosen)),
        }
    print(f"{name:40}" + "".join(f"{figure:>12} {value:8.1f}" for figure, value in figures.items()))


def _report(name: str, act: Callable[[], object]) -> None:
    print(f"{name:40} {_best(act):8.1f}")


def _best(act: Callable[[], object]) -> float:
    """Return the milliseconds of the quickest of three runs."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


if __name__ == "__main__":
    main()
