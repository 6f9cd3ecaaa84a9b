"""The journal: every message ever received, where it was seen, and what became of it."""

from allegra_tui.store.journal.deciding import count_attempt, decide, leftovers, original, set_reviews, waiting
from allegra_tui.store.journal.lookup import elsewhere, message_ids_issue, recent, same_content
from allegra_tui.store.journal.queries import (
    JournalFilter,
    count_open,
    get,
    ids,
    lines,
    lines_of,
    outcome_counts,
    senders_seen,
)
from allegra_tui.store.journal.receiving import Received, highest_key, known_keys, receive, removed_keys
from allegra_tui.store.journal.retention import forget_originals
from allegra_tui.store.journal.settling import Unsettled, drop_pending, set_aside, settle, to_settle, unsettled_at
from allegra_tui.store.journal.standing import Standing, standings
from allegra_tui.store.journal.unfinished import Unfinished, newest, unhandled, unsettled

__all__ = [
    "JournalFilter",
    "Received",
    "Standing",
    "Unfinished",
    "Unsettled",
    "count_attempt",
    "count_open",
    "decide",
    "drop_pending",
    "elsewhere",
    "forget_originals",
    "get",
    "highest_key",
    "ids",
    "known_keys",
    "leftovers",
    "lines",
    "lines_of",
    "message_ids_issue",
    "newest",
    "original",
    "outcome_counts",
    "receive",
    "recent",
    "removed_keys",
    "same_content",
    "senders_seen",
    "set_aside",
    "set_reviews",
    "settle",
    "standings",
    "to_settle",
    "unhandled",
    "unsettled",
    "unsettled_at",
    "waiting",
]
