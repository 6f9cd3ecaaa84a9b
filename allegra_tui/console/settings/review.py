"""The last look at changed settings before they are saved: the difference, and what it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Choose
from allegra_tui.console.links import Link
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.settings.consequences import Consequences
from allegra_tui.console.settings.fields import LABELS, words
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine, TextView
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.text import display
from allegra_tui.usecases import changes, configure
from allegra_tui.usecases.errors import Changed
from allegra_tui.usecases.session import Session


def difference(old: IntakeSettings, new: IntakeSettings) -> list[TextLine]:
    """Tell what is changed, a line each; of lists what goes and what comes."""
    found: list[TextLine] = []
    for name, (before, after) in changes.between(old, new).items():
        label = LABELS.get(name, name)
        if isinstance(before, list) and isinstance(after, list):
            found.append(TextLine(f"~ {label}"))
            gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
            found += [TextLine(f"    - {display(str(one))}", "bad", hang=6) for one in gone]
            found += [TextLine(f"    + {display(str(one))}", "good", hang=6) for one in come]
            found += [TextLine("    in another order", "muted")] if not gone and not come else []
        else:
            found.append(TextLine(f"~ {label}: {words(name, before)} -> {words(name, after)}", hang=4))
    return found


class ReviewScreen(ConsoleScreen[IntakeSettings | None]):
    """Shows what is changed and what it would do; dismissed with the stored settings once saved or given up.

    `staged` holds the changed settings by name; they are laid over `stored`, which is what was read.
    """

    DEFAULT_CSS = """
    ReviewScreen TextView { height: auto; min-height: 1; max-height: 8; padding: 0 1; border-bottom: solid $panel; }
    """
    HELP_TEXT = (
        "What is changed, and below it what this would do: the last messages are judged again from their originals, "
        "by the stored settings and by the new ones. Nothing is stored before you press ctrl+s."
    )
    CHANGES = frozenset({"save"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "save", id="review.save", tooltip="Save the changed settings"),
        Binding("tab", "app.focus_next", "pane", id="review.pane", tooltip="To the other pane", show=False),
    ]

    def __init__(self, session: Session, stored: IntakeSettings, staged: Mapping[str, object]) -> None:
        super().__init__()
        self._opened, self._stored, self._staged = session, stored, staged
        self._heading = Heading("Changes, not saved yet")
        self._view = TextView()
        self._consequences = Consequences(session, self.trouble, self._open_message)

    @property
    def _new(self) -> IntakeSettings:
        """The settings as they would be."""
        return replace(self._stored, **self._staged)  # type: ignore[arg-type]

    def body(self) -> ComposeResult:
        """The difference, and what it would do."""
        yield self._heading
        yield self._view
        yield self._consequences

    def on_mount(self) -> None:
        """Show both."""
        self._consequences.focus_messages()
        self._show()

    def _show(self) -> None:
        lines = difference(self._stored, self._new)
        if lines and not self._new.enabled:
            lines.append(TextLine("! While the intake is off no mail is taken in, whatever is said below.", "warning"))
        count = len(changes.between(self._stored, self._new))
        self._heading.right = f"{count} {'setting' if count == 1 else 'settings'}"
        self._view.show(lines or [TextLine("Nothing differs from what is stored any more.", "muted")])
        self._consequences.ask(self._new)

    def stop(self) -> None:
        """Stop judging messages. From any thread."""
        self._consequences.stop()

    def _open_message(self, message_id: int) -> None:
        self.console.go(Link("journal", message_id))

    def action_save(self) -> None:
        """Save."""
        opened, new = self._opened, self._new
        save = partial(configure.save_settings, opened.store, new, was=self._stored, who=opened.who)
        self.change(save, lambda _: self.dismiss(new))

    def trouble(self, error: Exception) -> None:
        """Who was second is told and decides."""
        if isinstance(error, Changed):
            self._second(cast("IntakeSettings", error.current))
        else:
            super().trouble(error)

    def _second(self, current: IntakeSettings) -> None:
        theirs = difference(self._stored, current)
        both = [LABELS.get(name, name) for name in changes.between(self._stored, current) if name in self._staged]
        told: Sequence[str] = [line.text for line in theirs]
        if both:
            told = [*told, f"You changed, too: {', '.join(both)}"]

        def decided(answer: str | None) -> None:
            if answer == "theirs":
                self.dismiss(current)
            elif answer == "mine":
                self._stored = current
                self._show()

        self.app.push_screen(
            Choose(
                "Somebody else saved the settings meanwhile",
                [
                    ("mine", "Keep my changes, and look at them beside what is stored now"),
                    ("theirs", "Take theirs, and drop my changes"),
                ],
                about="\n".join(told),
            ),
            decided,
        )
