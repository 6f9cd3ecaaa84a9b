"""What is to become of a message: the checks of the design, in their order, over a parsed mail. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from allegra_tui import address, disguise
from allegra_tui.address import MAX_ADDRESS_BYTES
from allegra_tui.model.mail import Address, MachineKind, Mail
from allegra_tui.model.verdict import Check, CheckName, Decision, Reason, Verdict
from allegra_tui.policy.authentication import Dmarc, read_results
from allegra_tui.policy.lists import Lists
from allegra_tui.policy.markers import Markers, chain
from allegra_tui.policy.pattern import Pattern, accepts
from allegra_tui.text import clip

_NAME_CELLS = 200
"""How much of a sender's name a check repeats."""
_IGNORED = {Reason.BOUNCE, Reason.AUTO_REPLY, Reason.AUTO_GENERATED, Reason.OWN_ADDRESS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings a verdict follows, of the intake and of the mailbox a message came from."""

    markers: Markers
    pattern: Pattern | None = None
    allow_unknown_senders: bool = False
    unknown_comment_own_only: bool = True
    default_project: str | None = None
    mailbox_project: str | None = None
    take_auto_generated: bool = False
    own_addresses: Collection[str] = field(default_factory=frozenset)
    """The mailbox's own addresses, as `address.key` writes them."""
    max_bytes: int = 25 * 1024 * 1024
    lists: Lists = field(default_factory=Lists)
    authserv_id: str = ""
    rate_messages: int = 0
    """Messages a sender may send within `rate_minutes`; 0 for no limit."""
    rate_minutes: int = 10
    trusted_domains: disguise.Names = field(default_factory=lambda: disguise.Names({}))
    """Senders whose domain looks like one of these are warned of."""


class Known(Protocol):
    """What a verdict asks of the world."""

    def registered(self, sender: Address) -> bool:
        """Whether the sender is registered."""
        ...

    def resembled(self, sender: str) -> str | None:
        """The registered address, or domain of registered ones, that a stranger's address looks like."""
        ...

    def issue_exists(self, number: int) -> bool:
        """Whether there is an issue with this number."""
        ...

    def takes_part(self, number: int, sender: Address) -> bool:
        """Whether the sender submitted the issue or commented on it."""
        ...

    def recent(self, sender: Address, minutes: int) -> int:
        """How many messages of this sender came within the last minutes that no check before the rate refused, this
        one not counted."""
        ...

    def issue_of(self, message_ids: Sequence[str]) -> int | None:
        """The issue that the first known of these messages became or was added to."""
        ...


def judge(mail: Mail, policy: Policy, known: Known, *, size: int, elsewhere: Sequence[str] = ()) -> Verdict:
    """Run every check and let the first that fails decide. `size` is the message's, in bytes; `elsewhere` tells of the
    same message in other mailboxes.

    Project and follow-up are filled in whatever the outcome, so that a released message goes where it would have gone.
    """
    sender = mail.sender.address
    registered = sender is not None and known.registered(sender)
    follow_up, comment_on = _follow_up(mail, policy, known, registered=registered)
    project = None if comment_on else policy.mailbox_project or policy.default_project
    checks = (
        _size(size, policy),
        _machine(mail, policy),
        _sender_form(mail, policy, known),
        _reject_lists(mail, policy),
        _registered(mail, policy, registered=registered),
        _pattern(sender, policy),
        _authentication(mail, policy),
        _rate(sender, policy, known),
        follow_up,
        _project(comment_on, project, policy, elsewhere),
    )
    failed = next((check for check in checks if not check.passed), None)
    return Verdict(
        decision=_decision(failed, comment_on),
        checks=checks,
        reason=failed.reason if failed else None,
        project=project,
        comment_on=comment_on,
    )


def _decision(failed: Check | None, comment_on: int | None) -> Decision:
    if failed is None:
        return Decision.COMMENT if comment_on else Decision.CREATE
    if failed.reason is Reason.NO_PROJECT:
        return Decision.FAIL
    return Decision.IGNORE if failed.reason in _IGNORED else Decision.REJECT


def _passed(name: CheckName, detail: str) -> Check:
    return Check(name=name, passed=True, detail=detail)


def _failed(name: CheckName, reason: Reason, detail: str) -> Check:
    return Check(name=name, passed=False, reason=reason, detail=detail)


def _size(size: int, policy: Policy) -> Check:
    told = f"{size:,} bytes, the limit is {policy.max_bytes:,}"
    if size > policy.max_bytes:
        return _failed(CheckName.SIZE, Reason.TOO_LARGE, told)
    return _passed(CheckName.SIZE, told)


def _machine(mail: Mail, policy: Policy) -> Check:
    machine = mail.machine
    if machine and not (machine.kind is MachineKind.AUTO_GENERATED and policy.take_auto_generated):
        return _failed(CheckName.MACHINE, Reason(machine.kind.value), machine.evidence)
    sender = mail.sender.address
    if sender and address.key(sender) in policy.own_addresses:
        return _failed(CheckName.MACHINE, Reason.OWN_ADDRESS, f"{sender} is this mailbox's own address")
    if machine:
        return _passed(CheckName.MACHINE, f"{machine.evidence}: taken, as the mailbox is set")
    return _passed(CheckName.MACHINE, "written by a person, as far as the header tells")


def _sender_form(mail: Mail, policy: Policy, known: Known) -> Check:
    sender = mail.sender
    if sender.address is None:
        warnings = _warnings(mail, (sender.reading or "")[:MAX_ADDRESS_BYTES], policy, known)
        told = "; ".join(filter(None, (sender.detail.removesuffix("."), *warnings)))
        return _failed(CheckName.SENDER_FORM, sender.problem or Reason.SENDER_MALFORMED, told)
    warnings = _warnings(mail, str(sender.address), policy, known)
    return _passed(CheckName.SENDER_FORM, "; ".join([f"From leaves one reading: {sender.address}", *warnings]))


def _warnings(mail: Mail, written: str, policy: Policy, known: Known) -> list[str]:
    """Tell by what a sender could be taken for another."""
    found = [f"careful, it {remark}"] if (remark := disguise.remark(written)) else []
    domain = written.rpartition("@")[2].lower()
    if other := policy.trusted_domains.resembled_by(domain):
        found.append(f"careful, it looks like {other}")
    if (registered := known.resembled(written)) and registered != other:
        found.append(f"careful, it {disguise.resemblance(registered)}")
    name = mail.sender.name
    if "@" in name and name.strip("<> '\"").lower() != written.lower():
        found.append(f"careful, the name plays another address: {clip(name, _NAME_CELLS)}")
    return found


def _registered(mail: Mail, policy: Policy, *, registered: bool) -> Check:
    sender = mail.sender.address
    if registered:
        return _passed(CheckName.REGISTERED, f"{sender} is registered")
    told = f"{sender} is not registered" if sender else "without a clear sender nobody is recognised"
    if policy.allow_unknown_senders:
        return _passed(CheckName.REGISTERED, f"{told}; unknown senders are allowed")
    return _failed(CheckName.REGISTERED, Reason.UNKNOWN_SENDER, f"{told}, and unknown senders are not allowed")


def _pattern(sender: Address | None, policy: Policy) -> Check:
    if policy.pattern is None:
        return _passed(CheckName.PATTERN, "no pattern is set")
    if sender is None:
        return _failed(CheckName.PATTERN, Reason.PATTERN, "there is no clear address to compare with the pattern")
    match = accepts(policy.pattern, sender)
    if match.accepted:
        return _passed(CheckName.PATTERN, match.detail)
    return _failed(CheckName.PATTERN, match.reason or Reason.PATTERN, match.detail)


def _reject_lists(mail: Mail, policy: Policy) -> Check:
    if not policy.lists.rejecting:
        return _passed(CheckName.REJECT_LISTS, "no list is set")
    runaway: list[str] = []
    hit = policy.lists.find(mail, runaway)
    if hit:
        return _failed(CheckName.REJECT_LISTS, hit.reason, "; ".join([f"found {hit.pattern}", *runaway]))
    return _passed(CheckName.REJECT_LISTS, "; ".join(["found on no list", *runaway]))


def _authentication(mail: Mail, policy: Policy) -> Check:
    if not policy.authserv_id:
        return _passed(CheckName.AUTHENTICATION, "no authentication server is trusted")
    result = read_results(mail.authentication_results, policy.authserv_id, mail.sender.address)
    if result.dmarc is Dmarc.FAIL:
        return _failed(CheckName.AUTHENTICATION, Reason.DMARC, result.detail)
    return _passed(CheckName.AUTHENTICATION, result.detail)


def _rate(sender: Address | None, policy: Policy, known: Known) -> Check:
    if not policy.rate_messages:
        return _passed(CheckName.RATE, "no limit is set")
    if sender is None:
        return _passed(CheckName.RATE, "without a clear sender nothing is counted")
    count = known.recent(sender, policy.rate_minutes) + 1
    told = f"message {count} of {sender} within {policy.rate_minutes} minutes, the limit is {policy.rate_messages}"
    if count > policy.rate_messages:
        return _failed(CheckName.RATE, Reason.RATE, told)
    return _passed(CheckName.RATE, told)


def _follow_up(mail: Mail, policy: Policy, known: Known, *, registered: bool) -> tuple[Check, int | None]:
    """Find the issue a message answers: by the marker in its subject, else by the messages it refers to."""
    told: list[str] = []
    for number, how in _candidates(mail, policy, known, told):
        sender = mail.sender.address
        if registered or not policy.unknown_comment_own_only:
            return _passed(CheckName.FOLLOW_UP, "; ".join([*told, f"{how}: comment on #{number}"])), number
        if sender and known.takes_part(number, sender):
            told.append(f"{how}: comment on #{number}, where {sender} takes part")
            return _passed(CheckName.FOLLOW_UP, "; ".join(told)), number
        told.append(f"{how} names #{number}, where {sender or 'the sender'} takes no part")
    told.append("a new issue" if told else "names no issue and answers no known message: a new issue")
    return _passed(CheckName.FOLLOW_UP, "; ".join(told)), None


def _candidates(mail: Mail, policy: Policy, known: Known, told: list[str]) -> list[tuple[int, str]]:
    """List the issues a message may belong to, best first; what names none is noted in `told`."""
    subject = mail.subject or ""
    passed_on = chain(subject).forward
    found: list[tuple[int, str]] = []
    for marker in policy.markers.find(subject):
        if not known.issue_exists(marker.number):
            told.append(f"{marker.text} in the subject is no issue")
        elif not found:
            found.append((marker.number, f"{marker.text} in the subject" + (" of a forward" if passed_on else "")))
    parent = known.issue_of(mail.references) if mail.references else None
    if parent is not None and all(parent != number for number, _ in found):
        found.append((parent, "the message it answers"))
    return found


def _project(comment_on: int | None, project: str | None, policy: Policy, elsewhere: Sequence[str]) -> Check:
    if not comment_on and project is None:
        return _failed(CheckName.PROJECT, Reason.NO_PROJECT, "neither the mailbox nor the intake names a project")
    if comment_on:
        told = f"stays with #{comment_on}"
    else:
        told = f"{project}, {'the mailbox’s' if policy.mailbox_project else 'the default'} project"
    return _passed(CheckName.PROJECT, "; ".join([told, *elsewhere]))
