"""Baselines of the first contact, and leases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from allegra_tui.model.journal import Lease, Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.store import Store, Transaction, baselines, leases, mailboxes

_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_baseline_is_asked_by_key_or_by_date(store: Store, place: Place) -> None:
    elsewhere = replace(place, uidvalidity=8)
    with store.write() as tx:
        assert not baselines.any_of(tx, place.mailbox_id, 1)
        berlin = _NOON.astimezone(timezone(timedelta(hours=2)))
        baselines.save(tx, place, iter([("1", berlin), ("2", None), ("3", _NOON + timedelta(seconds=1))]))
        assert baselines.keys(tx, place) == {"1", "2", "3"}
        assert baselines.keys(tx, elsewhere) == set()
        assert baselines.dates(tx, place.mailbox_id, 1) == {_NOON, _NOON + timedelta(seconds=1)}
        assert baselines.dates(tx, place.mailbox_id, 2) == set()
        assert baselines.any_of(tx, place.mailbox_id, 1)
        assert not baselines.any_of(tx, place.mailbox_id, 2)


def test_a_new_baseline_replaces_the_mailboxs_old_one_only(store: Store, place: Place) -> None:
    renumbered = replace(place, uidvalidity=8)
    with store.write() as tx:
        other = mailboxes.add(tx, Mailbox(name="other"))
        assert other.id is not None
        foreign = replace(place, mailbox_id=other.id)
        baselines.save(tx, foreign, [("9", _NOON)])
        baselines.save(tx, place, [("1", _NOON)])
        baselines.save(tx, renumbered, [("5", _NOON)])
        assert baselines.keys(tx, place) == set()
        assert baselines.keys(tx, renumbered) == {"5"}
        assert baselines.keys(tx, foreign) == {"9"}


def _lease(tx: Transaction, place: Place, pid: int = 1, seconds: float = 120) -> Lease:
    until = tx.now() + timedelta(seconds=seconds)
    return Lease(mailbox_id=place.mailbox_id, host="here", pid=pid, started="at boot", until=until)


def _alive(_: Lease) -> bool:
    return False


def test_a_lease_has_one_holder(store: Store, place: Place) -> None:
    with store.write() as tx:
        held = _lease(tx, place)
        assert leases.acquire(tx, held, dead=_alive) is None
        assert leases.acquire(tx, _lease(tx, place, pid=2), dead=_alive) == held
        assert leases.every(tx) == [held]
        assert not leases.renew(tx, _lease(tx, place, pid=2))
        leases.release(tx, _lease(tx, place, pid=2))
        assert leases.every(tx) == [held]
        leases.release(tx, held)
        assert leases.acquire(tx, _lease(tx, place, pid=2), dead=_alive) is None


def test_the_holder_renews_and_may_ask_again(store: Store, place: Place) -> None:
    with store.write() as tx:
        assert leases.acquire(tx, _lease(tx, place), dead=_alive) is None
        longer = _lease(tx, place, seconds=500)
        assert leases.renew(tx, longer)
        assert leases.every(tx) == [longer]
        assert leases.acquire(tx, _lease(tx, place), dead=_alive) is None


def test_a_dead_holder_is_followed_at_once(store: Store, place: Place) -> None:
    with store.write() as tx:
        gone = _lease(tx, place)
        leases.acquire(tx, gone, dead=_alive)
        heir = _lease(tx, place, pid=2)
        assert leases.acquire(tx, heir, dead=lambda holder: holder == gone) is None
        assert leases.every(tx) == [heir]
        assert not leases.renew(tx, gone)


def test_an_expired_lease_is_free(store: Store, place: Place) -> None:
    with store.write() as tx:
        leases.acquire(tx, _lease(tx, place, seconds=-1), dead=_alive)
        assert leases.every(tx) == []
        assert leases.acquire(tx, _lease(tx, place, pid=2), dead=_alive) is None


def test_a_process_with_the_same_number_is_another_one(store: Store, place: Place) -> None:
    with store.write() as tx:
        held = _lease(tx, place)
        leases.acquire(tx, held, dead=_alive)
        later = replace(held, started="an hour later")
        assert leases.acquire(tx, later, dead=_alive) == held
