"""A text outside the console's screen, for what the terminal itself offers to mark and copy."""

import asyncio
import contextlib
import sys
import termios

from textual.app import App, SuspendNotSupported

BACK = "[enter goes back to the console]"


async def show_plain(app: App[object], text: str) -> bool:
    """Leave the console's screen, write displayable lines as they stand, and come back on enter.

    Everything goes on meanwhile, only nothing is drawn. False where the terminal cannot be left.
    """
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    with app.batch_update():
        try:
            with app.suspend():
                await asyncio.to_thread(_write, f"{text}\n\n{BACK}\n")
                keyboard = sys.__stdin__.fileno() if sys.__stdin__ else 0
                loop.add_reader(keyboard, typed.set)
                try:
                    await typed.wait()
                finally:
                    loop.remove_reader(keyboard)
                with contextlib.suppress(termios.error):
                    termios.tcflush(keyboard, termios.TCIFLUSH)
        except SuspendNotSupported:
            return False
    return True


def _write(text: str) -> None:
    """Write, in a thread: a line that is slow, or was dropped, blocks nothing."""
    with contextlib.suppress(OSError):
        print(text, end="", file=sys.__stdout__, flush=True)
