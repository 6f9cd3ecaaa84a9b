"""The pattern of allowed senders: a playground, and where it is saved."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Input, OptionList, Static

from allegra_tui.console.dialogs import Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.pattern.building import Builder, presets
from allegra_tui.console.pattern.looking import looking, until_unwanted
from allegra_tui.console.pattern.marked import Marked
from allegra_tui.console.pattern.panes import Panes
from allegra_tui.console.pattern.staged import Staged
from allegra_tui.console.pattern.trial import Trial
from allegra_tui.console.pattern.trying import Must
from allegra_tui.console.pattern.typing import Typed
from allegra_tui.console.pattern.words import state
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.settings.review import ReviewScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.usecases import patterns
from allegra_tui.usecases.patterns import Background, Comparison, Finding
from allegra_tui.usecases.playground import Asked, Look

_PAUSE = 0.15
"""Seconds without a key before what is typed is looked at."""


class PatternScreen(ConsoleScreen[None]):
    """A pattern, addresses to try it on, and what there is to say about it."""

    CSS_PATH = "pattern.tcss"
    HELP_TEXT = (
        "Who may write at all, as a Perl 5 regular expression on the sender's address. Perl: whether Perl's plain "
        "search finds it, as written. Taken: whether the intake accepts the address: the match has to reach the end "
        "and take in the whole domain. Addresses that must be accepted or refused (space) are saved with the pattern, "
        "and checked before. Nothing is stored before ctrl+s has shown what would change."
    )
    CHANGES = frozenset({"save"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "edit", id="pattern.edit", tooltip="Edit the pattern; esc comes back"),
        Binding("a", "add", "address", id="pattern.add", tooltip="Type an address to try; enter keeps it"),
        Binding("space", "must", "must", id="pattern.must", tooltip="Must be accepted, refused, or neither"),
        Binding("f", "fix", "fix", id="pattern.fix", tooltip="Mend the pattern as the chosen finding says"),
        Binding("ctrl+s", "save", "save", id="pattern.save", tooltip="See what would change, then save"),
        Binding("u,ctrl+z", "undo", "undo", id="pattern.undo", tooltip="Back to the pattern before"),
        Binding("t", "pane", "pane", id="pattern.pane", tooltip="Findings, in words, senders"),
        Binding("b", "build", "build", id="pattern.build", tooltip="Make a pattern from a list of domains"),
        Binding("p", "preset", "presets", id="pattern.preset", tooltip="Begin with one of the manual's patterns"),
        Binding("d", "remove", "remove", id="pattern.remove", tooltip="Take the address off the list"),
        Binding("x", "drop", "drop", id="pattern.drop", tooltip="Back to what is stored", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._heading = Heading("Pattern of allowed senders")
        self._source = Typed(id="source", placeholder="no pattern: every domain is allowed")
        self._marks = Marked(id="marks")
        self._state = Static(id="state")
        self._trial = Trial()
        self._panes = Panes()
        self._before: Background | None = None
        self._seen: Look | None = None
        self._looks: dict[str, Look] = {}
        """What was found out about patterns, by their text: coming back to one needs no new look."""
        self._history: list[str] = []
        """Patterns that were looked at, the newest last."""

    def body(self) -> ComposeResult:
        """The pattern, addresses, panes."""
        yield self._heading
        with Horizontal(classes="line"):
            yield Static("Pattern", classes="label")
            yield self._source
        yield self._marks
        yield self._state
        with Container(id="main"):
            yield self._trial
            yield self._panes

    def on_mount(self) -> None:
        """The keys are those of the list until somebody edits."""
        self._trial.go()

    # --- what is stored, and what is changed

    @property
    def _stored(self) -> IntakeSettings:
        return self._before.stored if self._before else IntakeSettings()

    @property
    def _staged(self) -> Staged:
        """The settings as they are to be."""
        return Staged(self._source.value, self._trial.of(Must.ACCEPT), self._trial.of(Must.REFUSE))

    @property
    def unsaved(self) -> str | None:
        """The pattern."""
        return "The pattern of allowed senders" if self._before and self._staged.differs(self._stored) else None

    def load(self) -> None:
        """Read what is stored, and who is known."""
        self.read(partial(patterns.background, self.session.store), self._loaded)

    def _loaded(self, found: Background) -> None:
        staged = self._staged
        if self._before is None or not staged.differs(self._stored) or not staged.differs(found.stored):
            self._adopt(found)
        else:
            self._before = replace(found, stored=self._stored)
        self._look()

    def _adopt(self, found: Background) -> None:
        """Show what is stored; addresses that were tried stay."""
        self._before = found
        self._trial.adopt(found.stored)
        self._put(found.stored.allowed_pattern)

    def follow(self, link: Link) -> None:
        """Try the address that is `record`."""
        if isinstance(link.record, str):
            self._trial.add(link.record)

    # --- looking at it, never on the event loop

    def _put(self, source: str) -> None:
        """Put another pattern into the field."""
        with self.prevent(Input.Changed):
            self._source.value = source
        self._look()

    @on(Input.Changed, "#source")
    def _source_typed(self) -> None:
        self._look(_PAUSE)

    def _look(self, pause: float = 0) -> None:
        """Look at the pattern in the field, and ask it about the addresses."""
        source, addresses = self._source.value, self._trial.addresses
        contained = source != self._stored.allowed_pattern
        work = looking(source, addresses, seen=self._looks.get(source), pause=pause, contained=contained)
        self.read(work, self._looked, group="look")
        self._show_changed()

    def _looked(self, found: tuple[Look, Sequence[Asked]] | None) -> None:
        if found is None:
            return
        self._seen, answers = found
        self._looks[self._seen.source] = self._seen
        if not self._history or self._history[-1] != self._seen.source:
            self._history.append(self._seen.source)
        self._trial.show(self._seen, answers)
        self._show_pattern(self._seen)
        self._panes.show_words(self._seen)
        self._compare(self._seen)
        self._show_changed()

    def _compare(self, seen: Look) -> None:
        """Ask the lint, and the known senders."""
        before = self._before
        if before is None:
            return
        self.read(partial(patterns.findings, seen.source, before.known), self._found, group="findings")
        if seen.error is not None:
            self._panes.show_change(None, 0)
            return

        def compare(cancelled: Callable[[], bool]) -> Comparison:
            return patterns.senders_changed(before, seen, cancelled=cancelled)

        self.read(until_unwanted(compare), self._compared, group="senders")

    def _found(self, found: Sequence[Finding]) -> None:
        self._panes.show_findings(found)
        self.refresh_bindings()

    def _compared(self, change: Comparison | str) -> None:
        if isinstance(change, str):
            self._panes.show_trouble(change)
        else:
            self._panes.show_change(change, len(self._before.known) if self._before else 0)

    # --- what is shown

    def _show_changed(self) -> None:
        off = "" if self._stored.enabled else "the intake is off   "
        self._heading.right = off + ("* not saved yet" if self.unsaved else "as stored")
        self.refresh_bindings()

    def _show_pattern(self, seen: Look) -> None:
        self._mark(seen)
        self._state.update(state(seen))

    def _mark(self, seen: Look) -> None:
        """Show groups and the place of the trouble, or that of the finding one looks at."""
        place, written = seen.position, seen.text == seen.source
        if place is None and written:
            place = self._panes.pointed
        self._marks.show(seen.text, groups=seen.groups, caret=place)
        self._marks.set_class(bool(seen.groups) or place is not None, "-shown")

    @on(OptionList.OptionHighlighted)
    @on(DescendantFocus)
    @on(DescendantBlur)
    def _point(self) -> None:
        if self._seen is not None:
            self._mark(self._seen)

    @on(Trial.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    # --- addresses

    @on(Trial.Added)
    def _added(self) -> None:
        self._look()

    @on(Input.Submitted, "#source")
    def _edited(self) -> None:
        self._trial.go()

    def action_edit(self) -> None:
        """Edit the pattern."""
        self._source.focus()

    def action_add(self) -> None:
        """Type an address."""
        self._trial.type()

    def action_must(self) -> None:
        """Say what has to become of the address."""
        self._trial.next_must()
        self._show_changed()

    def action_remove(self) -> None:
        """Take the address off the list."""
        self._trial.take_away()
        self._show_changed()

    # --- the pattern

    def action_pane(self) -> None:
        """Go to the next pane."""
        self._panes.next()

    def action_fix(self) -> None:
        """Mend the pattern."""
        if (found := self._panes.finding) and found.fix is not None:
            self._put(found.fix)

    def action_undo(self) -> None:
        """Go back to the pattern before."""
        while self._history and self._history[-1] == self._source.value:
            self._history.pop()
        if self._history:
            self._put(self._history[-1])

    def action_drop(self) -> None:
        """Go back to what is stored."""
        if self._before:
            self._adopt(self._before)

    def action_preset(self) -> None:
        """Choose a pattern to begin with."""
        self.app.push_screen(presets(), self._use)

    def action_build(self) -> None:
        """Make a pattern from domains."""
        self.app.push_screen(Builder(), self._use)

    def _use(self, source: str | None) -> None:
        """Take what a dialog answers."""
        if source is not None:
            self._put(source)

    # --- saving

    def action_save(self) -> None:
        """Check everything, then show what would change."""
        before, staged = self._before, self._staged
        if before is None:
            return
        if self.unsaved is None:
            self.tell("Nothing is changed.")
            return

        def review(sure: bool | None) -> None:
            if sure:
                self.app.push_screen(ReviewScreen(self.session, before.stored, staged.changes), self._saved)

        def checked(warnings: Sequence[str]) -> None:
            if warnings:
                self.app.push_screen(Confirm("Save in spite of these findings?", warnings, yes="Go on"), review)
            else:
                review(True)

        self.change(partial(patterns.check_saving, staged.over(before.stored), before.known), checked)

    def _saved(self, stored: IntakeSettings | None) -> None:
        if stored is not None and self._before is not None:
            if not self._staged.differs(stored):
                self.tell("Saved.")
            self._adopt(replace(self._before, stored=stored))

    # --- keys

    def leave(self) -> bool:
        """From a field back to the list, then to where the person came from."""
        if not isinstance(self.focused, Typed):
            return super().leave()
        self._trial.go()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "must" | "remove" if self._trial.row is None:
                return False
            case "fix" if (found := self._panes.finding) is None or found.fix is None:
                return False
            case "undo" if not any(source != self._source.value for source in self._history):
                return False
            case "drop" | "save" if self.unsaved is None:
                return False
        return super().check_action(action, parameters)
