"""Reconcile: what a server holds, message by message, against what the journal says. Read-only on both sides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from allegra_tui.model.journal import JournalLine, Place
from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.secrets import Vault
from allegra_tui.sources import Listing, Source, open_source
from allegra_tui.store import Store, baselines, journal, mailboxes
from allegra_tui.store.journal import Standing
from allegra_tui.usecases import credentials
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.comparison import Comparison, Kind, compare
from allegra_tui.usecases.connect import Opened
from allegra_tui.usecases.intake.selection import place_of

NAMED = (Kind.NEW, Kind.PASSED_OVER, Kind.RETURNED, Kind.MARKED, Kind.REFUSED, Kind.GONE)
"""What is told message by message, besides the counts."""
_LISTED = 3
"""How often a list is asked for that does not agree with the server's own count: mail comes and goes meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One message: as the journal knows it, or, where it does not, as the server tells it."""

    key: str
    line: JournalLine | None = None
    size: int | None = None
    """Bytes, None where the message vanished meanwhile."""
    date: datetime | None = None
    """When it arrived, as far as the server tells; else when it was received here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A mailbox compared with the journal."""

    mailbox: str
    comparison: Comparison
    named: Mapping[Kind, Sequence[Named]]
    """Up to as many as were asked for of each kind of `NAMED`."""
    renamed: bool
    """Whether the server gave its messages other numbers or names, so that the journal cannot know them yet."""
    contacted: bool
    """Whether a fetch ever saw the mailbox."""
    holder: str | None
    """Who runs the intake of it at the moment."""


def reconcile(
    store: Store,
    vault: Vault,
    mailbox: Mailbox,
    *,
    named: int | None = None,
    opened: Opened = lambda cancel: None,
    progress: Callable[[str], object] = lambda step: None,
) -> Reconciliation:
    """Compare one mailbox with the journal, naming at most so many messages of each kind (None: all of them).

    Nothing changes on the server or here. `opened` is given what ends the connection from another thread.
    Raises `SecretError` and `SourceError`.
    """
    with open_source(mailbox, credentials.obtain(store, vault, mailbox)) as source:
        opened(source.cancel)
        with store.read() as tx:
            state = mailboxes.state(tx, mailbox.id)
            known = place_of(mailbox, state, Listing(uidvalidity=state.uidvalidity or 0, keys=(), count=0))
            before = journal.standings(tx, known)
        listing = _list(source, progress)
        marked = source.marked()
        place = place_of(mailbox, state, listing)
        with store.read() as tx:
            after = journal.standings(tx, place)
            skipped = baselines.keys(tx, place)
            running = owner.held(tx).get(mailbox.id)
        found = compare(
            listing,
            marked=marked,
            skipped=skipped,
            before=before if place == known else {},
            after=after,
            ascending=mailbox.protocol is Protocol.IMAP,
        )
        progress("naming")
        told = {kind: _named(store, source, kind, found, after, named) for kind in NAMED}
    return Reconciliation(
        mailbox=mailbox.name,
        comparison=found,
        named={kind: some for kind, some in told.items() if some},
        renamed=_renamed(mailbox, place, state.uidvalidity, found),
        contacted=state.contacted,
        holder=f"process {running.pid} on {running.host}" if running else None,
    )


def _list(source: Source, progress: Callable[[str], object]) -> Listing:
    """List what is there, read-only; again from the start where list and count do not agree."""
    for attempt in range(1, _LISTED + 1):
        for step in source.connect(read_only=True):
            progress(f"{step.name}: {step.detail}")
        progress("listing")
        listing = source.list()
        if listing.count == len(listing.keys) or attempt == _LISTED:
            break
    return listing


def _named(
    store: Store,
    source: Source,
    kind: Kind,
    found: Comparison,
    after: Mapping[str, Standing],
    most: int | None,
) -> list[Named]:
    keys = (found.gone if kind is Kind.GONE else found.keys.get(kind, ()))[:most]
    if not keys:
        return []
    if kind in (Kind.NEW, Kind.PASSED_OVER):
        told = {entry.key: entry for entry in source.describe(keys, dates=True)}
        return [
            Named(key=key, size=told[key].size, date=told[key].internal_date) if key in told else Named(key=key)
            for key in keys
        ]
    with store.read() as tx:
        lines = {line.id: line for line in journal.lines_of(tx, [after[key].message_id for key in keys])}
    known = [(key, lines[after[key].message_id]) for key in keys]
    return [Named(key=key, line=line, size=line.size, date=line.received) for key, line in known]


def _renamed(mailbox: Mailbox, place: Place, uidvalidity: int | None, found: Comparison) -> bool:
    """Whether the keys mean nothing to the journal: a new UIDVALIDITY, or names of which it knows none it left."""
    if mailbox.protocol is Protocol.POP3:
        return bool(found.gone) and set(found.keys) == {Kind.NEW}
    return uidvalidity not in (None, place.uidvalidity)


def remarks(found: Reconciliation) -> list[str]:
    """Say what else is to be known of the comparison, and what can be done about it."""
    compared = found.comparison
    told = []
    if found.renamed:
        told.append(
            "The server has given its messages other numbers or names since the last fetch. The next fetch knows by "
            "their content which it has taken already."
        )
    if not found.contacted and compared.server:
        told.append(f"Nothing was fetched yet: the first fetch takes what {found.mailbox} says under first_contact.")
    if compared.seen:
        parts = [(compared.settled, "deleted or moved"), (len(compared.gone), "removed by somebody else")]
        parts += [(compared.meanwhile, "taken at this very moment")]
        there = compared.seen - sum(count for count, _ in parts)
        counted = [f"{there:,} there", *(f"{count:,} {words}" for count, words in parts if count)]
        told.append(f"The journal has {compared.seen:,} from there: {', '.join(counted)}.")
    if compared.foreign_marks:
        told.append(f"Marked as deleted by somebody else, and not expunged: {compared.foreign_marks:,}.")
    told += [advice for kind, advice in _ADVICE.items() if kind in compared.counts]
    if found.holder:
        told.append(f"A fetch is going on: {found.holder}.")
    return told


_ADVICE: Mapping[Kind, str] = {
    Kind.PASSED_OVER: (
        "What was passed over could not be downloaded: `allegra-tui status` says why; the next fetch tries again."
    ),
    Kind.RETURNED: (
        "What is there nevertheless was put back on the server, or its numbers were used again: the next fetch takes "
        "what is new of it, and leaves the rest where it is."
    ),
    Kind.UNLISTED: "The server counts other than it lists: ask its administrator to repair the folder's index.",
    Kind.MARKED: "What is marked stays until somebody expunges the folder, or the server learns UIDPLUS.",
    Kind.REFUSED: "The server refused to delete or move some; each fetch asks again: look at the account's rights.",
}


def about(one: Named, time: Callable[[datetime | None], str], size: Callable[[int], str]) -> str:
    """Tell a message on one line: what became of it, or, where the journal does not know it, its size and date."""
    if one.line is None:
        return f"{time(one.date)}  {size(one.size)}" if one.size is not None else "vanished meanwhile"
    issue = f" #{one.line.issue}" if one.line.issue is not None else ""
    return f"message {one.line.id}, {one.line.outcome}{issue}: {one.line.subject or '(no subject)'}"
