"""Whether the console can be shown here, and which colours suit the terminal."""

import locale
import os
import sys

from allegra_tui.usecases.errors import UseCaseError

_HEADLESS = "every task has a command: see allegra-tui --help"


class TerminalError(UseCaseError):
    """The console cannot be shown in this terminal: one line, with what to do next."""

    code = "terminal"
    exit_code = 2


def check() -> None:
    """Raise `TerminalError` unless standard input and output are a terminal that can show the console."""
    # Textual draws on standard error, because standard output may be captured by libraries.
    if not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__)):
        raise TerminalError(f"the console needs a terminal for input and output; {_HEADLESS}")
    if os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        raise TerminalError(f"the terminal (TERM={os.environ.get('TERM', '')}) cannot show the console; {_HEADLESS}")
    encoding = locale.getencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise TerminalError(
            f"the terminal's encoding is {encoding}, and the console needs UTF-8: set a locale such as "
            f"LANG=C.UTF-8; {_HEADLESS}"
        )


def has_few_colours() -> bool:
    """Whether only the terminal's own 16 colours, or none, may be used."""
    term = os.environ.get("TERM", "")
    many = "256" in term or "direct" in term or os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    return not many or "NO_COLOR" in os.environ


def is_gone() -> bool:
    """Whether the line to the terminal dropped, so that nothing can be written any more."""
    import termios

    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except termios.error:
        return True
    return False
