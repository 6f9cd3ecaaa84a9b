"""What a changed pattern does to the senders that are known."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from allegra_tui.policy.pattern.engine import ADDRESS_SECONDS
from allegra_tui.policy.pattern.rule import Pattern

COMPARE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Change:
    """Addresses that the edited pattern accepts and the stored one does not, and the other way round.

    `timed_out` are those on which one of the two took too long; `complete` is False where the deadline came first.
    """

    gained: Sequence[str]
    lost: Sequence[str]
    timed_out: Sequence[str]
    complete: bool


def gained_lost(
    stored: Pattern | None,
    edited: Pattern | None,
    addresses: Iterable[str],
    *,
    seconds: float = COMPARE_SECONDS,
    cancelled: Callable[[], bool] = bool,
) -> Change:
    """Compare two patterns over addresses in the form of `str(Address)`; None is the pattern that allows everything.

    Stops when `seconds` are over or `cancelled` says so.
    """
    gained: list[str] = []
    lost: list[str] = []
    timed_out: list[str] = []
    before, after = _tester(stored), _tester(edited)
    deadline = time.monotonic() + seconds
    for address in addresses:
        if time.monotonic() > deadline or cancelled():
            return Change(gained, lost, timed_out, complete=False)
        try:
            was, now = before(address), after(address)
        except TimeoutError:
            timed_out.append(address)
            continue
        if was != now:
            (gained if now else lost).append(address)
    return Change(gained, lost, timed_out, complete=True)


def _tester(pattern: Pattern | None) -> Callable[[str], bool]:
    """Return the rule as a plain function of the address; it raises TimeoutError."""
    if pattern is None:
        return lambda address: True
    search = pattern.rule.search

    def accepted(address: str) -> bool:  # `engine.find` written out: it is called some 100,000 times
        found = search(address, timeout=ADDRESS_SECONDS)
        return found is not None and found.start() <= address.rfind("@") + 1

    return accepted
