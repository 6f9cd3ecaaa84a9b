"""Every message of a server is counted once, whatever the journal says of it."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.verdict import Outcome, Reason, Settle
from allegra_tui.sources import Listing
from allegra_tui.store.journal import Standing
from allegra_tui.usecases.comparison import WORDS, Comparison, Kind, compare


def standing(
    settle: Settle = Settle.LEFT, outcome: Outcome = Outcome.CREATED, reason: Reason | None = None
) -> Standing:
    return Standing(1, settle, outcome, reason)


def compared(
    keys: str,
    after: Mapping[str, Standing],
    *,
    before: Mapping[str, Standing] | None = None,
    marked: str = "",
    skipped: str = "",
    count: int | None = None,
    ascending: bool = True,
) -> Comparison:
    listed = keys.split()
    return compare(
        Listing(uidvalidity=1, keys=listed, count=len(listed) if count is None else count),
        marked=marked.split(),
        skipped=skipped.split(),
        before=after if before is None else before,
        after=after,
        ascending=ascending,
    )


def test_each_outcome_has_a_row_of_its_own() -> None:
    after = {str(number): standing(outcome=outcome) for number, outcome in enumerate(Outcome)}
    found = compared(" ".join(after), after)
    assert found.counts == {Kind(outcome): 1 for outcome in Outcome}
    assert found.explained
    too_large = {"1": standing(outcome=Outcome.REJECTED, reason=Reason.TOO_LARGE)}
    assert compared("1", too_large).counts == {Kind.TOO_LARGE: 1}


def test_what_the_journal_does_not_know() -> None:
    found = compared("1 2 3 7 8", {"3": standing(), "7": standing()}, skipped="1")
    assert found.counts == {Kind.CREATED: 2, Kind.SKIPPED: 1, Kind.NEW: 1, Kind.PASSED_OVER: 1}
    assert (found.keys[Kind.PASSED_OVER], found.keys[Kind.NEW]) == (["2"], ["8"])
    assert not found.explained
    unordered = compared("1 2 3 7 8", {"3": standing(), "7": standing()}, skipped="1", ascending=False)
    assert unordered.counts == {Kind.CREATED: 2, Kind.SKIPPED: 1, Kind.NEW: 2}, "UIDLs tell nothing of the order"
    assert unordered.explained


def test_what_is_to_be_removed() -> None:
    after = {
        "1": standing(Settle.PENDING),
        "2": standing(Settle.PENDING),
        "3": standing(Settle.REFUSED),
        "4": standing(Settle.REFUSED),
        "5": standing(Settle.PENDING, Outcome.RECEIVED),
        "6": standing(),
    }
    found = compared("1 2 3 4 5 6 7", after, marked="2 3 6 7")
    assert found.counts == {
        Kind.PENDING: 1, Kind.MARKED: 2, Kind.REFUSED: 1, Kind.RECEIVED: 1, Kind.CREATED: 1, Kind.NEW: 1,
    }  # fmt: skip
    assert found.foreign_marks == 2, "those left there and the new one were marked by somebody else"
    assert found.explained


def test_what_came_back_after_it_was_removed() -> None:
    after = {"1": standing(Settle.DONE), "2": standing(Settle.DONE)}
    found = compared("1", after)
    assert (found.counts, found.explained, found.settled) == ({Kind.RETURNED: 1}, False, 1)
    meanwhile = compared("1", after, before={"1": standing(Settle.PENDING)})
    assert (meanwhile.counts, meanwhile.explained) == ({Kind.PENDING: 1}, True), "a fetch removed it after the list"


def test_what_is_gone() -> None:
    after = {"1": standing(), "2": standing(Settle.PENDING), "3": standing(Settle.REFUSED), "4": standing(Settle.DONE)}
    found = compared("9", after)
    assert (found.gone, found.settled, found.seen) == (["1", "3"], 2, 4), "a killed run may have deleted the second"
    unhandled = {"5": standing(Settle.PENDING, Outcome.RECEIVED)}
    assert compared("", unhandled).gone == ["5"], "nothing is deleted before it is handled"
    arrived = compared("", {"1": standing()}, before={})
    assert (arrived.gone, arrived.meanwhile, arrived.seen) == ([], 1, 1), "a fetch took it after the list"


def test_a_server_that_counts_other_than_it_lists() -> None:
    found = compared("1", {"1": standing()}, count=3)
    assert (found.counts, found.explained) == ({Kind.CREATED: 1, Kind.UNLISTED: 2}, False)
    assert compared("1 2", {}, count=1).counts == {Kind.NEW: 2, Kind.UNLISTED: -1}


_STANDINGS = st.dictionaries(
    st.integers(1, 12).map(str),
    st.builds(
        Standing,
        st.just(1),
        st.sampled_from(Settle),
        st.sampled_from(Outcome),
        st.sampled_from([None, Reason.TOO_LARGE, Reason.PATTERN]),
    ),
)
_KEYS = st.sets(st.integers(1, 12)).map(lambda found: [str(key) for key in sorted(found)])


@given(_KEYS, _STANDINGS, _STANDINGS, _KEYS, _KEYS, st.integers(0, 15), st.booleans())
def test_the_sums_are_exact(
    keys: list[str],
    before: dict[str, Standing],
    after: dict[str, Standing],
    marked: list[str],
    skipped: list[str],
    count: int,
    ascending: bool,
) -> None:
    listing = Listing(uidvalidity=1, keys=keys, count=count)
    found = compare(listing, marked=marked, skipped=skipped, before=before, after=after, ascending=ascending)
    assert sum(found.counts.values()) == count
    assert found.counts.keys() <= WORDS.keys()
    assert sorted(key for some in found.keys.values() for key in some) == sorted(keys)
    assert found.seen == len(after)
