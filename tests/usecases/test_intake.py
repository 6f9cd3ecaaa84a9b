"""From a real mailbox to issues: what is made, what is left, what is told."""

import threading
from collections import Counter
from dataclasses import replace
from email.message import EmailMessage

import pytest

from allegra_tui.model.issue import State
from allegra_tui.model.settings import Protocol, Security
from allegra_tui.model.verdict import Outcome, Reason, Review
from allegra_tui.store import issues, leases, mailboxes
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.errors import NotFound
from allegra_tui.usecases.intake import IntakeOff
from allegra_tui.usecases.policies import PatternUnusable
from tests.servers.dovecot import DovecotAccount
from tests.usecases.conftest import Intake, letter

BOTH = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])


@BOTH
def test_mail_becomes_issues_and_leaves_the_server(intake: Intake, account: DovecotAccount, protocol: Protocol) -> None:
    intake.add(account.mailbox(protocol=protocol), account.password)
    account.deliver_all([letter("One"), letter("Two", sender='"Bob B." <bob@x.org>')])
    done = intake.fetch()
    assert (done.received, done.created, done.mailboxes[0].deleted, done.mailboxes[0].error) == (2, 2, 2, None)
    one, two = intake.issues()
    assert (one.title, one.description.strip(), one.project) == ("One", "It does not print.", "INBOX")
    assert (two.submitter.address, two.submitter.name, two.submitter.registered) == ("bob@x.org", "Bob B.", False)
    assert account.messages() == []
    assert intake.settled() == ["done", "done"]
    assert intake.fetch().received == 0


