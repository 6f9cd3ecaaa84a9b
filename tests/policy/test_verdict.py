"""The checks, in their order, and what the first that fails decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from allegra_tui import address
from allegra_tui.disguise import Names
from allegra_tui.model.mail import Address, Machine, MachineKind, Mail, Sender
from allegra_tui.model.settings import MARKER_WORDS
from allegra_tui.model.verdict import CheckName, Decision, Reason
from allegra_tui.policy.lists import compile_lists
from allegra_tui.policy.markers import Markers
from allegra_tui.policy.pattern import compile_pattern
from allegra_tui.policy.verdict import Policy, judge

ANNA = address.parse("anna@bosch.com")
BOB = address.parse("bob@elsewhere.org")
POLICY = Policy(markers=Markers(MARKER_WORDS, ["SUP"]), default_project="INBOX")


@dataclass(frozen=True)
class World:
    """What is known, written down by hand."""

    people: Sequence[Address] = (ANNA,)
    issues: dict[int, Sequence[Address]] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    alike: dict[str, str] = field(default_factory=dict)

    def registered(self, sender: Address) -> bool:
        return sender in self.people

    def resembled(self, sender: str) -> str | None:
        return self.alike.get(sender)

    def issue_exists(self, number: int) -> bool:
        return number in self.issues

    def takes_part(self, number: int, sender: Address) -> bool:
        return sender in self.issues[number]

    def recent(self, sender: Address, minutes: int) -> int:
        return 5

    def issue_of(self, message_ids: Sequence[str]) -> int | None:
        return next((self.messages[one] for one in message_ids if one in self.messages), None)


WORLD = World()


def mail(sender: Address | None = ANNA, subject: str = "Printer", **more: object) -> Mail:
    known = Sender(address=sender) if sender else Sender(reading="a@b.c", problem=Reason.SENDER_AMBIGUOUS, detail="two")
    return replace(Mail(subject=subject, title=subject, sender=known), **more)  # type: ignore[arg-type]


def test_a_registered_sender_makes_an_issue_in_the_default_project() -> None:
    verdict = judge(mail(), POLICY, WORLD, size=10)
    assert (verdict.decision, verdict.project, verdict.comment_on) == (Decision.CREATE, "INBOX", None)
    assert [check.name for check in verdict.checks] == list(CheckName)
    assert all(check.passed and check.detail for check in verdict.checks)


def test_the_mailbox_project_goes_before_the_default() -> None:
    assert judge(mail(), replace(POLICY, mailbox_project="SUP"), WORLD, size=10).project == "SUP"


@pytest.mark.parametrize(
    ("message", "policy", "decision", "reason"),
    [
        (mail(), replace(POLICY, max_bytes=9), Decision.REJECT, Reason.TOO_LARGE),
        (
            mail(machine=Machine(kind=MachineKind.BOUNCE, evidence="empty Return-Path")),
            POLICY,
            Decision.IGNORE,
            Reason.BOUNCE,
        ),
        (
            mail(machine=Machine(kind=MachineKind.AUTO_GENERATED, evidence="Auto-Submitted")),
            POLICY,
            Decision.IGNORE,
            Reason.AUTO_GENERATED,
        ),
        (mail(), replace(POLICY, own_addresses={address.key(ANNA)}), Decision.IGNORE, Reason.OWN_ADDRESS),
        (mail(None), POLICY, Decision.REJECT, Reason.SENDER_AMBIGUOUS),
        (mail(BOB), POLICY, Decision.REJECT, Reason.UNKNOWN_SENDER),
        (
            mail(BOB),
            replace(POLICY, allow_unknown_senders=True, pattern=compile_pattern(r"[^@ \t]@bosch\.com")),
            Decision.REJECT,
            Reason.PATTERN,
        ),
        (mail(), replace(POLICY, pattern=compile_pattern(r"elsewhere\.org")), Decision.REJECT, Reason.PATTERN),
        (mail(), replace(POLICY, lists=compile_lists(subjects=["printer"])), Decision.REJECT, Reason.SUBJECT_LIST),
        (mail(), replace(POLICY, rate_messages=5), Decision.REJECT, Reason.RATE),
        (
            mail(authentication_results=["mx.org; dmarc=fail header.from=bosch.com"]),
            replace(POLICY, authserv_id="mx.org"),
            Decision.REJECT,
            Reason.DMARC,
        ),
        (mail(), replace(POLICY, default_project=None), Decision.FAIL, Reason.NO_PROJECT),
    ],
)
def test_what_fails_first_decides(message: Mail, policy: Policy, decision: Decision, reason: Reason) -> None:
    verdict = judge(message, policy, WORLD, size=10)
    assert (verdict.decision, verdict.reason) == (decision, reason)
    assert len(verdict.checks) == len(CheckName)


def test_the_earlier_check_decides_though_the_later_ones_are_recorded() -> None:
    verdict = judge(mail(BOB), replace(POLICY, max_bytes=1, default_project=None), WORLD, size=10)
    failed = [check.name for check in verdict.checks if not check.passed]
    assert failed == [CheckName.SIZE, CheckName.REGISTERED, CheckName.PROJECT]
    assert verdict.reason is Reason.TOO_LARGE


def test_auto_generated_mail_is_taken_where_the_mailbox_says_so() -> None:
    message = mail(machine=Machine(kind=MachineKind.AUTO_GENERATED, evidence="Auto-Submitted"))
    assert judge(message, replace(POLICY, take_auto_generated=True), WORLD, size=10).decision is Decision.CREATE


def test_an_ambiguous_sender_is_never_let_in_by_allowing_strangers() -> None:
    policy = replace(POLICY, allow_unknown_senders=True, pattern=compile_pattern(".*"))
    assert judge(mail(None), policy, WORLD, size=10).decision is Decision.REJECT


class TestFollowUp:
    """Comment or new issue."""

    world = World(issues={12: [BOB], 13: []}, messages={"<a@x>": 13})
    open_policy = replace(POLICY, allow_unknown_senders=True)

    def test_a_marker_leads_to_its_issue(self) -> None:
        verdict = judge(mail(subject="Re: [#12] x"), POLICY, self.world, size=1)
        assert (verdict.decision, verdict.comment_on, verdict.project) == (Decision.COMMENT, 12, None)

    def test_the_marker_goes_before_the_references(self) -> None:
        assert judge(mail(subject="[#12]", references=["<a@x>"]), POLICY, self.world, size=1).comment_on == 12

    def test_references_lead_to_the_issue_of_the_message_they_name(self) -> None:
        assert judge(mail(references=["<no@x>", "<a@x>"]), POLICY, self.world, size=1).comment_on == 13

    def test_a_number_that_is_no_issue_makes_a_new_one(self) -> None:
        verdict = judge(mail(subject="[#99]"), POLICY, self.world, size=1)
        assert verdict.decision is Decision.CREATE
        assert "[#99]" in verdict.checks[8].detail

    def test_the_leftmost_existing_number_wins(self) -> None:
        assert judge(mail(subject="[#99] [#13] [#12]"), POLICY, self.world, size=1).comment_on == 13

    def test_strangers_comment_where_they_take_part(self) -> None:
        assert judge(mail(BOB, "[#12]"), self.open_policy, self.world, size=1).comment_on == 12

    @pytest.mark.parametrize("message", [mail(BOB, "[#13]"), mail(BOB, references=["<a@x>"])])
    def test_strangers_make_a_new_issue_elsewhere(self, message: Mail) -> None:
        verdict = judge(message, self.open_policy, self.world, size=1)
        assert (verdict.decision, verdict.comment_on) == (Decision.CREATE, None)
        assert "takes no part" in verdict.checks[8].detail
        free = replace(self.open_policy, unknown_comment_own_only=False)
        assert judge(message, free, self.world, size=1).comment_on == 13

    def test_a_forward_is_told_apart(self) -> None:
        verdict = judge(mail(subject="WG: [#12]"), POLICY, self.world, size=1)
        assert verdict.comment_on == 12
        assert "forward" in verdict.checks[8].detail

    def test_where_a_refused_message_would_have_gone_is_recorded(self) -> None:
        verdict = judge(mail(BOB, "[#12]"), POLICY, self.world, size=1)
        assert (verdict.decision, verdict.comment_on) == (Decision.REJECT, 12)


def test_who_could_be_taken_for_somebody_else_is_told_and_decides_nothing() -> None:
    eve = address.parse("anna@bosсh.com")
    policy = replace(POLICY, allow_unknown_senders=True, trusted_domains=Names.of(["bosch.com"]))
    message = replace(mail(eve), sender=Sender(address=eve, reading=str(eve), name="anna@bosch.com"))
    verdict = judge(message, policy, WORLD, size=1)
    (check,) = (check for check in verdict.checks if check.name is CheckName.SENDER_FORM)
    assert check.passed
    assert "careful, it reads bosсh.com: mixed letters, Cyrillic and Latin" in check.detail
    assert "careful, it looks like bosch.com" in check.detail
    assert "careful, the name plays another address: anna@bosch.com" in check.detail


def test_a_stranger_who_resembles_a_registered_sender_is_told_once_and_decides_nothing() -> None:
    world = World(alike={"ceo@exarnple.com": "ceo@example.com", "eve@b0sch.com": "bosch.com"})
    policy = replace(POLICY, allow_unknown_senders=True, trusted_domains=Names.of(["bosch.com"]))
    for written, told in {
        "ceo@exarnple.com": "careful, it resembles ceo@example.com, which is registered",
        "eve@b0sch.com": "careful, it looks like bosch.com",
        "bob@elsewhere.org": "",
    }.items():
        verdict = judge(mail(address.parse(written)), policy, world, size=1)
        (check,) = (check for check in verdict.checks if check.name is CheckName.SENDER_FORM)
        assert verdict.decision is Decision.CREATE
        assert check.detail == "; ".join(filter(None, [f"From leaves one reading: {written}", told]))
