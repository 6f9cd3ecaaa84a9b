"""A message of the journal to read: what became of it, why, and what it says."""

from collections.abc import Iterable, Sequence

from allegra_tui import disguise
from allegra_tui.console.issues.details import moment, size
from allegra_tui.console.journal import words
from allegra_tui.console.widgets.text_view import TextLine, short, text_lines
from allegra_tui.model.journal import JournalRow, Location
from allegra_tui.model.mail import Mail
from allegra_tui.model.verdict import Check, Outcome, Review
from allegra_tui.text import display
from allegra_tui.usecases.browse_journal import Reading
from allegra_tui.usecases.events import MessageDone


def lines(reading: Reading) -> list[TextLine]:
    """Return a message as lines, safe to show whatever it holds."""
    row = reading.row
    return [
        TextLine(short(row.subject) or "(no subject)", "title"),
        TextLine(_fate(row), words.STYLES.get(row.outcome, "")),
        *_detail(row),
        TextLine(f"from {who(row)}", "muted"),
        TextLine(_when(row), "muted"),
        TextLine(""),
        *_text(row, reading.mail),
        *_section("Attachments", _attachments(reading.mail)),
        *_checks(row.checks),
        *_section("Places", (TextLine(_place(location)) for location in row.locations)),
        *_section("Repairs", (TextLine(f"! {display(repair)}", "warning") for repair in row.repairs)),
        *_section("Trace", text_lines(row.trace, "muted") if row.trace else ()),
    ]


def decided_lines(message: MessageDone) -> list[TextLine]:
    """Return what a dry run decided about a message."""
    result = words.result(message.issue, message.reason)
    told = f"{words.GLYPHS[message.outcome]} would be {message.outcome}{f': {result}' if result else ''}"
    return [
        TextLine(short(message.subject) or "(no subject)", "title"),
        TextLine(told, words.STYLES.get(message.outcome, "")),
        *([TextLine(display(message.detail))] if message.detail else []),
        TextLine(f"from {short(message.sender) or 'nobody'}", "muted"),
        TextLine(f"in {display(message.mailbox)}, {display(message.key)}; nothing was changed there or here", "muted"),
        *_checks(message.checks),
    ]


def who(row: JournalRow) -> str:
    """Return name and address of a message's sender."""
    name, address = short(row.sender_name), short(row.sender)
    found = f"{name} <{address}>" if name and name != address else address or "nobody"
    told = disguise.remarks(row.sender, row.resembles)
    return f"{found} ({short(told)})" if told else found


def check_lines(checks: Sequence[Check]) -> list[TextLine]:
    """Return the checks of a verdict, the one that decided marked."""
    deciding = next((check for check in checks if not check.passed), None)
    column = max((len(check.name) for check in checks), default=0)
    return [
        TextLine(
            f"{'>' if check is deciding else ' '} {'+' if check.passed else 'x'} {check.name:<{column}}  "
            f"{display(check.detail)}",
            "" if check.passed else "bad",
            hang=column + 6,
        )
        for check in checks
    ]


def _fate(row: JournalRow) -> str:
    told = words.outcome(row.outcome)
    if row.issue is not None and row.outcome is not Outcome.DUPLICATE:
        told += f": {'a comment on' if row.comment is not None else 'issue'} #{row.issue}"
    elif row.outcome is Outcome.DUPLICATE:
        told += f" of message {row.duplicate_of}" + (f", issue #{row.issue}" if row.issue is not None else "")
    elif row.reason is not None:
        told += f": {row.reason}"
    if row.review is not Review.NONE:
        told += f"; {words.REVIEWS[row.review]}"
    return told


def _detail(row: JournalRow) -> list[TextLine]:
    found = [TextLine(display(row.detail))] if row.detail else []
    if row.attempts > 1:
        found.append(TextLine(f"handled {row.attempts} times"))
    return found


def _when(row: JournalRow) -> str:
    written = f"written {moment(row.date)}, " if row.date else ""
    return f"{written}received {moment(row.received)} by {display(row.mailbox)}, {size(row.size)}, message {row.id}"


def _checks(checks: Sequence[Check]) -> Iterable[TextLine]:
    title = "Checks (> decided)" if any(not check.passed for check in checks) else "Checks"
    return _section(title, check_lines(checks))


def _place(location: Location) -> str:
    where = f"{display(location.place.folder)} {display(location.key)}".strip()
    return f"{where}: {display(words.settled(location))}"


def _text(row: JournalRow, mail: Mail | None) -> Iterable[TextLine]:
    if mail is not None:
        if not row.whole:
            yield TextLine("Only its header was downloaded, because it is too large.", "muted")
        elif not mail.text.strip():
            yield TextLine("(no text)", "muted")
        else:
            yield from _visible(mail)
    elif row.has_original:
        yield TextLine(f"Not read beside the list, as it has {size(row.size)}: enter shows it.", "muted")
    else:
        yield TextLine("The original is no longer kept.", "muted")


def _visible(mail: Mail) -> Iterable[TextLine]:
    """Yield the text without quoted history, so that the checks are not far below."""
    if mail.visible_text.strip():
        yield from text_lines(mail.visible_text.rstrip())
    hidden = _lines_in(mail.text) - _lines_in(mail.visible_text)
    if hidden > 0:
        yield TextLine(f"... {hidden} quoted {'line is' if hidden == 1 else 'lines are'} hidden: v shows all", "muted")


def _lines_in(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _attachments(mail: Mail | None) -> Iterable[TextLine]:
    for file in mail.attachments if mail else ():
        yield TextLine(f"{display(file.filename)}  {size(file.size)}  {display(file.content_type)}")


def _section(title: str, body: Iterable[TextLine]) -> Iterable[TextLine]:
    """Yield a titled part, or nothing where it is empty."""
    found = list(body)
    if found:
        yield TextLine("")
        yield TextLine(title, "title")
        yield from found
