"""Settings of the intake, changed in two steps: staged, then saved after a last look; and the console's colours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console import preferences
from allegra_tui.console.dialogs import Choose, Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.settings.fields import HELP, LABELS, PATTERN, SECTIONS, THEME, Section, words
from allegra_tui.console.settings.form import SectionForm
from allegra_tui.console.settings.review import ReviewScreen
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.text import display
from allegra_tui.usecases import browse

COLUMNS = (Column("section", 15), Column("setting", 24), Column("value"))


@dataclass(frozen=True, slots=True)
class Line:
    """A setting as the table shows it."""

    name: str
    section: str
    """Empty but for the first of a section."""
    value: str
    changed: bool


def line_cells(line: Line) -> Sequence[str]:
    """Return what the columns show of a setting."""
    return line.section, LABELS[line.name] + (" *" if line.changed else ""), line.value


class SettingsScreen(ConsoleScreen[None]):
    """All settings in sections; those that are changed and not saved yet are marked."""

    CSS_PATH = "settings.tcss"
    HELP_TEXT = (
        "Enter opens the section of a setting. What you change there is marked with * and not in force yet: ctrl+s "
        "shows the difference and what it would do to the last messages, and saves after that. Markers and lists can "
        "be tried on a text while you change them."
    )
    CHANGES = frozenset({"review", "take_back", "drop"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "review", "look and save", id="settings.review", tooltip="See the difference, then save"),
        Binding("u", "take_back", "take back", id="settings.back", tooltip="Take this change back"),
        Binding("x", "drop", "drop all", id="settings.drop", tooltip="Drop all changes that are not saved"),
        Binding("e", "edit", "edit", id="settings.edit", tooltip="Change this setting", show=False),
        Binding("p", "pattern", "pattern", id="settings.pattern", tooltip="Go to the pattern of allowed senders"),
        Binding("A", "app.audit", "audit", id="settings.audit", tooltip="Who did what"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._heading = Heading("Settings")
        self._help = Static(id="about")
        self._table: VirtualTable[Line] = VirtualTable(COLUMNS, line_cells, self.trouble, markable=False)
        self._stored: IntakeSettings | None = None
        """As it was read before the first change: what is saved later is compared with it."""
        self._staged: dict[str, object] = {}
        self._projects: Sequence[tuple[str, str]] = ()
        self._lines: dict[int, Line] = {}
        self._review: ReviewScreen | None = None
        """The last look that was taken."""
        self._wanted: object = None
        """The setting that the cursor is to go to, by its name."""

    def body(self) -> ComposeResult:
        """Heading, settings, and the help of the one under the cursor."""
        yield self._heading
        yield self._table
        yield self._help

    def on_mount(self) -> None:
        """What runs over the settings stops when the console ends."""
        self.console.at_end(self._stop)

    def load(self) -> None:
        """Read the settings."""
        store = self.session.store

        def read() -> tuple[IntakeSettings, list[tuple[str, str]]]:
            projects, _ = browse.all_projects(store)
            active = [(project.key, project.key) for project in projects if not project.archived]
            return browse.intake_settings(store), active

        self.read(read, self._show)

    def _show(self, found: tuple[IntakeSettings, Sequence[tuple[str, str]]]) -> None:
        stored, self._projects = found
        if self._stored is None or not self._staged:
            self._stored = stored
        self._draw()

    @property
    def _new(self) -> IntakeSettings:
        """The settings as they are to be."""
        return replace(self._stored or IntakeSettings(), **self._staged)  # type: ignore[arg-type]

    def _draw(self) -> None:
        new, lines = self._new, []
        for section in SECTIONS:
            names = [field.name for field in section.fields]
            if section is SECTIONS[0]:
                names.insert(2, PATTERN)
            for name in names:
                shown = words(name, getattr(new, name))
                lines.append(Line(name, section.name if name == names[0] else "", shown, name in self._staged))
        lines.append(Line(THEME, "Console", display(self.app.theme), False))
        self._lines = dict(enumerate(lines))
        count = len(self._staged)
        self._heading.right = f"* {count} not saved yet" if count else ""
        wanted = next((row for row, line in self._lines.items() if line.name == self._wanted), None)
        self._wanted = None
        self._table.fill(self._lines, wanted)
        self.refresh_bindings()

    @property
    def _setting(self) -> str | None:
        """The setting under the cursor."""
        row_id = self._table.cursor_id
        return self._lines[row_id].name if row_id is not None else None

    @on(VirtualTable.Moved)
    def _moved(self) -> None:
        self._help.update(Content(HELP.get(self._setting or "", "")))
        self.refresh_bindings()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.action_edit()

    @property
    def unsaved(self) -> str | None:
        """The changed settings."""
        return f"Settings: {', '.join(LABELS[name] for name in self._staged)}" if self._staged else None

    def follow(self, link: Link) -> None:
        """Go to the setting that is `record`, by its name in the configuration file."""
        self._wanted = link.record
        self._draw()

    # --- changing

    def action_edit(self) -> None:
        """Change the setting under the cursor, with those of its section."""
        match self._setting:
            case None:
                return
            case "theme":
                self._choose_theme()
            case "allowed_pattern":
                self.action_pattern()
            case name if self.console.read_only:
                self.tell(f"{LABELS[name]} cannot be changed: the console is open read-only.", failed=True)
            case name:
                section = next(one for one in SECTIONS if name in (field.name for field in one.fields))
                self._edit(section, name)

    def _edit(self, section: Section, name: str) -> None:
        def kept(new: IntakeSettings | None) -> None:
            if new is not None:
                self._stage(new)

        self.app.push_screen(SectionForm(self.session, section, self._new, self._projects, field=name), kept)

    def _stage(self, new: IntakeSettings) -> None:
        stored = self._stored or IntakeSettings()
        self._staged = {
            field.name: value
            for section in SECTIONS
            for field in section.fields
            if (value := getattr(new, field.name)) != getattr(stored, field.name)
        }
        self._draw()

    def action_take_back(self) -> None:
        """Take the change under the cursor back."""
        if self._setting is not None:
            self._staged.pop(self._setting, None)
            self.load()

    def action_drop(self) -> None:
        """Ask, and drop all changes."""

        def decided(sure: bool | None) -> None:
            if sure:
                self._staged.clear()
                self.load()

        self.app.push_screen(
            Confirm("Drop these changes?", [LABELS[name] for name in self._staged], yes="Drop"), decided
        )

    def action_review(self) -> None:
        """See the difference and what it would do, then save."""
        if self._stored is None or not self._staged:
            return

        def seen(saved: IntakeSettings | None) -> None:
            if saved is None:
                return
            if all(getattr(saved, name) == value for name, value in self._staged.items()):
                self.tell("The settings are saved and in force from the next run on.")
            self._staged = {}
            self.load()

        self._review = ReviewScreen(self.session, self._stored, dict(self._staged))
        self.app.push_screen(self._review, seen)

    def _stop(self) -> None:
        if self._review is not None:
            self._review.stop()

    def action_pattern(self) -> None:
        """Go to the pattern's screen."""
        self.console.go(Link("pattern", where={"from": "settings"}))

    def _choose_theme(self) -> None:
        names = [(name, name) for name in sorted(self.app.available_themes)]

        def chosen(name: str | None) -> None:
            if name is None:
                return
            self.app.theme = name
            self._draw()
            session = self.session
            if not session.read_only:
                keep = partial(preferences.keep_theme, session.directory.root, name)
                self.change(keep, lambda _: self.tell(f"{name} from now on."))

        self.app.push_screen(Choose("Colours of the console", names, chosen=self.app.theme), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "review" | "drop" if not self._staged:
                return False
            case "take_back" if self._setting not in self._staged:
                return False
        return super().check_action(action, parameters)
