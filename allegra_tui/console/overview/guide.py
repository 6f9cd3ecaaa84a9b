"""The first steps in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.text import display
from allegra_tui.usecases.overview import Situation
from allegra_tui.usecases.welcome import Step, StepName, consequence

COLUMNS = (Column("", 6), Column("first steps", 33), Column("so far"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A step to a person: what it is for, what else to know before it is done, and what enter does then and later."""

    title: str
    about: str
    care: str = ""
    enter: str
    done: str


_WORDS = {
    StepName.PROJECT: _Words(
        title="A project where issues live",
        about="Every issue belongs to a project. The default project catches what belongs to no other one; from there "
        "issues are moved on. A key and a name will do.",
        enter="Enter opens the form.",
        done="Enter goes to the projects.",
    ),
    StepName.MAILBOX: _Words(
        title="A mailbox, tested and trusted",
        about="A mailbox is where mail comes from: an account on an IMAP or POP3 server, or a Maildir on this machine. "
        "Once it is saved the connection is tried step by step; nothing on the server changes. A certificate that the "
        "system does not know can be looked at there, and trusted for this mailbox.",
        care="Use an account that serves this purpose alone: taken mail is deleted there unless you choose otherwise.",
        enter="Enter opens the form.",
        done="Enter tests the connection again.",
    ),
    StepName.WRITERS: _Words(
        title="Who may write",
        about="Registered senders may write. Whether unknown ones may, and from which addresses, is up to you.",
        enter="Enter opens the form; ctrl+n there registers a sender.",
        done="Enter opens the form; ctrl+n there registers a sender.",
    ),
    StepName.TAKE: _Words(
        title="What to take of the mail there",
        about="The mailbox may hold mail already. You are shown how much, and how old it is, and say what to take: "
        "everything, the mail of the last days, or only what comes from now on. Nothing is taken before.",
        enter="Enter looks into the mailbox and asks.",
        done="Enter goes to the mailboxes; the form changes the answer, until the first fetch.",
    ),
    StepName.FETCH: _Words(
        title="The first fetch",
        about="On the fetch screen F shows what would happen and changes nothing, and f takes the mail in. From then "
        "on mailboxes are polled by themselves as long as this console is open; otherwise the command "
        "`allegra-tui fetch` does it, by cron for example.",
        enter="Enter goes to the fetch screen, esc comes back.",
        done="Enter goes to the fetch screen, esc comes back.",
    ),
    StepName.REFUSED: _Words(
        title="What to do with what was refused",
        about="What was refused is not lost: it waits in the quarantine with the reason. Release a message and it "
        "becomes an issue after all; register its sender on the way and the next one comes through by itself; or "
        "discard it.",
        enter="Enter goes to the quarantine, esc comes back.",
        done="Enter goes to the quarantine, esc comes back.",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A step, and whether it is the next one to take."""

    step: Step
    next: bool


def rows(steps: Sequence[Step]) -> dict[int, Row]:
    """Return the steps by their number."""
    following = next((step for step in steps if not step.done), None)
    return {number: Row(step, step is following) for number, step in enumerate(steps, 1)}


def row_cells(row: Row) -> Sequence[str]:
    """Return what the columns show of a step."""
    state = "+ done" if row.step.done else ("> next" if row.next else ". open")
    return state, _WORDS[row.step.name].title, display(row.step.fact)


def about(row: Row, situation: Situation) -> list[TextLine]:
    """Tell what a step is for, what it brings about, and what enter does."""
    step, words = row.step, _WORDS[row.step.name]
    shown = [TextLine(words.title, "title"), TextLine(words.about)]
    if step.name is StepName.WRITERS:
        told = consequence(situation.intake, situation.senders)
        shown += [TextLine(""), TextLine(f"Now: {told}", "good" if step.done else "warning")]
    else:
        shown += [TextLine(""), TextLine(f"So far: {display(step.fact)}", "good" if step.done else "")]
    if words.care and not step.done:
        shown += [TextLine(""), TextLine(words.care, "warning")]
    return [*shown, TextLine(""), TextLine(words.done if step.done else words.enter, "muted")]
