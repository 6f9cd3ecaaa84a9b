"""How the console ends when it is told to, or when the line drops: the work in hand finishes, the terminal is put back.

Textual by itself dies on SIGHUP and SIGTERM and leaves the terminal in its modes.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable

from allegra_tui.console import background, terminal

INTERRUPTED = 130
SECONDS = 4.5
"""How long the work in hand may take; after that the process ends whatever it does."""
_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)


def watch(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> Callable[[], None]:
    """Call `end` on the event loop when a signal asks the process to end. Return what lifts the limit, once the work
    in hand is finished.

    Called before anything is written to the terminal: from then on no signal leaves it as it is.
    """
    limit = threading.Timer(SECONDS, os._exit, (INTERRUPTED,))
    limit.daemon = True

    def told() -> None:
        if terminal.is_gone():
            # Textual's writer would die of the first error and its queue then block the event loop for ever.
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nowhere, descriptor)
            os.close(nowhere)
        if limit.ident is None:
            limit.start()
        end()

    for number in _SIGNALS:
        loop.add_signal_handler(number, told)
    return limit.cancel


def close(loop: asyncio.AbstractEventLoop, *, interrupted: bool) -> None:
    """Close the event loop after the app, as `asyncio.run` would. Where the process was told to end, threads that
    merely read or import are not waited for."""

    async def end() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await loop.shutdown_asyncgens()
        if not interrupted:
            await loop.shutdown_default_executor()

    loop.run_until_complete(end())
    if interrupted:
        background.finish()
    loop.close()


def leave(code: int) -> int:
    """Return an exit code; where the process was told to end, end it here, whatever threads still read."""
    if code == INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
