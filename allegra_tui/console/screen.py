"""What every screen of the console is: its frame, its data, its trouble. The contract is told in `console.screens`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static

from allegra_tui.console import background
from allegra_tui.console.links import Link
from allegra_tui.console.widgets.keybar import KeyBar
from allegra_tui.console.widgets.placebar import PlaceBar
from allegra_tui.text import display_lines

if TYPE_CHECKING:
    from allegra_tui.console.app import Console
    from allegra_tui.usecases.session import Session

T = TypeVar("T")
Result = TypeVar("Result")


class Trouble(Static):
    """What went wrong, and stays until it is put right."""

    DEFAULT_CSS = """
    Trouble {
        display: none;
        height: auto;
        max-height: 5;
        padding: 0 1;
        color: $text-error;
        background: $panel;
    }
    """


class TooSmall(Static):
    """Takes the place of everything where the terminal is too small for it."""

    DEFAULT_CSS = """
    TooSmall { display: none; width: 1fr; height: 1fr; }
    Screen.-cramped > *, Screen.-flat > * { display: none; }
    Screen.-cramped > TooSmall, Screen.-flat > TooSmall { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(Content("This terminal is too small:\nthe console needs 60 columns and 15 lines."))


class ConsoleScreen(Screen[Result]):
    """A screen with the bar of places above and the bar of keys below."""

    HELP_TEXT: ClassVar[str] = ""
    """A few lines for the help: what the screen is for."""
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    """Names of the actions that change something: greyed out with `--read-only`."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "load", "Refresh", id="screen.refresh", tooltip="Read what the screen shows again", show=False),
    ]

    _under_dialog = False

    @property
    def console(self) -> "Console":
        """The app."""
        return cast("Console", self.app)

    @property
    def session(self) -> "Session":
        """The open data directory."""
        return self.console.session

    @property
    def unsaved(self) -> str | None:
        """What would be lost by leaving, in words; None where nothing would."""
        return None

    def compose(self) -> ComposeResult:
        """Put the frame around `body`."""
        yield PlaceBar()
        yield Trouble()
        yield from self.body()
        yield KeyBar()
        yield TooSmall()

    def body(self) -> ComposeResult:
        """Yield the widgets of the screen."""
        return iter(())

    def load(self) -> None:
        """Read what the screen shows. Called when it is shown, come back to, and by `r`."""

    def follow(self, link: Link) -> None:
        """Show what a link names."""

    def read(self, work: Callable[[], T], then: Callable[[T], object], *, group: str = "read") -> None:
        """Read in a thread. `then` gets the result on the event loop; a newer call of the group makes it unwanted."""

        def done(result: T) -> None:
            self.clear_trouble()
            then(result)

        background.run(self, work, done, self.trouble, group=group)

    def change(self, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Do what a person asked for in a thread. `then` gets the result on the event loop."""

        def done(result: T) -> None:
            self.clear_trouble()
            then(result)

        background.run(self, work, done, self.trouble, group="change", exclusive=False, finished=True)

    def trouble(self, error: Exception) -> None:
        """Show what went wrong until the next success."""
        line = self.query_one(Trouble)
        line.update(Content(f"x {display_lines(str(error))}"))
        line.display = True

    def clear_trouble(self) -> None:
        """Take it away again."""
        try:
            self.query_one(Trouble).display = False
        except NoMatches:  # the screen is being left
            return

    def tell(self, text: str, *, failed: bool = False) -> None:
        """Tell the result of the person's own action, for a few seconds."""
        self.notify(display_lines(text), severity="error" if failed else "information", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what changes something where nothing may be changed."""
        return None if action in self.CHANGES and self.console.read_only else True

    def action_load(self) -> None:
        """Refresh."""
        self.load()

    def on_screen_suspend(self) -> None:
        """Remember whether only a dialog lies over the screen."""
        self._under_dialog = self.app.screen.is_modal

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile; a dialog's answer decides itself what to read."""
        if not self._under_dialog:
            self.load()
        self._under_dialog = False

    def leave(self) -> bool:
        """Go back: to where the person came from, if the screen is the base of its place. Forms ask first. False where
        there is no way back."""
        if len(self.app.screen_stack) > 1:
            self.dismiss()
            return True
        return self.console.go_back()
