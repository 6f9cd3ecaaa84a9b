"""The Textual app: places, themes, beginning and end. What a screen shows is the screen's own business."""

import gc
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.keys import key_to_character
from textual.screen import Screen
from textual.scrollbar import ScrollBar

from allegra_tui.console import ending, preferences, themes
from allegra_tui.console.background import deliver, to_be_finished
from allegra_tui.console.key_order import KeysInOrder
from allegra_tui.console.links import Link
from allegra_tui.console.opening import OpeningScreen
from allegra_tui.console.printable import Printable
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.screens import PLACES, Place
from allegra_tui.console.stylesheet import ParsedOnce
from allegra_tui.console.widgets.scrollbar import LineScrollBar
from allegra_tui.text import display_lines

if TYPE_CHECKING:
    from allegra_tui.console.polling import Polling
    from allegra_tui.usecases.session import Session


_SWITCH_SECONDS = 0.001
"""How soon a busy thread gives way to the event loop; by default 5 ms, and a key takes many turns."""
_KEYS = {"pagedown": "pgdn", "pageup": "pgup", "escape": "esc", "slash": "/", "comma": ","}


def _go(place: Place) -> Binding:
    return Binding(
        place.key, f"app.go('{place.name}')", place.title, id=f"go.{place.name}", tooltip=place.about, show=False
    )


def _prepare() -> None:
    """Import what the other places need, in a thread, once the first one is drawn.

    So no key waits for it, and no update of the program under an open console mixes its modules. What is loaded then
    stays, and is not walked through for garbage again.
    """
    for place in PLACES:
        import_module(place.module)
    gc.freeze()


def _raise(error: Exception) -> None:
    raise error


