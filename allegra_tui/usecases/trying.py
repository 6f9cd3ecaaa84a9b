"""Settings tried out on a text before they are saved: which issue a subject names, what the lists do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from allegra_tui.model.mail import Attachment, Mail, Sender
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.policy.lists import ListPatternError, Lists
from allegra_tui.policy.markers import Markers, TemplateError, chain
from allegra_tui.store import Store, issues, projects
from allegra_tui.usecases import policies, records, rules
from allegra_tui.usecases.errors import Invalid, Mistake


@dataclass(frozen=True, slots=True)
class MarkerFound:
    """A marker in a subject. `title` is that of the issue it names, None where there is no such issue."""

    text: str
    number: int
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTried:
    """What a subject says."""

    markers: Sequence[MarkerFound]
    """From left to right; the first that names an issue decides."""
    prefixed: bool
    """Whether it begins with `Re:`, `AW:`, `Fwd:` or the like."""
    forward: bool
    """Whether the outermost of them passes the mail on."""

    @property
    def issue(self) -> int | None:
        """The issue a comment would go to."""
        return next((marker.number for marker in self.markers if marker.title is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTried:
    """What the lists do to a text, were it a subject, a sender, a body, or the name or hash of a file."""

    subject: str | None
    """The pattern that refuses it as a subject."""
    sender: str | None
    body: str | None
    shown: str
    """What of it is shown as a body."""
    notes: Sequence[str]
    """What was cut, whether a file of this name or SHA-256 is left out, and patterns that took too long."""


def stage(
    store: Store, current: IntakeSettings, values: Mapping[str, object]
) -> tuple[IntakeSettings, Sequence[Mistake]]:
    """Lay values over settings that need not be stored, and return every mistake in what was named.

    The pattern is not compiled: it is changed on a screen of its own.
    """
    new, mistakes = records.read_settings(values, current)
    with store.read() as tx:
        known = projects.every(tx, archived=True)
    found = rules.settings_mistakes(replace(new, allowed_pattern=""), known)
    return new, [*mistakes, *(mistake for mistake in found if mistake.place.partition("[")[0] in values)]


def try_subject(store: Store, intake: IntakeSettings, subject: str) -> SubjectTried:
    """Look for markers in a subject. Raises `Invalid` for a template that cannot be used."""
    with store.read() as tx:
        keys = [project.key for project in projects.every(tx, archived=True)]
        try:
            found = Markers(intake.marker_words, keys, intake.marker_templates).find(subject)
        except TemplateError as error:
            raise Invalid([Mistake("marker_templates", str(error))]) from None
        lines = {marker.number: issues.line(tx, marker.number) for marker in found}
    prefixes = chain(subject)
    return SubjectTried(
        markers=[
            MarkerFound(marker.text, marker.number, line.title if (line := lines[marker.number]) else None)
            for marker in found
        ],
        prefixed=prefixes.end > 0,
        forward=prefixes.forward,
    )


def try_lists(intake: IntakeSettings, text: str) -> TextTried:
    """Ask every list about a text. Raises `Invalid` for a pattern that cannot be used."""
    try:
        lists = policies.lists_of(intake)
    except ListPatternError as error:
        raise Invalid([Mistake("", str(error))]) from None
    line = text.strip()
    file = Attachment(filename=line, content_type="", data=b"", sha256=line.lower())
    mail = Mail(
        subject=line, title=line, sender=Sender(reading=line), text=text, visible_text=text, attachments=(file,)
    )
    notes: list[str] = []
    cut = lists.trim(mail)
    return TextTried(
        subject=_refusing(Lists(subjects=lists.subjects), mail, notes),
        sender=_refusing(Lists(senders=lists.senders), mail, notes),
        body=_refusing(Lists(bodies=lists.bodies), mail, notes),
        shown=cut.visible_text,
        notes=[*cut.repairs, *notes],
    )


def _refusing(lists: Lists, mail: Mail, notes: list[str]) -> str | None:
    hit = lists.find(mail, notes)
    return hit.pattern if hit else None
