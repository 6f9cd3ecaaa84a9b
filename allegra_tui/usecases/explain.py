"""What would happen to a message, and why; nothing is stored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from allegra_tui import mail
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.model.verdict import Check, Decision, Reason, Verdict
from allegra_tui.policy.verdict import Known, Policy, judge
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import policies
from allegra_tui.usecases.errors import NotFound
from allegra_tui.usecases.known import NothingKnown, StoreKnown
from allegra_tui.usecases.policies import PatternUnusable


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message as it was read, and the verdict on it."""

    mail: Mail
    verdict: Verdict
    registered: bool


Explain = Callable[[bytes], Explanation]


def explain(raw: bytes, policy: Policy, known: Known) -> Explanation:
    """Read and judge a message."""
    parsed = mail.parse(raw)
    sender = parsed.sender.address
    return Explanation(
        mail=policy.lists.trim(parsed),
        verdict=judge(parsed, policy, known, size=len(raw)),
        registered=sender is not None and known.registered(sender),
    )


@contextmanager
def explainer(store: Store | None, mailbox: str | None = None) -> Iterator[Explain]:
    """Give the function that explains messages as the stored settings would have them judged, in one snapshot.

    Without a store the defaults hold and nothing is known. A stored pattern that cannot be used is what every message
    fails by: none is taken in before it is mended. Raise `NotFound` for an unknown mailbox.
    """
    if store is None:
        if mailbox:
            raise NotFound(f"there is no mailbox {mailbox!r}: nothing is configured yet")
        policy = policies.assemble(IntakeSettings(), ()).of(None)
        yield lambda raw: explain(raw, policy, NothingKnown())
        return
    with store.read() as tx:
        box = mailboxes.find(tx, mailbox) if mailbox else None
        if mailbox and box is None:
            raise NotFound(f"there is no mailbox {mailbox!r}: see `allegra-tui mailbox list`")
        known = StoreKnown(tx)
        try:
            stored = policies.load(tx).of(box)
        except PatternUnusable as unusable:
            paused = unusable
            yield lambda raw: _paused(raw, paused, known)
        else:
            yield lambda raw: explain(raw, stored, known)


def _paused(raw: bytes, unusable: PatternUnusable, known: Known) -> Explanation:
    """Read a message that the intake, as it stands, would not begin with."""
    parsed = mail.parse(raw)
    sender = parsed.sender.address
    reason = Reason.PATTERN_UNUSABLE
    failed = Check(name=unusable.check, passed=False, detail=str(unusable), reason=reason)
    return Explanation(
        mail=parsed,
        verdict=Verdict(decision=Decision.FAIL, checks=[failed], reason=reason),
        registered=sender is not None and known.registered(sender),
    )
