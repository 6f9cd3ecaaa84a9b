"""Asks what the first contact with a mailbox takes, before anything is taken."""

from collections.abc import Callable
from functools import partial

from allegra_tui.console.dialogs import Ask, Choose
from allegra_tui.console.mailboxes import words
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.model.settings import FirstContact, Mailbox
from allegra_tui.usecases import first_contact
from allegra_tui.usecases.connect import Opened
from allegra_tui.usecases.first_contact import Held

_DAYS = (7, 30, 90)
_OTHER = "other"


def ask(screen: ConsoleScreen[None], mailbox: Mailbox, done: Callable[[], object], opened: Opened) -> None:
    """Look what the mailbox holds, ask, and store the answer; `done` is called once it is stored.

    An empty mailbox needs no question: whatever comes later is new.
    """
    session = screen.session

    def show(held: Held) -> None:
        if held.count == 0:
            _store(screen, mailbox, "all", "The mailbox is empty: everything that comes will be taken.", done)
        else:
            screen.app.push_screen(_question(mailbox, held), partial(_chosen, screen, mailbox, held, done))

    screen.read(
        lambda: first_contact.held(session.store, session.vault, mailbox, opened=opened), show, group="first_contact"
    )


def _question(mailbox: Mailbox, held: Held) -> Choose:
    oldest = f", the oldest of {held.oldest.astimezone():%Y-%m-%d}" if held.oldest else ""
    count = f"{held.count:,} message{'' if held.count == 1 else 's'}"
    choices = [("all", f"Everything: {count}"), ("new", "Nothing of it: only what comes from now on")]
    choices += [(str(days), f"The last {days} days: {held.within(days):,}") for days in _DAYS]
    choices += [(_OTHER, "Another number of days ...")]
    about = (
        f"{mailbox.name} holds {count}{oldest}. Nothing was taken yet. What is not taken now stays in the mailbox, "
        f"untouched. What is taken {words.taken(mailbox)}.\n"
    )
    return Choose("What to take of the mail that is there", choices, chosen="all", about=about)


def _chosen(
    screen: ConsoleScreen[None], mailbox: Mailbox, held: Held, done: Callable[[], object], answer: str | None
) -> None:
    if answer is None:
        return
    if answer != _OTHER:
        _take(screen, mailbox, int(answer) if answer.isdecimal() else "new" if answer == "new" else "all", done)
        return

    def named(days: str | None) -> None:
        if days is not None:
            _take(screen, mailbox, int(days), done)

    about = "Mail of the last days, counted from the first fetch. Older mail stays in the mailbox, untouched."
    screen.app.push_screen(Ask("How many days", about=about, check=_days), named)


def _days(text: str) -> str | None:
    good = text.strip().isascii() and text.strip().isdecimal()
    return None if good else "A number of days is expected."


def _take(screen: ConsoleScreen[None], mailbox: Mailbox, wanted: FirstContact, done: Callable[[], object]) -> None:
    what = "all mail" if wanted == "all" else "what comes from now on"
    if isinstance(wanted, int):
        what = f"the mail of the last {wanted} days"
    _store(screen, mailbox, wanted, f"{mailbox.name} will take {what}. 7 fetches it.", done)


def _store(
    screen: ConsoleScreen[None], mailbox: Mailbox, wanted: FirstContact, told: str, done: Callable[[], object]
) -> None:
    session = screen.session

    def stored(_: None) -> None:
        screen.tell(told)
        done()

    act = partial(first_contact.answer, session.store, session.vault, mailbox, wanted, who=session.who)
    screen.change(act, stored)
