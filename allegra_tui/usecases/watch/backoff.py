"""When to try again after something went wrong."""

import random

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 900.0
_SPREAD = 0.25
"""By this part a delay is shorter or longer: mailboxes of one server that comes back do not all return at a time."""

PASSING = frozenset({"connect", "timeout", "source", "store", "cancelled"})
"""Codes of trouble that may be over in a moment. What is not among them, such as a refused log-in, waits for a person:
asked for again too soon it would only lock the account."""


class Delays:
    """The delays of one mailbox: they double from failure to failure, and begin anew after a success."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.failures = 0
        """In a row."""

    def success(self) -> None:
        """Begin anew."""
        self.failures = 0

    def failure(self, code: str | None, interval: float) -> float:
        """Count a failure and return how many seconds to wait. `interval` is the mailbox's own, in order."""
        self.failures += 1
        first = FIRST_SECONDS if code in PASSING else interval
        # The exponent is bounded, or years of failures would overflow it.
        delay = min(first * (1 << min(self.failures - 1, 16)), max(LONGEST_SECONDS, interval))
        return delay * self._chance.uniform(1 - _SPREAD, 1 + _SPREAD)
