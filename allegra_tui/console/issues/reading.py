"""A screen that shows an issue: texts, checks, originals, files."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from allegra_tui.console.details_screen import ReadingScreen
from allegra_tui.console.dialogs import Ask, Choose
from allegra_tui.console.issues import details
from allegra_tui.console.issues.details import Details
from allegra_tui.console.text_screen import TextScreen
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.paths import expanded
from allegra_tui.usecases import browse, files


class IssueScreen(ReadingScreen[Details]):
    """Shows the wanted issue. Subclasses say which one, and by which keys."""

    def __init__(self) -> None:
        super().__init__()
        self._quoted = self._why = False

    def reader(self, wanted: int) -> Callable[[], tuple[Details, list[TextLine]]]:
        """Return what reads an issue."""
        session, quoted, why = self.session, self._quoted, self._why

        def read() -> tuple[Details, list[TextLine]]:
            found = details.read(session, wanted)
            return found, details.lines(found, quoted=quoted, why=why)

        return read

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
        sources = details.sources(self.found) if self.found else []
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
        found = self.found.files if self.found else []
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
    # os.path.exists, for what may not be looked at is told by the attempt to write it, in a line.
    return "There is such a file: choose another name." if os.path.exists(expanded(path)) else None
