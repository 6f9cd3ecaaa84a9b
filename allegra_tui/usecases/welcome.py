"""The first steps: what is to be set up before mail becomes issues, and how far that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.overview import Situation


class StepName(StrEnum):
    """The steps, in their order."""

    PROJECT = "project"
    MAILBOX = "mailbox"
    WRITERS = "writers"
    TAKE = "take"
    FETCH = "fetch"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step. `fact` is what is known of it, and may quote names."""

    name: StepName
    done: bool
    fact: str


def steps(situation: Situation) -> Sequence[Step]:
    """Tell how far each step is."""
    used = [view for view in situation.mailboxes if view.mailbox.enabled]
    unanswered = [view.mailbox.name for view in used if view.unanswered]
    default = situation.default_project
    waiting = "1 message waits" if situation.waiting == 1 else f"{situation.waiting:,} messages wait"
    return (
        Step(name=StepName.PROJECT, done=default is not None, fact=default or "none yet"),
        Step(name=StepName.MAILBOX, done=bool(used), fact=_mailboxes(used)),
        Step(
            name=StepName.WRITERS,
            done=situation.intake.allow_unknown_senders or situation.senders > 0,
            fact=_writers(situation),
        ),
        Step(
            name=StepName.TAKE,
            done=bool(used) and not unanswered,
            fact=f"not said yet for {', '.join(unanswered)}" if unanswered else _taken(used),
        ),
        Step(
            name=StepName.FETCH,
            done=situation.fetched,
            fact="done" if situation.fetched else _not_fetched(used),
        ),
        Step(
            name=StepName.REFUSED,
            done=situation.fetched and not situation.waiting,
            fact=waiting if situation.waiting else ("nothing waits" if situation.fetched else "after the first fetch"),
        ),
    )


def begun(situation: Situation) -> bool:
    """Whether mail was ever taken in, so that nobody needs to be led any more."""
    return situation.fetched or situation.waiting > 0


def consequence(intake: IntakeSettings, senders: int) -> str:
    """Tell who may write under these settings, and what becomes of the others."""
    pattern = bool(intake.allowed_pattern.strip())
    others = "What anybody else writes is refused and waits in the quarantine."
    if intake.allow_unknown_senders and pattern:
        return f"Everybody may write whose address the pattern accepts. {others}"
    if intake.allow_unknown_senders:
        return "Everybody may write, advertisers too: every message from a stranger becomes an issue."
    if not senders:
        return (
            "Nobody may write yet: every message will be refused and wait in the quarantine. There you can release "
            "it, and register its sender on the way."
        )
    who = "The registered sender" if senders == 1 else f"The {senders:,} registered senders"
    return f"{who} may write{', from addresses the pattern accepts' if pattern else ''}. {others}"


def _mailboxes(used: Sequence[MailboxView]) -> str:
    return ", ".join(view.mailbox.name for view in used) or "none yet"


def _writers(situation: Situation) -> str:
    if situation.intake.allow_unknown_senders:
        return "everybody whom the pattern accepts" if situation.intake.allowed_pattern.strip() else "everybody"
    count = situation.senders
    return {0: "nobody yet", 1: "1 registered sender"}.get(count, f"{count:,} registered senders")


def _taken(used: Sequence[MailboxView]) -> str:
    if not used:
        return "once there is a mailbox"
    answers = {"all": "all of it", "new": "only what comes from now on"}
    first = used[0].mailbox.first_contact
    taken = answers.get(str(first), f"the last {first} days")
    return taken if len(used) == 1 else "said for every mailbox"


def _not_fetched(used: Sequence[MailboxView]) -> str:
    failed = next((view for view in used if view.state.error and not view.unanswered), None)
    return f"{failed.mailbox.name}: {failed.state.error}" if failed else "not yet"
