"""What is said about the pattern as a whole: findings, a reading in words, senders gained and lost."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from allegra_tui.console.pattern.trying import Options
from allegra_tui.console.widgets.text_view import TextLine, TextView
from allegra_tui.text import display
from allegra_tui.usecases.patterns import Comparison, Finding, Severity
from allegra_tui.usecases.playground import Look

_GLYPHS = {
    Severity.ERROR: ("x error", "$text-error"),
    Severity.WARNING: ("! warning", "$text-warning"),
    Severity.INFO: ("- note", "$text-muted"),
}
_MOST = 200
"""Senders of a kind that are listed."""


class Pane(Vertical):
    """A part with its title above it; the title also stands among those of the others."""

    def __init__(self, name: str, title: str, content: OptionList | TextView) -> None:
        super().__init__(id=name)
        self._base = self.title = title
        self._heading = Static(Content(title), classes="title")
        self.content = content

    def compose(self) -> ComposeResult:
        """Title and content."""
        yield self._heading
        yield self.content

    def call(self, count: str) -> None:
        """Say in the title how much there is."""
        self.title = f"{self._base} {count}".rstrip()
        self._heading.update(Content(self.title))


class Panes(Vertical):
    """Below 110 columns one of the panes, from there on all of them under each other."""

    DEFAULT_CSS = """
    Panes { height: 45%; min-height: 4; max-height: 7; }
    Panes #names { height: 1; padding: 0 1; }
    Panes Pane { height: 1fr; display: none; }
    Panes Pane.-current { display: block; }
    Panes .title { display: none; height: 1; padding: 0 1; text-style: bold; color: $text-primary; }
    Panes Options, Panes Options:focus { border: none; height: 1fr; background: $background; }
    Panes TextView { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._names = Static(id="names")
        self._findings = Options()
        self._words, self._senders = TextView(), TextView()
        self._panes = (
            Pane("findings", "Findings", self._findings),
            Pane("words", "In words", self._words),
            Pane("senders", "Senders", self._senders),
        )
        self._current = 0
        self._found: Sequence[Finding] = ()

    def compose(self) -> ComposeResult:
        """All panes."""
        yield self._names
        yield from self._panes

    def on_mount(self) -> None:
        """Begin with the first."""
        self._draw()

    def next(self) -> None:
        """Show the next pane, and put the focus there."""
        if self.screen.has_class("-wide"):
            inside = next((place for place, pane in enumerate(self._panes) if pane.content.has_focus), -1)
            self._current = (inside + 1) % len(self._panes)
        else:
            self._current = (self._current + 1) % len(self._panes)
        self._draw()
        self._panes[self._current].content.focus()

    def _draw(self) -> None:
        names: list[str | tuple[str, str]] = []
        for place, pane in enumerate(self._panes):
            current = place == self._current
            pane.set_class(current, "-current")
            names.append((f"[{pane.title}]", "bold $text-primary") if current else (f" {pane.title} ", "$text-muted"))
            names.append(" ")
        self._names.update(Content.assemble(*names))

    @property
    def pointed(self) -> int | None:
        """Where in the pattern the finding is that somebody looks at."""
        found = self.finding if self._findings.has_focus else None
        return found.start if found else None

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor, or the first that can be mended where that one cannot."""
        place = self._findings.highlighted
        chosen = self._found[place] if place is not None and place < len(self._found) else None
        if chosen is not None and (chosen.fix is not None or self._findings.has_focus):
            return chosen
        return next((found for found in self._found if found.fix is not None), chosen)

    def show_findings(self, found: Sequence[Finding]) -> None:
        """Show what the lint says."""
        self._found = found
        self._findings.set_options(
            [Option(_finding(one)) for one in found] or [Option(Content.styled("nothing to say", "$text-muted"))]
        )
        self._findings.highlighted = 0 if found else None
        self._panes[0].call(str(len(found)) if found else "")
        self._draw()

    def show_words(self, seen: Look) -> None:
        """Show the reading."""
        lines = [TextLine(f"{'or ' if place else ''}{display(line)}", hang=3) for place, line in enumerate(seen.words)]
        self._words.show(lines)
        self._panes[1].call("")
        self._draw()

    def show_change(self, found: Comparison | None, known: int) -> None:
        """Show who is gained and lost."""
        self._panes[2].call(f"+{len(found.change.gained):,} -{len(found.change.lost):,}" if found else "")
        self._senders.show(change_lines(found, known) if found else ())
        self._draw()

    def show_trouble(self, words: str) -> None:
        """Say why nobody can tell who is gained and lost."""
        self._panes[2].call("?")
        self._senders.show([TextLine(f"x {display(words)}", "bad", hang=2)])
        self._draw()


def _finding(found: Finding) -> Content:
    word, style = _GLYPHS[found.severity]
    fix = ("  f: use ", "bold"), display(found.fix) if found.fix else "  f: clear the pattern"
    return Content.assemble(
        (f"{word} ", style),
        (f"{found.id} ", "$text-muted"),
        display(found.message),
        *(fix if found.fix is not None else ()),
    )


def change_lines(found: Comparison, known: int) -> list[TextLine]:
    """Tell who is gained and lost against the stored pattern, and who writes from a domain that resembles."""
    change = found.change
    if not known:
        return [TextLine("No sender is known yet, neither by the journal nor by the register.", "muted")]
    told = f"{known:,} known senders: {len(change.gained):,} gained, {len(change.lost):,} lost"
    lines = [TextLine(f"Of {told} against the stored pattern.", "muted")]
    if not change.complete:
        lines.append(TextLine("! Stopped: the pattern is too slow to ask them all.", "warning"))
    for addresses, glyph, style in (
        (change.lost, "- lost   ", "bad"),
        (change.gained, "+ gained ", "good"),
        (change.timed_out, "! time   ", "warning"),
    ):
        lines += [TextLine(f"{glyph}{display(address)}", style, hang=9) for address in addresses[:_MOST]]
        if len(addresses) > _MOST:
            lines.append(TextLine(f"{glyph}and {len(addresses) - _MOST:,} more", style))
    for miss in found.near_misses[:_MOST]:
        writers = f"{len(miss.senders):,} {'sender' if len(miss.senders) == 1 else 'senders'}"
        told = f"~ near   {display(miss.domain)} is not {display(miss.name)}: {miss.likeness} ({writers})"
        lines.append(TextLine(told, "warning", hang=9))
    return lines
