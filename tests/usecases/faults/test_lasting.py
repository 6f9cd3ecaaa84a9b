"""Faults that last: what they do to a mailbox over several runs."""

import pytest

from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.model.verdict import Outcome, Reason
from allegra_tui.store import mailboxes
from tests.servers.faulty import Answer, Command, Maildrop, Part, faulty
from tests.servers.faulty.faults import After, Before, OfMessage, Rewritten, hang_up, say
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter

BOTH = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
LETTERS = [letter(f"Letter {number}") for number in range(1, 13)]


def _state(intake: Intake, box: Mailbox) -> MailboxState:
    with intake.store.read() as tx:
        return mailboxes.state(tx, box.id)


def _titles(intake: Intake) -> list[str]:
    return [issue.title for issue in intake.issues()]


@BOTH
def test_a_message_that_cannot_be_had_is_told_each_time_and_does_not_make_the_mailbox_fail(
    intake: Intake, protocol: Protocol
) -> None:
    with faulty(protocol, Maildrop(LETTERS[:3]), OfMessage(2, lambda _: b"", hang_up)) as server:
        box = intake.add(server.mailbox(), "secret")
        first = intake.fetch().mailboxes[0]
        before = _state(intake, box)
        second = intake.fetch().mailboxes[0]
        after = _state(intake, box)
        assert "2 could not be downloaded" in (first.error or "")
        assert second.error is not None
        assert (first.received, second.received, len(server.maildrop.inbox.messages)) == (2, 0, 1)
        assert (after.error, after.consecutive_errors) == (second.error, 0)
        assert before.last_success is not None
        assert after.last_success is not None
        assert after.last_success > before.last_success

        server.fault = Before(say(b"* BYE\r\n" if protocol is Protocol.IMAP else b"-ERR\r\n"), "greeting")
        down = intake.fetch().mailboxes[0]
        assert "greet" in (down.error or "")
        assert (_state(intake, box).consecutive_errors, _state(intake, box).last_success) == (1, after.last_success)


@BOTH
def test_several_messages_that_break_the_connection_do_not_bar_the_way(intake: Intake, protocol: Protocol) -> None:
    bad = {3, 4, 5, 9}

    def cut(command: Command, answer: Answer) -> Answer:
        return answer[: next((at for at, part in enumerate(answer) if part.uid in bad), len(answer))]

    class Breaking(Rewritten):
        async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
            said = await super().answer(talk, command, answer)
            if len(said) < len(answer):
                await talk.put(b"".join(part.data for part in said))
                talk.hang_up()
            return said

    with faulty(protocol, Maildrop(LETTERS), Breaking(cut, "bodies")) as server:
        intake.add(server.mailbox(), "secret")
        done = intake.fetch().mailboxes[0]
        assert "(and 3 more)" in (done.error or "")
        assert _titles(intake) == [f"Letter {number}" for number in range(1, 13) if number not in bad]
        assert {stored.uid for stored in server.maildrop.inbox.messages} == bad


@BOTH
def test_what_came_before_a_connection_ended_for_good_is_kept(intake: Intake, protocol: Protocol) -> None:
    class Dying(OfMessage):
        async def greet(self, talk: Talk, greeting: bytes) -> bytes:
            if server.connections > 1:
                talk.hang_up()
            return greeting

    with faulty(protocol, Maildrop(LETTERS), Dying(8, lambda _: b"", hang_up)) as server:
        intake.add(server.mailbox(), "secret")
        assert "closed the connection" in (intake.fetch().mailboxes[0].error or "")
        assert _titles(intake) == [f"Letter {number}" for number in range(1, 8)]
        assert len(server.maildrop.inbox.messages) == 12
        server.heal()
        assert intake.fetch().mailboxes[0].error is None
        assert (len(intake.issues()), server.maildrop.inbox.messages) == (12, [])


@BOTH
def test_a_header_at_which_the_connection_breaks_is_told_and_the_others_are_taken(
    intake: Intake, protocol: Protocol
) -> None:
    intake.set(max_message_mb=1)
    maildrop = Maildrop([*LETTERS[:2], letter("Huge", "x" * 70 + ("\r\n" + "x" * 70) * 20_000), *LETTERS[2:4]])
    with faulty(protocol, maildrop, Before(hang_up, "header")) as server:
        intake.add(server.mailbox(), "secret")
        assert "header of message" in (intake.fetch().mailboxes[0].error or "")
        assert _titles(intake) == ["Letter 1", "Letter 2", "Letter 3", "Letter 4"]
        server.heal()
        done = intake.fetch()
        assert (done.mailboxes[0].error, done.rejected) == (None, 1)
        assert intake.rows()[-1].reason is Reason.TOO_LARGE


def test_a_size_of_4_gb_is_believed_and_costs_nothing(intake: Intake) -> None:
    def huge(command: Command, answer: Answer) -> Answer:
        return [Part(b"* 2 FETCH (UID 2 RFC822.SIZE 4294967295)\r\n") if part.uid == 2 else part for part in answer]

    with faulty(Protocol.IMAP, Maildrop(LETTERS[:3]), Rewritten(huge, "sizes")) as server:
        intake.add(server.mailbox(), "secret")
        done = intake.fetch()
        assert (done.created, done.rejected, done.mailboxes[0].error) == (2, 1, None)
        assert [stored.uid for stored in server.maildrop.inbox.messages] == [2]


