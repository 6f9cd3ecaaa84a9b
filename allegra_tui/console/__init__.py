"""The console: a Textual app over the use cases. It holds no rule of its own.

`run` is all that the rest of the program sees. How a screen is written is told in `console.screens`.
"""

from pathlib import Path


def run(data_dir: Path, *, read_only: bool = False, mouse: bool = True, theme: str | None = None) -> int:
    """Open the console on a data directory and return the exit code once the person leaves it.

    Raises `TerminalError` where it cannot be shown, `PathError` and `StoreError` where the data cannot be opened.
    """
    import asyncio

    from allegra_tui.console import terminal
    from allegra_tui.paths import DataDir

    terminal.check()
    if not read_only:
        DataDir(data_dir).prepare()

    from allegra_tui.console import ending
    from allegra_tui.console.app import Console

    app = Console(data_dir, read_only=read_only, theme=theme)
    loop = asyncio.new_event_loop()
    lift_limit = ending.watch(loop, app.end)
    app.run(mouse=mouse, loop=loop)
    ending.close(loop, interrupted=app.return_code == ending.INTERRUPTED)
    app.close()
    lift_limit()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
