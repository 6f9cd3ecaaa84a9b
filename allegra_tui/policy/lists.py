"""The administrator's own lists: what is rejected by subject, sender or body, what is cut, which files are dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allegra_tui.model.mail import Attachment, Mail
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.pattern import PatternError, Search, compile_search

SECONDS = 0.5
"""Time limit of one pattern over one text."""
BODY_CHARACTERS = 200_000
"""How much of a body is searched."""


class ListPatternError(ValueError):
    """A pattern of a list cannot be used; the text names list and pattern."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that found something."""

    reason: Reason
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Compiled lists. Perl 5 patterns, searched anywhere in the text, ignoring case."""

    subjects: Sequence[Search] = ()
    senders: Sequence[Search] = ()
    bodies: Sequence[Search] = ()
    passages: Sequence[Search] = ()
    """Cut out of the visible text; the whole text keeps them."""
    file_names: Sequence[Search] = ()
    file_hashes: frozenset[str] = field(default_factory=frozenset)
    """SHA-256 of files that are dropped, such as a logo in every signature."""

    @property
    def rejecting(self) -> bool:
        """Whether anything is rejected by a list."""
        return bool(self.subjects or self.senders or self.bodies)

    def find(self, mail: Mail, runaway: list[str]) -> Hit | None:
        """Find the first pattern that rejects a mail. Those that took too long are named in `runaway`."""
        searched = (
            (Reason.SUBJECT_LIST, self.subjects, mail.subject or ""),
            (Reason.SENDER_LIST, self.senders, str(mail.sender)),
            (Reason.BODY_LIST, self.bodies, mail.text[:BODY_CHARACTERS]),
        )
        for reason, patterns, text in searched:
            for pattern in patterns:
                if _found(pattern, text, runaway):
                    return Hit(reason, pattern.source)
        return None

    def trim(self, mail: Mail) -> Mail:
        """Drop files and cut passages as the lists say; what was done is told among the repairs."""
        told: list[str] = []
        attachments = tuple(file for file in mail.attachments if not self._dropped(file, told))
        visible = self._cut(mail.visible_text, told)
        if not told:
            return mail
        return replace(mail, attachments=attachments, visible_text=visible, repairs=(*mail.repairs, *told))

    def _dropped(self, file: Attachment, told: list[str]) -> bool:
        runaway: list[str] = []
        by_name = next((one for one in self.file_names if _found(one, file.filename, runaway)), None)
        if by_name:
            told.append(f"{file.filename} left out: its name matches {by_name.source}")
        elif file.sha256 in self.file_hashes:
            told.append(f"{file.filename} left out: its content is on the list")
        told += runaway
        return by_name is not None or file.sha256 in self.file_hashes

    def _cut(self, text: str, told: list[str]) -> str:
        for pattern in self.passages:
            try:
                shorter = pattern.compiled.sub("", text, timeout=SECONDS)
            except TimeoutError:
                told.append(_too_slow(pattern))
                continue
            # A view that shows nothing helps nobody: the passage then is all there is, and stays.
            if shorter != text and shorter.strip():
                told.append(f"passage cut: {pattern.source}")
                text = shorter.strip()
        return text


def compile_lists(
    *,
    subjects: Sequence[str] = (),
    senders: Sequence[str] = (),
    bodies: Sequence[str] = (),
    passages: Sequence[str] = (),
    file_names: Sequence[str] = (),
    file_hashes: Sequence[str] = (),
) -> Lists:
    """Compile the lists. Raise `ListPatternError` for the first pattern that cannot be used."""
    return Lists(
        subjects=_compiled("subjects", subjects),
        senders=_compiled("senders", senders),
        bodies=_compiled("bodies", bodies),
        passages=_compiled("passages", passages),
        file_names=_compiled("file names", file_names),
        file_hashes=frozenset(digest.lower() for digest in file_hashes),
    )


def _compiled(name: str, sources: Sequence[str]) -> tuple[Search, ...]:
    found = []
    for source in sources:
        try:
            pattern = compile_search(source)
        except PatternError as error:
            raise ListPatternError(f"the list of {name}: {source!r} cannot be used: {error}") from error
        if pattern:
            found.append(pattern)
    return tuple(found)


def _found(pattern: Search, text: str, runaway: list[str]) -> bool:
    try:
        return pattern.compiled.search(text, timeout=SECONDS) is not None
    except TimeoutError:
        runaway.append(_too_slow(pattern))
        return False


def _too_slow(pattern: Search) -> str:
    return f"the pattern {pattern.source} took more than {SECONDS:g} s and was left out"
