"""A server's list of messages against the journal: every message is counted once, so the sum is the server's count."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from allegra_tui.model.verdict import Outcome, Reason, Settle
from allegra_tui.sources import Listing
from allegra_tui.store.journal import Standing


class Kind(StrEnum):
    """What explains a message on the server. The codes never change."""

    CREATED = "created"
    COMMENTED = "commented"
    REJECTED = "rejected"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    RECEIVED = "received"
    PENDING = "pending"
    MARKED = "marked"
    REFUSED = "refused"
    SKIPPED = "skipped"
    NEW = "new"
    PASSED_OVER = "passed_over"
    RETURNED = "returned"
    UNLISTED = "unlisted"
    GONE = "gone"
    """Not on the server, so in no sum."""


WORDS: Mapping[Kind, str] = {
    Kind.CREATED: "made an issue",
    Kind.COMMENTED: "made a comment",
    Kind.REJECTED: "rejected",
    Kind.IGNORED: "ignored",
    Kind.DUPLICATE: "the same as another message",
    Kind.FAILED: "failed: they stay until they are handled",
    Kind.TOO_LARGE: "too large: only their headers were taken",
    Kind.RECEIVED: "taken, not handled yet: the next fetch does it",
    Kind.PENDING: "taken, the next fetch deletes or moves them",
    Kind.MARKED: "taken, marked as deleted and not expunged",
    Kind.REFUSED: "taken, the server refused to delete or move them",
    Kind.SKIPPED: "skipped by the first contact",
    Kind.NEW: "not fetched yet",
    Kind.PASSED_OVER: "older than what was fetched, and not fetched",
    Kind.RETURNED: "deleted or moved by us, and there nevertheless",
    Kind.UNLISTED: "counted by the server, but not listed",
    Kind.GONE: "taken, and removed there by somebody else",
}
"""Every kind in words, in the order in which a table has them."""
UNEXPLAINED = frozenset({Kind.PASSED_OVER, Kind.RETURNED, Kind.UNLISTED})
_BY_OUTCOME = {outcome: Kind(outcome) for outcome in Outcome}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What explains each message on the server, and what the journal knows that is not there."""

    server: int
    """How many the server says there are."""
    keys: Mapping[Kind, Sequence[str]]
    """The messages listed, by what explains them."""
    gone: Sequence[str]
    """Taken, not removed by us, and not there any more."""
    settled: int
    """Deleted or moved as the mailbox asked for, and not there: also where a run was cut off before it wrote that."""
    meanwhile: int
    """Taken in by a fetch while the server was being listed."""
    foreign_marks: int
    """Marked as deleted, though not by us."""

    @property
    def counts(self) -> dict[Kind, int]:
        """How many of each kind there are on the server; their sum is `server`."""
        found = {kind: len(self.keys[kind]) for kind in WORDS if self.keys.get(kind)}
        if unlisted := self.server - sum(found.values()):
            found[Kind.UNLISTED] = unlisted
        return found

    @property
    def explained(self) -> bool:
        """Whether nothing is there that should not be, and nothing was passed over."""
        return not UNEXPLAINED & self.counts.keys()

    @property
    def seen(self) -> int:
        """How many messages of this place the journal knows."""
        here = sum(len(keys) for kind, keys in self.keys.items() if kind not in _UNKNOWN)
        return here + self.settled + len(self.gone) + self.meanwhile


_UNKNOWN = (Kind.SKIPPED, Kind.NEW, Kind.PASSED_OVER)


def compare(
    listing: Listing,
    *,
    marked: Collection[str],
    skipped: Collection[str],
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    ascending: bool,
) -> Comparison:
    """Compare a list with the journal as it stood before and after the list was had.

    A fetch may go on meanwhile. So a message is only taken for gone, or for come back, where the journal says both
    times what the server contradicts. With `ascending`, keys are numbers that grow (IMAP), and messages are taken in
    their order: what is lower than one that was taken, and was not, has been passed over.
    """
    latest = max(map(int, after), default=0) if ascending else 0
    keys: defaultdict[Kind, list[str]] = defaultdict(list)
    foreign = 0
    for key in listing.keys:
        standing = after.get(key)
        if standing is not None:
            kind = _kind(standing, before.get(key), key in marked)
        elif key in skipped:
            kind = Kind.SKIPPED
        else:
            kind = Kind.PASSED_OVER if ascending and int(key) < latest else Kind.NEW
        keys[kind].append(key)
        foreign += key in marked and kind not in (Kind.MARKED, Kind.PENDING)
    listed = frozenset(listing.keys)
    absent = {key: standing for key, standing in after.items() if key not in listed}
    gone = [key for key, standing in absent.items() if _is_left(standing) and key in before]
    settled = sum(not _is_left(standing) for standing in absent.values())
    return Comparison(
        server=listing.count,
        keys=keys,
        gone=gone,
        settled=settled,
        meanwhile=len(absent) - settled - len(gone),
        foreign_marks=foreign,
    )


def _is_left(standing: Standing) -> bool:
    """Whether we have not removed the message, nor can have done so: only what is handled is removed."""
    return standing.settle in (Settle.LEFT, Settle.REFUSED) or standing.outcome is Outcome.RECEIVED


def _kind(standing: Standing, before: Standing | None, is_marked: bool) -> Kind:
    if standing.settle is Settle.DONE:
        was_done = before is not None and before.settle is Settle.DONE
        return Kind.RETURNED if was_done else Kind.PENDING
    if standing.outcome is Outcome.RECEIVED:
        return Kind.RECEIVED
    if standing.settle is not Settle.LEFT and is_marked:
        return Kind.MARKED
    if standing.settle is Settle.PENDING:
        return Kind.PENDING
    if standing.settle is Settle.REFUSED:
        return Kind.REFUSED
    return Kind.TOO_LARGE if standing.reason is Reason.TOO_LARGE else _BY_OUTCOME[standing.outcome]
