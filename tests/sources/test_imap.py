"""IMAP on a real Dovecot, and on pymap: listing, downloading, deleting, moving."""

import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.sources import ConnectError, FolderError, Source, StepName, open_source
from tests.servers.dovecot import Dovecot, DovecotAccount, running
from tests.servers.pymap import Pymap
from tests.sources.using import RAW, bodies, connected, download_all, given, steps


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\nBody %d\r\n" % (number, number) for number in range(count)]


@pytest.fixture
def box(account: DovecotAccount) -> Iterator[Source]:
    """A connection to the account's INBOX, which holds five messages."""
    account.deliver_all(numbered(5))
    with connected(account.mailbox(), account.password) as source:
        yield source


def test_messages_are_listed_in_order_and_read_whole(box: Source, account: DovecotAccount) -> None:
    listing = box.list()
    assert listing.keys == ["1", "2", "3", "4", "5"]
    assert listing.uidvalidity > 0
    assert bodies(box) == numbered(5)


def test_an_empty_folder_lists_nothing(account: DovecotAccount) -> None:
    with connected(account.mailbox(), account.password) as source:
        assert source.list().keys == []
        assert list(source.describe([])) == []
        assert list(source.download([])) == []
        assert list(source.finish().done) == []


def test_size_and_date_are_described(box: Source) -> None:
    entries = list(box.describe(["5", "1", "99"], dates=True))
    assert [(entry.key, entry.size) for entry in entries] == [("5", len(numbered(5)[4])), ("1", len(numbered(5)[0]))]
    date = entries[0].internal_date
    assert date is not None
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=5)
    assert [entry.internal_date for entry in box.describe(["1"])] == [None]


def test_the_header_alone_is_read(box: Source) -> None:
    assert box.header("2") == b"Subject: 1\r\n\r\n"
    assert box.header("99") == b""


def test_nothing_is_marked_as_seen(box: Source, account: DovecotAccount) -> None:
    account.store_flags("2", r"\Seen \Flagged")
    bodies(box)
    box.header("1")
    assert [message.flags for message in account.messages()] == [set(), {r"\Seen", r"\Flagged"}, set(), set(), set()]


def test_messages_read_by_somebody_else_are_listed_too(box: Source, account: DovecotAccount) -> None:
    account.store_flags("1:5", r"\Seen")
    assert len(box.list().keys) == 5


def test_what_vanished_meanwhile_is_told_and_the_others_come(box: Source, account: DovecotAccount) -> None:
    entries = list(box.describe(box.list().keys))
    account.expunge("2,4")
    downloads = {one.key: one for one in box.download(entries)}
    assert {key for key, one in downloads.items() if one.vanished} == {"2", "4"}
    assert [downloads[key].raw for key in ("1", "3", "5")] == [numbered(5)[at] for at in (0, 2, 4)]


def test_hundreds_of_messages_come_each_once_however_they_are_cut(account: DovecotAccount) -> None:
    random.seed(7)
    messages = [
        b"Subject: %d\r\n\r\n" % n + random.randbytes(random.choice([9, 90_000])).hex().encode() for n in range(200)
    ]
    account.deliver_all(messages)
    with connected(account.mailbox(), account.password) as source:
        entries = list(source.describe(source.list().keys))
        downloads = list(source.download(entries))
    assert len(downloads) == 200
    assert {one.key: one.raw for one in downloads} == {str(n + 1): raw for n, raw in enumerate(messages)}


def test_a_download_that_is_dropped_does_not_disturb_the_next_command(account: DovecotAccount) -> None:
    account.deliver_all([b"Subject: big\r\n\r\n" + b"x" * 400_000 + b"\r\n"] * 20)
    with connected(account.mailbox(), account.password) as source:
        entries = list(source.describe(source.list().keys))
        first = next(iter(source.download(entries)))
        assert first.problem is None
        assert source.header("3") == b"Subject: big\r\n\r\n"
        assert len(bodies(source)) == 20


