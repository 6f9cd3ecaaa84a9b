"""Words for what became of messages. A glyph goes with each outcome, so that no colour is needed to tell them apart."""

from allegra_tui.model.journal import Location
from allegra_tui.model.verdict import Outcome, Reason, Review, Settle, SettleAction

GLYPHS = {
    Outcome.RECEIVED: ".",
    Outcome.CREATED: "+",
    Outcome.COMMENTED: "+",
    Outcome.REJECTED: "x",
    Outcome.IGNORED: "-",
    Outcome.DUPLICATE: "=",
    Outcome.FAILED: "!",
}
STYLES = {
    Outcome.CREATED: "good",
    Outcome.COMMENTED: "good",
    Outcome.REJECTED: "bad",
    Outcome.FAILED: "bad",
}
"""Styles of `TextView`."""
REVIEWS = {
    Review.OPEN: "waits for a decision",
    Review.RELEASED: "released",
    Review.DISCARDED: "discarded",
}


def outcome(value: Outcome) -> str:
    """Return glyph and word."""
    return f"{GLYPHS[value]} {value}"


def result(issue: int | None, reason: Reason | None) -> str:
    """Return the issue a message became or was added to, else the code of why it was not taken."""
    if reason is None or reason is Reason.DUPLICATE:
        return f"#{issue}" if issue is not None else ""
    return str(reason)


def settled(location: Location) -> str:
    """Tell what was done, or is to be done, with a message on its server."""
    deleting = location.action is SettleAction.DELETE
    match location.settle:
        case Settle.PENDING:
            return "still to be deleted there" if deleting else f"still to be moved to {location.move_to}"
        case Settle.DONE:
            return "deleted there" if deleting else f"moved to {location.move_to}"
        case Settle.REFUSED:
            asked = "delete it" if deleting else f"move it to {location.move_to}"
            return f"left there: the server refused to {asked}"
    return "left there"