@BOTH
def test_a_message_that_was_put_back_is_left_and_not_taken_twice(intake: Intake, protocol: Protocol) -> None:
    with faulty(protocol, Maildrop(LETTERS[:3])) as server:
        intake.add(server.mailbox(), "secret")
        inbox = server.maildrop.inbox
        back = list(inbox.messages)
        assert intake.fetch().created == 3
        inbox.messages = back
        assert intake.fetch().created == 0
        server.heard.clear()
        assert intake.fetch().received == 0
        assert not [line for line in server.heard if b"BODY" in line or b"RETR" in line]
        assert (inbox.messages, len(intake.rows())) == (back, 3)
        assert [row.locations[-1].settle for row in intake.rows()] == ["left"] * 3


@BOTH
def test_what_was_refused_is_asked_for_again_and_told_until_it_is_done(intake: Intake, protocol: Protocol) -> None:
    place, no = ("STORE", b"<tag> NO [NOPERM] no\r\n") if protocol is Protocol.IMAP else ("DELE", b"-ERR NOPERM\r\n")
    with faulty(protocol, Maildrop(LETTERS[:2]), Before(say(no), place)) as server:
        box = intake.add(server.mailbox(), "secret")
        for _ in range(2):
            assert intake.fetch().mailboxes[0].error is None
            assert "2 messages stay on the server" in (_state(intake, box).note or "")
        server.take(1)
        intake.fetch()
        assert "1 messages stay" in (_state(intake, box).note or "")
        server.heal()
        assert intake.fetch().mailboxes[0].deleted == 1
        assert (_state(intake, box).note, server.maildrop.inbox.messages) == (None, [])
        assert intake.settled() == ["done", "done"]


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_marks_of_others_survive_and_deletions_that_were_cut_off_are_finished(
    intake: Intake, capabilities: str
) -> None:
    maildrop = Maildrop([letter("Theirs")])
    with faulty(Protocol.IMAP, maildrop) as server:
        server.capabilities = capabilities
        intake.add(server.mailbox(first_contact="new"), "secret")
        intake.fetch()
        for raw in LETTERS[:3]:
            maildrop.inbox.add(raw)
        maildrop.inbox.messages[0].flags.add(r"\Deleted")
        server.fault = After(hang_up, "STORE")
        assert intake.fetch().mailboxes[0].error is not None
        assert [stored.flags for stored in maildrop.inbox.messages] == [{r"\Deleted"}] * 4
        server.heal()
        assert intake.fetch().mailboxes[0].error is None
        left = {stored.uid: stored.flags for stored in maildrop.inbox.messages}
        marked = (1,) if "UIDPLUS" in capabilities else (1, 2, 3, 4)
        assert left == {uid: {r"\Deleted"} for uid in marked}
        assert len(intake.issues()) == 3
        assert {row.outcome for row in intake.rows()} == {Outcome.CREATED}


def test_what_was_refused_deletes_no_other_message_that_has_its_name_by_now(intake: Intake) -> None:
    with faulty(Protocol.POP3, Maildrop(LETTERS[:1]), Before(say(b"-ERR no\r\n"), "DELE")) as server:
        intake.add(server.mailbox(), "secret")
        intake.fetch()
        assert intake.settled() == ["refused"]
        server.maildrop.inbox.messages[0].raw = letter("Another", "Under the name that the first one had.")
        server.heal()
        assert intake.fetch().mailboxes[0].error is None
        assert _titles(intake) == ["Letter 1", "Another"]
        assert server.maildrop.inbox.messages == []


def test_what_was_refused_is_not_downloaded_in_each_run_where_sizes_are_estimated(intake: Intake) -> None:
    def estimated(command: Command, answer: Answer) -> Answer:
        return [Part(b"1 %d\r\n" % (len(LETTERS[0]) + 7), part.uid) if part.uid else part for part in answer]

    class Estimating(Rewritten):
        async def hear(self, talk: Talk, command: Command) -> Answer | None:
            return [Part(b"-ERR no\r\n")] if command.name == "DELE" else None

    with faulty(Protocol.POP3, Maildrop(LETTERS[:1]), Estimating(estimated, "LIST")) as server:
        intake.add(server.mailbox(), "secret")
        for _ in range(4):
            assert intake.fetch().mailboxes[0].error is None
        assert len([line for line in server.heard if b"RETR" in line or b"TOP" in line]) <= 2
        assert (_titles(intake), len(intake.rows())) == (["Letter 1"], 1)


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_what_was_copied_and_could_not_be_expunged_is_not_copied_in_each_run(intake: Intake, capabilities: str) -> None:
    with faulty(Protocol.IMAP, Maildrop(LETTERS[:2]), Before(say(b"<tag> NO not now\r\n"), "EXPUNGE")) as server:
        server.capabilities = capabilities
        box = intake.add(server.mailbox(move_to="Processed"), "secret")
        for _ in range(3):
            assert intake.fetch().mailboxes[0].error is None
            assert "2 messages stay on the server" in (_state(intake, box).note or "")
            assert [stored.raw for stored in server.maildrop.folders["Processed"].messages] == LETTERS[:2]
        server.heal()
        server.capabilities = "IMAP4rev1 UIDPLUS"
        assert intake.fetch().mailboxes[0].moved == 2
        assert server.maildrop.inbox.messages == []
        assert len(server.maildrop.folders["Processed"].messages) == 2