def test_a_message_of_thirty_megabytes_takes_little_more_memory_than_itself(account: DovecotAccount) -> None:
    size = 30_000_000
    account.deliver(b"Subject: big\r\n\r\n" + b"0123456789abcd\r\n" * (size // 16))
    with connected(account.mailbox(), account.password) as source:
        entries = list(source.describe(["1"]))
        tracemalloc.start()
        (one,) = source.download(entries)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert one.problem is None
    assert len(one.raw) == entries[0].size > size
    assert peak < 1.4 * size


def test_a_folder_with_a_name_of_its_own_is_opened(account: DovecotAccount) -> None:
    name = 'Anfragen & "Übergabe"'
    account.deliver(RAW, folder=name)
    with connected(account.mailbox(folder=name), account.password) as source:
        assert bodies(source) == [RAW]
        assert name in source.folders()


def test_a_missing_folder_is_named(account: DovecotAccount) -> None:
    with pytest.raises(FolderError, match="Nowhere"):
        steps(account.mailbox(folder="Nowhere"), account.password)


def test_the_steps_tell_what_was_found(account: DovecotAccount) -> None:
    account.deliver(RAW)
    taken = steps(account.mailbox(), account.password)
    assert list(taken) == list(StepName)
    assert taken[StepName.FOLDER].detail == "INBOX holds 1 messages"
    assert taken[StepName.CAPABILITIES].detail == "UIDPLUS, MOVE, IDLE"


def test_own_messages_are_deleted_and_foreign_marks_survive(box: Source, account: DovecotAccount) -> None:
    account.store_flags("2,5", r"\Deleted")
    box.delete(["1", "3"])
    assert [message.uid for message in account.messages()] == [1, 2, 3, 4, 5]
    settlement = box.finish()
    assert (settlement.done, settlement.refused) == (["1", "3"], {})
    box.close()
    left = account.messages()
    assert [(message.uid, r"\Deleted" in message.flags) for message in left] == [(2, True), (4, False), (5, True)]


def test_a_message_deleted_by_somebody_else_meanwhile_is_done(box: Source, account: DovecotAccount) -> None:
    account.expunge("2")
    box.delete(["1", "2"])
    assert box.finish().done == ["1", "2"]


def test_closing_carries_nothing_out(box: Source, account: DovecotAccount) -> None:
    box.delete(["1"])
    box.close()
    assert [message.uid for message in account.messages()] == [1, 2, 3, 4, 5]


def test_read_only_changes_nothing_whatever_is_called(account: DovecotAccount) -> None:
    account.deliver_all(numbered(3))
    with connected(account.mailbox(move_to="Done"), account.password, read_only=True) as source:
        assert len(bodies(source)) == 3
        source.delete(["1"])
        source.move(["2"], "Done")
        settlement = source.finish()
    assert settlement.done == []
    assert settlement.refused.keys() == {"1", "2"}
    assert [(message.uid, set(message.flags)) for message in account.messages()] == [(1, set()), (2, set()), (3, set())]
    assert account.messages("Done") == []


def test_a_connection_test_tells_that_the_target_will_be_made(account: DovecotAccount) -> None:
    with open_source(account.mailbox(move_to="Done"), given(account.password)) as source:
        taken = {step.name: step.detail for step in source.connect(read_only=True)}
    assert taken[StepName.FOLDER].endswith("the folder Done does not exist and will be made")


def test_messages_are_moved_and_the_folder_made_once(box: Source, account: DovecotAccount) -> None:
    box.move(["1", "2"], "Erledigt ä")
    box.move(["4"], "Erledigt ä")
    settlement = box.finish()
    assert settlement.done == ["1", "2", "4"]
    assert settlement.notes == ("made the folder Erledigt ä",)
    assert [message.raw for message in account.messages("Erledigt &AOQ-")] == [numbered(5)[at] for at in (0, 1, 3)]
    assert [message.uid for message in account.messages()] == [3, 5]


def test_moving_to_a_folder_that_cannot_be_made_is_refused(box: Source, account: DovecotAccount) -> None:
    box.move(["1"], "no/such~place/" + "x" * 300)
    settlement = box.finish()
    assert settlement.done == []
    assert settlement.refused.keys() == {"1"}
    assert len(account.messages()) == 5


@pytest.fixture(scope="module")
def no_move() -> Iterator[Dovecot]:
    """A Dovecot that offers UIDPLUS, but not MOVE."""
    with running("imap_capability = IMAP4rev1 LITERAL+ UIDPLUS") as server:
        yield server


@pytest.fixture(scope="module")
def no_uidplus() -> Iterator[Dovecot]:
    """A Dovecot that offers neither."""
    with running("imap_capability = IMAP4rev1") as server:
        yield server


def test_without_move_messages_are_copied_and_expunged(no_move: Dovecot) -> None:
    account = no_move.account()
    account.deliver_all(numbered(3))
    account.store_flags("3", r"\Deleted")
    with connected(account.mailbox(), account.password) as source:
        source.move(["1"], "Done")
        assert source.finish().done == ["1"]
    assert [message.raw for message in account.messages("Done")] == [numbered(1)[0]]
    assert [message.uid for message in account.messages()] == [2, 3]


def test_without_uidplus_messages_stay_marked_and_it_is_said(no_uidplus: Dovecot) -> None:
    account = no_uidplus.account()
    account.deliver_all(numbered(3))
    account.store_flags("3", r"\Deleted")
    with connected(account.mailbox(), account.password) as source:
        source.delete(["1"])
        settlement = source.finish()
    assert settlement.done == []
    assert "no UIDPLUS" in settlement.refused["1"]
    assert [(message.uid, r"\Deleted" in message.flags) for message in account.messages()] == [
        (1, True),
        (2, False),
        (3, True),
    ]


def test_a_renumbered_folder_has_another_uidvalidity(account: DovecotAccount) -> None:
    account.deliver(RAW)

    def uidvalidity() -> int:
        with connected(account.mailbox(), account.password) as source:
            return source.list().uidvalidity

    before = uidvalidity()
    account.renumber()
    assert uidvalidity() != before


def test_commands_before_connecting_are_refused(account: DovecotAccount) -> None:
    with open_source(account.mailbox(), given(account.password)) as source, pytest.raises(ConnectError):
        source.list()


def pymap_mailbox(pymap_server: Pymap, folder: str) -> Mailbox:
    return pymap_server.account().mailbox(security=Security.NONE, folder=folder)


def test_pymap_is_read_and_emptied(pymap_server: Pymap, pymap_folder: str) -> None:
    account = pymap_server.account()
    account.append_all(numbered(30), pymap_folder)
    with connected(pymap_mailbox(pymap_server, pymap_folder), account.password) as source:
        assert bodies(source) == numbered(30)
        keys = source.list().keys
        source.delete(keys[:10])
        source.move(keys[10:20], "Elsewhere")
        assert sorted(source.finish().done, key=int) == keys[:20]
    assert [message.raw for message in account.messages(pymap_folder)] == numbered(30)[20:]
    assert len(account.messages("Elsewhere")) == 10


def test_pymap_keeps_its_flags(pymap_server: Pymap, pymap_folder: str) -> None:
    account = pymap_server.account()
    account.append(RAW, pymap_folder)
    with connected(pymap_mailbox(pymap_server, pymap_folder), account.password) as source:
        assert download_all(source)
    assert [message.flags for message in account.messages(pymap_folder)] == [set()]