class Console(KeysInOrder[None]):
    """The console over one data directory."""

    TITLE = "allegra-tui"
    CSS_PATH = "console.tcss"
    ESCAPE_TO_MINIMIZE = False
    COMMAND_PALETTE_BINDING = "ctrl+p"
    HORIZONTAL_BREAKPOINTS = [(0, "-cramped"), (60, "-narrow"), (110, "-wide")]  # noqa: RUF012  (Textual declares it so)
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *(_go(place) for place in PLACES),
        Binding("question_mark,f1", "help", "help", id="app.help", tooltip="What this screen is for, and its keys"),
        Binding("A", "audit", "audit", id="app.audit", tooltip="Who did what", show=False),
        Binding(
            "colon,ctrl+p",
            "command_palette",
            "commands",
            id="app.palette",
            tooltip="Find a command by name",
            show=False,
        ),
        Binding("escape", "back", "back", id="app.back", tooltip="Back to where you came from", show=False),
        Binding("q", "back_or_quit", "leave", id="app.leave", tooltip="Back; where there is no way back, quit"),
        Binding("ctrl+q", "quit", "quit", id="app.quit_now", tooltip="Quit", show=False, priority=True),
    ]

    def __init__(self, root: Path, *, read_only: bool = False, theme: str | None = None) -> None:
        few_colours = themes.choose(None) == themes.ANSI
        super().__init__(ansi_color=True if few_colours and theme is None else None)
        self.stylesheet = ParsedOnce(self.get_css_variables())
        for own in themes.OWN:
            self.register_theme(own)
        self.theme = themes.choose(theme or (None if few_colours else preferences.theme(root)))
        self.animation_level = "none"
        ScrollBar.renderer = LineScrollBar
        self.read_only = read_only
        self.places = PLACES
        self.place = PLACES[0].name
        """The place one is at, or is to begin with."""
        self.failure: Exception | None = None
        """Why the data directory could not be opened."""
        self._root = root
        self.polling: Polling | None = None
        """Polls the mailboxes while the console is open; None where it must not."""
        self._session: Session | None = None
        self._trail: list[str] = []
        self._visited: set[str] = set()
        self._endings: list[Callable[[], None]] = []
        self._told_to_end = False
        self._printable = Printable()
        for place in PLACES:
            self.add_mode(place.name, place.make)

    # --- beginning and end

    @property
    def session(self) -> "Session":
        """The open data directory."""
        assert self._session is not None, "screens are made once the database is open"
        return self._session

    def get_default_screen(self) -> Screen[None]:
        """Begin with the frame."""
        return OpeningScreen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing through that could steer the terminal."""
        return (*super().get_line_filters(), self._printable)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text, nothing in it that could steer the terminal it is pasted into."""
        super().copy_to_clipboard(display_lines(text))

    def on_mount(self) -> None:
        """Open the database once the frame is painted."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        if self._told_to_end:
            self.end()
        self.screen.call_after_refresh(self.run_worker, self._open, thread=True, group="open")

    def _open(self) -> None:
        """Import what is heavy and open the database, in a thread."""
        from allegra_tui.usecases.session import open_session
        from allegra_tui.usecases.workspace import EXPECTED

        if self._told_to_end:
            return
        try:
            with to_be_finished():
                self._session = open_session(self._root, read_only=self.read_only)
        except EXPECTED as error:
            self.failure = error
            deliver(self, partial(self.exit, None, 2))
            return
        import_module(next(place.module for place in PLACES if place.name == self.place))  # not on the event loop
        deliver(self, partial(self.go, self.place))
        if not self.is_headless:
            deliver(self, partial(self.call_after_refresh, self.run_worker, _prepare, thread=True, group="prepare"))
        if not (self.read_only or self.is_headless):
            from allegra_tui.console.polling import Polling

            self.polling = Polling(self._session, lambda error: deliver(self, partial(_raise, error)))
            self.at_end(self.polling.stop)
            self.polling.start()

    def at_end(self, stop: Callable[[], None]) -> None:
        """Have `stop` called when the console ends: it tells a thread to finish, and does not wait for it."""
        self._endings.append(stop)

    def end(self) -> None:
        """End as when a signal says so: nothing is asked, running work finishes what it has in hand. Called before the
        app runs, it ends in its first moment."""
        self._told_to_end = True
        if self.is_running:
            self.exit(return_code=ending.INTERRUPTED)

    def exit(self, *args: object, **options: object) -> None:
        """Leave, and tell running work to finish."""
        for stop in self._endings:
            stop()
        super().exit(*args, **options)  # type: ignore[arg-type]

    def _fatal_error(self) -> None:
        """End after a defect with its trace as Python writes it.

        Textual's own, for which there is no public hook, shows what variables held: passwords, and foreign text as it
        came.
        """
        self.panic(Text(display_lines(traceback.format_exc())))

    def close(self) -> None:
        """Close the database, once the app has ended."""
        if self.polling is not None:
            self.polling.close()
        if self._session is not None:
            self._session.close()

    # --- places

    def go(self, link: Link | str) -> None:
        """Go to a place. Until the database is open the wish is remembered."""
        wanted = Link(link) if isinstance(link, str) else link
        here, self.place = self.place, wanted.place
        if self._session is None:
            self.screen.refresh(recompose=False)
            return
        if wanted.record is not None or wanted.where:
            self._trail.append(here)
        else:
            self._trail.clear()
        self.switch_mode(wanted.place)
        self._visited.add(wanted.place)
        base = self.screen_stack[0]
        if isinstance(base, ConsoleScreen) and (wanted.record is not None or wanted.where):
            base.call_after_refresh(base.follow, wanted)

    def go_back(self) -> bool:
        """Go back to where the last link was followed. False where none was."""
        if not self._trail:
            return False
        self.place = self._trail.pop()
        self.switch_mode(self.place)
        return True

    def action_go(self, place: str) -> None:
        """Go to a place."""
        self.go(place)

    async def action_back(self) -> None:
        """Go back one step; never quit."""
        if isinstance(self.screen, ConsoleScreen):
            self.screen.leave()

    async def action_back_or_quit(self) -> None:
        """Go back one step, or quit where there is none."""
        if not isinstance(self.screen, ConsoleScreen) or not self.screen.leave():
            await self.action_quit()

    async def action_quit(self) -> None:
        """Quit. Asks where something would be lost."""
        unsaved = [
            words
            for place in self._visited
            for screen in self.get_screen_stack(place)
            if isinstance(screen, ConsoleScreen) and (words := screen.unsaved)
        ]
        if not unsaved:
            self.exit()
            return
        from allegra_tui.console.dialogs import Confirm

        def decided(sure: bool | None) -> None:
            if sure:
                self.exit()

        self.push_screen(Confirm("Quit and lose this?", unsaved, yes="Quit"), decided)

    # --- help and palette

    def get_key_display(self, binding: Binding) -> str:
        """Name keys in ASCII, as they are written elsewhere."""
        if binding.key_display:
            return binding.key_display
        modifiers, key = binding.parse_key()
        character = key_to_character(key)
        name = character if character and character.isprintable() and character != " " else _KEYS.get(key, key)
        return "+".join([*modifiers, name])

    def action_help(self) -> None:
        """Show what the screen is for, and its keys."""
        from allegra_tui.console.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_audit(self) -> None:
        """Show who did what."""
        from allegra_tui.console.audit.listing import AuditScreen

        if self._session is not None and not isinstance(self.screen, AuditScreen):
            self.push_screen(AuditScreen())

    def action_command_palette(self) -> None:
        """Find a command by name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Find a command", id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every binding in force that can be used now, and the themes."""
        seen = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            words = binding.tooltip or binding.description
            if not binding.id or not active.enabled or binding.action in seen:
                continue
            seen.add(binding.action)
            run = partial(self.run_action, binding.action, active.node)
            yield SystemCommand(f"{words} ({self.get_key_display(binding)})", "", run)
        for name in self.available_themes:
            yield SystemCommand(f"Theme {name}", "", partial(setattr, self, "theme", name))