@BOTH
def test_left_on_the_server_nothing_is_touched(intake: Intake, account: DovecotAccount, protocol: Protocol) -> None:
    intake.add(account.mailbox(protocol=protocol, leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two")])
    account.store_flags("1", r"\Seen \Flagged")
    before = account.messages()
    done = intake.fetch()
    assert (done.created, done.mailboxes[0].left, done.mailboxes[0].deleted) == (2, 2, 0)
    assert [message.flags for message in account.messages()] == [message.flags for message in before]
    assert intake.settled() == ["left", "left"]
    account.deliver(letter("Three"))
    account.store_flags("3", r"\Seen")
    again = intake.fetch()
    assert (again.received, again.created) == (1, 1)


def test_moved_where_the_mailbox_says(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(move_to="Processed"), account.password)
    account.deliver(letter("One"))
    assert intake.fetch().mailboxes[0].moved == 1
    assert account.messages() == []
    assert len(account.messages("Processed")) == 1


def test_attachments_and_replies(intake: Intake, account: DovecotAccount) -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "anna@bosch.com", "Scan", "<scan@bosch.com>"
    message.set_content("See the file.")
    message.add_attachment(b"%PDF-1.4 scan", maintype="application", subtype="pdf", filename="scan.pdf")
    intake.add(account.mailbox(), account.password)
    account.deliver(message.as_bytes())
    intake.fetch()
    with intake.store.write() as tx:
        issues.set_state(tx, [1], State.CLOSED)
    account.deliver_all(
        [
            letter("Re: [#1] Scan", "By its number."),
            letter("Re: Scan", "By its parent.", headers=["In-Reply-To: <scan@bosch.com>"]),
            letter("Re: [#1] Scan", "A stranger.", sender="eve@elsewhere.org"),
        ]
    )
    done = intake.fetch()
    assert (done.commented, done.created) == (2, 1)
    scan, stranger = intake.issues()
    assert [(file.filename, file.size) for file in scan.attachments] == [("scan.pdf", 13)]
    assert [comment.text.strip() for comment in scan.comments] == ["By its number.", "By its parent."]
    assert scan.state is State.OPEN
    assert stranger.submitter.address == "eve@elsewhere.org"
    assert "takes no part" in intake.rows()[-1].checks[8].detail


def test_refusals_are_recorded_settled_and_open_for_review(intake: Intake, account: DovecotAccount) -> None:
    intake.set(allow_unknown_senders=False, allowed_pattern=r"[^@ \t]@bosch\.com")
    intake.register("anna@bosch.com")
    intake.add(account.mailbox(addresses=["issues@bosch.com"]), account.password)
    account.deliver_all(
        [
            letter("Taken", sender="Anna <ANNA@bosch.com>"),
            letter("Unknown", sender="eve@bosch.com"),
            letter("Foreign", sender="eve@bosch.com.evil.org"),
            letter("Two", sender="anna@bosch.com, eve@x.org"),
            letter("Away", headers=["Auto-Submitted: auto-replied"]),
            letter("Loop", sender="issues@bosch.com"),
        ]
    )
    done = intake.fetch()
    assert (done.created, done.rejected, done.ignored) == (1, 3, 2)
    assert [(event.outcome, event.reason) for event in intake.told] == [
        (Outcome.CREATED, None),
        (Outcome.REJECTED, Reason.UNKNOWN_SENDER),
        (Outcome.REJECTED, Reason.UNKNOWN_SENDER),
        (Outcome.REJECTED, Reason.SENDER_AMBIGUOUS),
        (Outcome.IGNORED, Reason.AUTO_REPLY),
        (Outcome.IGNORED, Reason.OWN_ADDRESS),
    ]
    assert [row.review for row in intake.rows()] == [Review.NONE, *[Review.OPEN] * 3, Review.NONE, Review.NONE]
    assert account.messages() == []


def test_a_flood_is_parked(intake: Intake, account: DovecotAccount) -> None:
    intake.set(rate_messages=3)
    intake.add(account.mailbox(), account.password)
    account.deliver_all([letter(f"Flood {number}") for number in range(6)] + [letter("Other", sender="bob@x.org")])
    assert intake.fetch(dry_run=True).rejected == 3
    done = intake.fetch()
    assert (done.created, done.rejected) == (4, 3)
    assert {row.review for row in intake.rows() if row.reason is Reason.RATE} == {Review.OPEN}


def test_a_flood_in_another_name_uses_nothing_up(intake: Intake, account: DovecotAccount) -> None:
    """Neither by another reading of From, nor by failing DMARC, nor by copies or machine mail, which nobody checks."""
    intake.set(rate_messages=2, authserv_id="mx.example.org", reject_subjects=["^casino"])
    intake.add(account.mailbox(), account.password)
    failed = "Authentication-Results: mx.example.org; dmarc=fail header.from=bosch.com"
    forged: list[tuple[Reason, bytes]] = []
    for number in range(3):
        text = f"Forged {number}"
        forged += [
            (Reason.SENDER_AMBIGUOUS, letter(text=text, sender="anna@bosch.com, eve@evil.org")),
            (Reason.DMARC, letter(text=text, headers=[failed])),
            (Reason.AUTO_REPLY, letter("Away", text, headers=[failed, "Auto-Submitted: auto-replied"])),
            (Reason.SUBJECT_LIST, letter("Casino", text, headers=[failed])),
            (Reason.DUPLICATE, letter("Mine")),
        ]
    others = [letter("Mine, too"), letter("Too much")]
    account.deliver_all([letter("Mine"), *(raw for _, raw in forged), *others])
    assert intake.fetch(dry_run=True).created == 2
    assert intake.fetch().created == 2
    counted = Counter(row.reason for row in intake.rows())
    assert counted == Counter([None, *(reason for reason, _ in forged), None, Reason.RATE])
    assert [row.subject for row in intake.rows() if row.reason is Reason.RATE] == ["Too much"]


def test_lists_reject_cut_and_leave_out(intake: Intake, account: DovecotAccount) -> None:
    intake.set(reject_subjects=["^spam"], cut_passages=[r"Confidential\..*"], drop_file_names=[r"\.vcf$"])
    message = EmailMessage()
    message["From"], message["Subject"] = "anna@bosch.com", "Card"
    message.set_content("Hello.\nConfidential. Really.\n")
    message.add_attachment(b"BEGIN:VCARD", maintype="text", subtype="vcard", filename="anna.vcf")
    intake.add(account.mailbox(), account.password)
    account.deliver_all([letter("SPAM for you"), message.as_bytes()])
    done = intake.fetch()
    assert (done.created, done.rejected) == (1, 1)
    (card,) = intake.issues()
    assert (card.visible_text, card.attachments) == ("Hello.", ())
    assert "Confidential" in card.description


@BOTH
def test_too_large_is_refused_by_its_header_and_stays(
    intake: Intake, account: DovecotAccount, protocol: Protocol
) -> None:
    intake.set(max_message_mb=1)
    intake.add(account.mailbox(protocol=protocol), account.password)
    account.deliver_all([letter("Huge", "x" * 70 + ("\r\n" + "x" * 70) * 20_000), letter("Small")])
    done = intake.fetch()
    assert (done.received, done.created, done.rejected) == (2, 1, 1)
    assert (done.mailboxes[0].left, done.mailboxes[0].deleted) == (1, 1)
    refused = next(row for row in intake.rows() if row.outcome is Outcome.REJECTED)
    assert (refused.reason, refused.subject, refused.review) == (Reason.TOO_LARGE, "Huge", Review.OPEN)
    assert len(account.messages()) == 1
    assert intake.fetch().received == 0


@BOTH
def test_an_identical_message_is_a_duplicate(intake: Intake, account: DovecotAccount, protocol: Protocol) -> None:
    intake.add(account.mailbox(protocol=protocol), account.password)
    account.deliver_all([letter("Same"), b"Received: by another way\r\n" + letter("Same"), letter("Same", "But not.")])
    done = intake.fetch()
    assert (done.received, done.created, done.duplicate) == (3, 2, 1)
    account.deliver(letter("Same"))
    assert (intake.fetch().duplicate, len(intake.issues())) == (1, 2)
    assert account.messages() == []


def test_the_same_message_in_two_mailboxes_makes_an_issue_in_each(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox("one"), account.password)
    intake.add(account.mailbox("two", folder="Other", project="SUP"), account.password)
    account.deliver(letter("Both"))
    account.deliver(letter("Both"), "Other")
    intake.fetch("one")
    intake.fetch("two")
    assert [issue.project for issue in intake.issues()] == ["INBOX", "SUP"]
    assert "came by one as #1" in intake.rows()[-1].checks[-1].detail


def test_renumbered_messages_are_recognised(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two", "No id.")])
    intake.fetch()
    account.renumber()
    account.deliver(letter("Three"))
    done = intake.fetch()
    assert (done.created, done.duplicate) == (1, 2)
    assert [len(row.locations) for row in intake.rows()] == [2, 2, 1]
    assert intake.fetch().received == 0


def test_deletions_pending_under_an_old_numbering_are_dropped(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver(letter("Stays"))
    intake.fetch()
    with intake.store.write() as tx:
        stored = mailboxes.get(tx, box.id)
        assert stored
        mailboxes.save(tx, replace(stored, leave_on_server=False))
    account.renumber()
    intake.fetch()
    # The first location said "leave"; the message is met again under today's setting.
    assert intake.settled() == ["left", "done"]


def test_foreign_deleted_marks_survive(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(first_contact="new"), account.password)
    account.deliver_all([letter("Theirs"), letter("Skipped")])
    account.store_flags("1", r"\Deleted")
    intake.fetch()
    account.deliver(letter("Mine"))
    assert intake.fetch().mailboxes[0].deleted == 1
    assert [(message.uid, r"\Deleted" in message.flags) for message in account.messages()] == [(1, True), (2, False)]


class TestFirstContact:
    """What is taken of the mail that is there."""

    @BOTH
    def test_new_takes_what_comes_from_now_on(
        self, intake: Intake, account: DovecotAccount, protocol: Protocol
    ) -> None:
        intake.add(account.mailbox(protocol=protocol, first_contact="new"), account.password)
        account.deliver_all([letter("Old one"), letter("Old two")])
        assert intake.fetch().received == 0
        account.deliver(letter("New"))
        assert intake.fetch().created == 1
        assert [issue.title for issue in intake.issues()] == ["New"]
        assert len(account.messages()) == 2

    def test_days_look_at_when_the_server_got_it(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(account.mailbox(first_contact=3), account.password)
        with account.imap("INBOX") as other:
            other.append("INBOX", "", '"01-Jan-2020 10:00:00 +0000"', letter("Old"))
        account.append(letter("Fresh"))
        assert intake.fetch().created == 1
        assert [issue.title for issue in intake.issues()] == ["Fresh"]
        assert intake.fetch().received == 0

    def test_what_was_skipped_stays_skipped_after_a_renumbering(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(account.mailbox(first_contact="new", leave_on_server=True), account.password)
        with account.imap("INBOX") as other:
            other.append("INBOX", "", '"01-Jan-2020 10:00:00 +0000"', letter("Old"))
        intake.fetch()
        account.renumber()
        account.deliver(letter("New"))
        assert [event.subject for event in intake.told] == []
        assert intake.fetch().created == 1
        assert [issue.title for issue in intake.issues()] == ["New"]


class TestWhatDoesNotStart:
    """The intake that does nothing, and says so."""

    def test_switched_off(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(account.mailbox(), account.password)
        intake.set(enabled=False)
        account.deliver(letter())
        with pytest.raises(IntakeOff):
            intake.fetch()
        assert len(account.messages()) == 1

    def test_unusable_pattern(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(account.mailbox(), account.password)
        intake.set(allowed_pattern="(unclosed")
        account.deliver(letter())
        with pytest.raises(PatternUnusable):
            intake.fetch()
        assert len(account.messages()) == 1

    def test_global_mailbox_without_default_project(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(account.mailbox("global"), account.password)
        intake.add(account.mailbox("support", folder="Other", project="SUP"), account.password)
        intake.set(default_project=None)
        account.deliver(letter())
        account.deliver(letter(), "Other")
        done = intake.fetch()
        by_name = {report.name: report for report in done.mailboxes}
        assert "default project" in (by_name["global"].error or "")
        assert (by_name["support"].error, done.created) == (None, 1)
        assert len(account.messages()) == 1

    def test_unknown_name(self, intake: Intake) -> None:
        with pytest.raises(NotFound):
            intake.fetch("nowhere")

    def test_one_bad_mailbox_does_not_stop_the_others(self, intake: Intake, account: DovecotAccount) -> None:
        intake.add(replace(account.mailbox("bad"), port=1, username="other"), "x")
        intake.add(account.mailbox("wrong", folder="Other"), "wrong password")
        intake.add(account.mailbox("good"), account.password)
        account.deliver(letter())
        done = intake.fetch()
        assert done.created == 1
        assert [report.error is None for report in done.mailboxes] == [
            report.name == "good" for report in done.mailboxes
        ]


def test_a_mailbox_another_intake_holds_is_skipped(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(), account.password)
    account.deliver(letter())
    with intake.store.write() as tx:
        held = owner.own(box.id, tx.now())
        assert leases.acquire(tx, held, dead=owner.dead) is None
    done = intake.fetch()
    assert (done.received, done.mailboxes[0].error) == (0, None)
    assert "another intake" in (done.mailboxes[0].skipped or "")
    with intake.store.write() as tx:
        leases.release(tx, held)
    assert intake.fetch().created == 1


def test_the_lease_of_a_dead_process_is_taken_over(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(), account.password)
    account.deliver(letter())
    with intake.store.write() as tx:
        leases.acquire(tx, replace(owner.own(box.id, tx.now()), started="1/1"), dead=owner.dead)
    assert intake.fetch().created == 1


def test_a_dry_run_changes_nothing_and_meets_its_own_issues(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    account.deliver_all([letter("Root", message_id="<root@x>"), letter("Re: Root", headers=["References: <root@x>"])])
    done = intake.fetch(dry_run=True)
    assert (done.created, done.commented) == (1, 1)
    assert [(event.issue, event.dry_run) for event in intake.told] == [(1, True), (1, True)]
    assert (intake.rows(), intake.issues()) == ([], [])
    assert [message.flags for message in account.messages()] == [frozenset(), frozenset()]
    real = intake.fetch()
    assert (real.created, real.commented) == (1, 1)


def test_a_stopped_run_says_that_there_is_more(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(run_seconds=0), account.password)
    account.deliver(letter())
    done = intake.fetch()
    assert (done.received, done.mailboxes[0].more, done.mailboxes[0].error) == (0, True, None)


@pytest.mark.parametrize("security", list(Security))
@BOTH
def test_every_security(intake: Intake, account: DovecotAccount, protocol: Protocol, security: Security) -> None:
    intake.add(account.mailbox(protocol=protocol, security=security), account.password)
    account.deliver(letter())
    assert intake.fetch().created == 1


def test_two_runs_at_once_in_one_process(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    account.deliver_all([letter(f"Number {number}") for number in range(60)])
    runs = [threading.Thread(target=intake.fetch) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    intake.fetch()
    assert len(intake.issues()) == 60
    assert account.messages() == []
