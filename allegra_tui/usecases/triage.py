"""Triage: issues moved to their project, closed and reopened, in bulk, with one level of undo."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allegra_tui.model.issue import IssueLine, State
from allegra_tui.store import Store, Transaction, audit, issues
from allegra_tui.usecases.configure import find_project
from allegra_tui.usecases.errors import NotFound, Refused

Action = Literal["move", "close", "reopen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done to issues, and all that is needed to undo it. Issues that were so already are left out."""

    action: Action
    before: Mapping[int, IssueLine]
    after: Mapping[int, IssueLine]


def move(store: Store, numbers: Sequence[int], project: str, *, who: str) -> Done:
    """Move issues to a project: all, or none and an error. Raises `NotFound`, and `Refused` for an archived project."""
    with store.write() as tx:
        target = find_project(tx, project)
        if target.archived:
            raise Refused(f"project {target.key} is archived: issues cannot be moved there")
        return _change(
            tx,
            numbers,
            "move",
            wanted=lambda line: line.project != target.key,
            apply=lambda chosen: issues.move(tx, chosen, target.key),
            who=who,
        )


def close(store: Store, numbers: Sequence[int], *, who: str) -> Done:
    """Close issues: all, or none and an error. Raises `NotFound`."""
    return _set_state(store, numbers, State.CLOSED, "close", who)


def reopen(store: Store, numbers: Sequence[int], *, who: str) -> Done:
    """Reopen issues: all, or none and an error. Raises `NotFound`."""
    return _set_state(store, numbers, State.OPEN, "reopen", who)


def undo(store: Store, done: Done, *, who: str) -> None:
    """Put issues back to where they were. Raises `Refused`, and changes nothing, if one changed since."""
    with store.write() as tx:
        for number, after in done.after.items():
            if issues.line(tx, number) != after:
                raise Refused(f"#{number} changed since: nothing was undone")
        for project in {line.project for line in done.before.values()}:
            chosen = [
                number
                for number, line in done.before.items()
                if line.project == project and done.after[number].project != project
            ]
            if chosen:
                issues.move(tx, chosen, project)
        for state in State:
            chosen = [
                number
                for number, line in done.before.items()
                if line.state is state and done.after[number].state is not state
            ]
            if chosen:
                issues.set_state(tx, chosen, state)
        _record(tx, f"undo {done.action}", done.after, done.before, who)


def _set_state(store: Store, numbers: Sequence[int], state: State, action: Action, who: str) -> Done:
    with store.write() as tx:
        return _change(
            tx,
            numbers,
            action,
            wanted=lambda line: line.state is not state,
            apply=lambda chosen: issues.set_state(tx, chosen, state),
            who=who,
        )


def _change(
    tx: Transaction,
    numbers: Sequence[int],
    action: Action,
    *,
    wanted: Callable[[IssueLine], bool],
    apply: Callable[[Sequence[int]], None],
    who: str,
) -> Done:
    found = _lines(tx, list(dict.fromkeys(numbers)))
    before = {line.number: line for line in found if wanted(line)}
    if before:
        apply(list(before))
    after = {line.number: line for line in _lines(tx, list(before))}
    _record(tx, action, before, after, who)
    return Done(action=action, before=before, after=after)


def _lines(tx: Transaction, numbers: Sequence[int]) -> list[IssueLine]:
    found = issues.lines_of(tx, numbers)
    missing = sorted(set(numbers) - {line.number for line in found})
    if missing:
        raise NotFound(f"there is no issue {', '.join(f'#{number}' for number in missing)}: nothing was changed")
    return found


def _record(
    tx: Transaction, action: str, before: Mapping[int, IssueLine], after: Mapping[int, IssueLine], who: str
) -> None:
    alike: defaultdict[tuple[tuple[str, str, str], ...], list[int]] = defaultdict(list)
    for number, old in before.items():
        pairs = ((name, str(getattr(old, name)), str(getattr(after[number], name))) for name in ("project", "state"))
        alike[tuple((name, was, now) for name, was, now in pairs if was != now)].append(number)
    for changes, numbers in alike.items():
        different = {name: (was, now) for name, was, now in changes}
        audit.record_alike(tx, who=who, action=action, kind="issue", numbers=numbers, changes=different)
