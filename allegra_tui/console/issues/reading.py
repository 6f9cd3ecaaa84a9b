"""A screen that shows an issue beside its list, or in its place: texts, checks, originals, files."""

import re
from functools import partial
from pathlib import Path

from allegra_tui.console.dialogs import Ask, Choose
from allegra_tui.console.issues import details
from allegra_tui.console.issues.details import Details
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.text_screen import TextScreen
from allegra_tui.console.widgets.text_view import TextLine, TextView
from allegra_tui.usecases import browse, files


class ReadingScreen(ConsoleScreen[None]):
    """Shows the wanted issue in `view`. Subclasses say which one, where the view stands, and by which keys."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TextView()
        self.wanted: int | None = None
        """The issue whose details are to be shown."""
        self._details: Details | None = None
        self._reading: int | None = None
        """The issue whose details are being read."""
        self._quoted = self._why = False

    @property
    def hits(self) -> re.Pattern[str] | None:
        """What is marked in the text."""
        return None

    def want(self, number: int | None) -> None:
        """Show an issue; one is read at a time, so that a held key reads few."""
        self.wanted = number
        if number is None:
            self._details = None
            self.view.show(())
        elif self._number != number:
            self._read_wanted()

    def want_again(self) -> None:
        """Read the wanted issue again."""
        self._read_wanted(keep_place=True)

    def _read_wanted(self, *, keep_place: bool = False) -> None:
        wanted = self.wanted
        if wanted is None or self._reading is not None:
            return
        self._reading = wanted
        session, quoted, why = self.session, self._quoted, self._why

        def read() -> tuple[Details, list[TextLine]]:
            found = details.read(session, wanted)
            return found, details.lines(found, quoted=quoted, why=why)

        self.read(read, partial(self._show_details, keep_place=keep_place), group="details")

    def _show_details(self, found: tuple[Details, list[TextLine]], *, keep_place: bool) -> None:
        self._reading = None
        self._details, shown = found
        if self._number == self.wanted:
            self.view.show(shown, hits=self.hits, keep_place=keep_place)
            self.refresh_bindings()
        else:
            self._read_wanted()

    @property
    def _number(self) -> int | None:
        return self._details.issue.number if self._details else None

    def trouble(self, error: Exception) -> None:
        """Read the next details even if these failed."""
        self._reading = None
        super().trouble(error)

    def action_quoted(self) -> None:
        """Show whole texts, or those without quoted history."""
        self._quoted = not self._quoted
        self.want_again()

    def action_why(self) -> None:
        """Show the checks behind each message, or not."""
        self._why = not self._why
        self.want_again()

    def action_original(self) -> None:
        """View the source of the message that the issue came by; of several messages, the one that is chosen."""
        sources = details.sources(self._details) if self._details else []
        if not sources:
            self.tell("This issue did not come by mail.")
        elif len(sources) == 1:
            self._show_original(sources[0][0])
        else:
            names = [(str(message_id), words) for message_id, words in reversed(sources)]
            self.app.push_screen(Choose("The original of which message", names), self._show_original)

    def _show_original(self, message_id: int | str | None) -> None:
        if message_id is None:
            return
        read = partial(browse.original, self.session.store, int(message_id))
        self.app.push_screen(
            TextScreen(f"Original of message {message_id}", lambda: read().decode("utf-8", "replace"), wrapped=False)
        )

    def action_save_file(self) -> None:
        """Choose an attachment and a path, and write it there."""
        found = self._details.files if self._details else []
        if not found:
            self.tell("This issue has no attachments.")
            return
        names = [
            (str(index), f"[{index + 1}] {file.filename}  {details.size(file.size)}")
            for index, file in enumerate(found)
        ]

        def chosen(index: str | None) -> None:
            if index is None:
                return
            file = found[int(index)]

            def named(path: str | None) -> None:
                if path:
                    save = partial(files.save_attachment, self.session.store, file, Path(path))
                    self.change(save, lambda saved: self.tell(f"Saved {saved}"))

            about = "On the machine where the console runs. Nothing is overwritten."
            default = str(Path.cwd() / files.file_name(file))
            self.app.push_screen(Ask("Save to", value=default, about=about, check=_taken), named)

        self.app.push_screen(Choose("Which attachment", names), chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action in ("quoted", "why", "save_file", "original") and not self.view.display:
            return False
        return super().check_action(action, parameters)


def _taken(path: str) -> str | None:
    return "There is such a file: choose another name." if Path(path).expanduser().exists() else None
