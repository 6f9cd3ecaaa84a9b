"""The settings as the screen shows them: in sections, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.console.widgets.form import Field, Kind
from allegra_tui.text import display


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that are changed together."""

    name: str
    fields: Sequence[Field]


_PATTERNS = "Perl 5 patterns, one a line, searched anywhere, ignoring case."

INTAKE = Section(
    "Intake",
    (
        Field(
            name="enabled",
            label="Take mail in",
            kind=Kind.FLAG,
            help="No: no mailbox is polled or fetched, and all mail stays on its server.",
        ),
        Field(
            name="allow_unknown_senders",
            label="Allow unknown senders",
            kind=Kind.FLAG,
            help="Yes: whoever the pattern accepts may write. No: registered senders alone.",
        ),
        Field(
            name="unknown_comment_own_only",
            label="Unknown: own issues",
            kind=Kind.FLAG,
            help="Yes: unknown senders comment only on issues they take part in; else their mail is a new issue.",
        ),
        Field(
            name="default_project",
            label="Default project",
            kind=Kind.CHOICE,
            help="Takes the mail of every mailbox that names no project of its own.",
        ),
    ),
)
MARKERS = Section(
    "Subject markers",
    (
        Field(
            name="marker_words",
            label="Words",
            kind=Kind.LINES,
            help="What stands for {word} in the templates, one a line.",
        ),
        Field(
            name="marker_templates",
            label="Templates",
            kind=Kind.LINES,
            help="How a subject names an issue, one a line: {number}, with {word} or the {key} of a project.",
        ),
    ),
)
LISTS = Section(
    "Lists",
    (
        Field(name="reject_subjects", label="Refuse subjects", kind=Kind.LINES, help=_PATTERNS),
        Field(name="reject_senders", label="Refuse senders", kind=Kind.LINES, help=_PATTERNS),
        Field(name="reject_bodies", label="Refuse bodies", kind=Kind.LINES, help=_PATTERNS),
        Field(
            name="cut_passages",
            label="Cut passages",
            kind=Kind.LINES,
            help=f"{_PATTERNS} Left out of what is shown; the whole text keeps them.",
        ),
        Field(
            name="drop_file_names",
            label="Leave out files named",
            kind=Kind.LINES,
            help=f"{_PATTERNS} Attachments of such names are left out.",
        ),
        Field(
            name="drop_file_hashes",
            label="Leave out contents",
            kind=Kind.LINES,
            help="SHA-256 of attachments to leave out, one a line, such as a logo in every signature.",
        ),
    ),
)
LIMITS = Section(
    "Limits",
    (
        Field(
            name="max_message_mb",
            label="Largest message, MB",
            kind=Kind.NUMBER,
            help="Larger ones are refused and not downloaded; they stay on the server.",
        ),
        Field(
            name="rate_messages",
            label="Messages of a sender",
            kind=Kind.NUMBER,
            help="What one sender sends beyond this many waits in quarantine. 0: no limit.",
        ),
        Field(name="rate_minutes", label="Within, minutes", kind=Kind.NUMBER, help="The time they are counted in."),
        Field(
            name="authserv_id",
            label="Authentication server",
            help="Whose Authentication-Results are believed (authserv-id); a failed DMARC refuses. Empty: none.",
        ),
    ),
)
TIMES = Section(
    "Times",
    (
        Field(name="poll_seconds", label="Poll every, seconds", kind=Kind.NUMBER, help="Unless a mailbox says else."),
        Field(
            name="overdue_seconds",
            label="Overdue after, seconds",
            kind=Kind.NUMBER,
            help="A mailbox without success for this long is overdue: the overview warns.",
        ),
        Field(
            name="keep_originals_days",
            label="Keep originals, days",
            kind=Kind.NUMBER,
            help="Originals of messages are kept this long; without them nothing can be judged again.",
        ),
    ),
)
SECTIONS = (INTAKE, MARKERS, LISTS, LIMITS, TIMES)
PATTERN = "allowed_pattern"
THEME = "theme"
LABELS = {field.name: field.label for section in SECTIONS for field in section.fields} | {
    PATTERN: "Allowed pattern",
    "must_accept": "Must be accepted",
    "must_refuse": "Must be refused",
    THEME: "Colours",
}
HELP = {field.name: field.help for section in SECTIONS for field in section.fields} | {
    PATTERN: "Which addresses may write at all, registered or not. Enter goes to its screen, where it can be tried.",
    THEME: "The console's own colours, from the next start on, too. Other terminals choose theirs with --theme.",
}


def words(name: str, value: object) -> str:
    """Return a setting's value as people read it, on one displayable line."""
    match name, value:
        case _, bool():
            return "yes" if value else "no"
        case _, None:
            return "none"
        case "allowed_pattern", "":
            return "none: every address"
        case "authserv_id", "":
            return "none"
        case "rate_messages", 0:
            return "no limit"
        case (("poll_seconds" | "overdue_seconds"), int()):
            return f"{value:,} s{_longer(value)}"
        case _, list() | tuple():
            return f"{len(value)}: {', '.join(display(str(item)) for item in value)}" if value else "none"
    return display(str(value))


def _longer(seconds: int) -> str:
    if seconds < 60 or seconds % 60:
        return ""
    return f" ({seconds // 60} min)" if seconds < 3600 or seconds % 3600 else f" ({seconds // 3600} h)"
