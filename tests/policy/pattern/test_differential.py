"""Generated patterns mean here what they mean to the real perl."""

import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.policy.pattern.compare import Tally, compare
from tests.policy.pattern.grammar import TEXTS, patterns
from tests.policy.pattern.perl import Perl

LONG_SECONDS = 3600
EXAMPLES = 400


def run(perl: Perl, tally: Tally, seen: set[str], number: int) -> None:
    """Compare one batch of generated patterns, each on all texts."""

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(patterns())
    def one(source: str) -> None:
        if source.strip() and source not in seen:
            seen.add(source)
            compare(perl, source, TEXTS, tally)

    one()


@pytest.mark.timeout(LONG_SECONDS + 600)
def test_no_silent_differences(perl: Perl, *, long_run: bool) -> None:
    tally = Tally()
    seen: set[str] = set()
    deadline = time.monotonic() + (LONG_SECONDS if long_run else 0)
    number = time.time_ns() % 10**9 if long_run else 0
    for batch in range(number, number + 10**6):
        run(perl, tally, seen, batch)
        if time.monotonic() > deadline and (long_run or batch >= number + 2):
            break
    print(tally)
    assert tally.pairs > 10_000
    assert not tally.silent
    assert not tally.lenient
