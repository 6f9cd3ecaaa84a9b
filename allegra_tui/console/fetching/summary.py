"""A fetch in words: what it is, how it is, what it did."""

from allegra_tui.console.fetching.run import FetchRun
from allegra_tui.model.verdict import Outcome
from allegra_tui.text import display

_NAMED = 3
"""Mailboxes and their troubles that are named."""


def title(run: FetchRun | None) -> str:
    """Say what is being done, or was."""
    if run is None:
        return "Fetch"
    names = ", ".join(run.names[:_NAMED]) + (f" and {len(run.names) - _NAMED} more" if len(run.names) > _NAMED else "")
    return f"{'Dry run' if run.dry_run else 'Fetch'}: {names}"


def status(run: FetchRun | None) -> str:
    """Say how it is."""
    if run is None:
        return ""
    if not run.ended:
        return "stopping after the message in hand" if run.stop.is_set() else "running, c cancels"
    if run.result is None:
        return "not started"
    return f"{'stopped' if run.stop.is_set() else 'done'} in {run.result.seconds:.1f} s"


def text(run: FetchRun | None, failure: Exception | None, *, read_only: bool) -> str:
    """Say what became of the messages, and what went wrong; displayable lines."""
    if run is None:
        which = "the marked mailboxes, or of all that are enabled"
        dry_run = f"F shows what a fetch of {which}, would do."
        return dry_run if read_only else f"f takes in the mail of {which}. F only shows what would happen."
    if failure is not None:
        return f"x {display(str(failure))}"
    return "\n".join([_counts(run), *_troubles(run)])


def _counts(run: FetchRun) -> str:
    decided = sum(run.counts.values())
    if not decided and not run.ended:
        return "No message decided yet."
    if not decided:
        looked = any(box.done and not box.done.error and not box.done.skipped for box in run.boxes.values())
        return "Nothing new." if looked else "Nothing was fetched."
    counts = ", ".join(f"{run.counts[outcome]:,} {outcome}" for outcome in Outcome if run.counts[outcome])
    would = " would be" if run.dry_run else ""
    kept = f" (the last {decided - run.dropped:,} are listed)" if run.dropped else ""
    return f"{decided:,} {'message' if decided == 1 else 'messages'}{would}: {counts}{kept}"


def _troubles(run: FetchRun) -> list[str]:
    told = [
        f"x {display(name)}: {display(box.done.error)}"
        for name, box in run.boxes.items()
        if box.done and box.done.error
    ]
    told += [
        f"- {display(name)}: {display(box.done.skipped)}"
        for name, box in run.boxes.items()
        if box.done and box.done.skipped
    ]
    more = [f"and {len(told) - _NAMED} more mailboxes with trouble"] if len(told) > _NAMED else []
    return told[:_NAMED] + more
