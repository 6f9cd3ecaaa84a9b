"""`allegra-tui watch`: keeps taking mail in."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser, exclude

if TYPE_CHECKING:
    from allegra_tui.commands.systemd import Service
    from allegra_tui.usecases.watch import Watch
    from allegra_tui.usecases.workspace import Workspace


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Keep taking mail in, all enabled mailboxes side by side: at once where the server tells of it (IMAP IDLE) and "
        "from Maildirs, else by the interval. Changed settings are noticed. SIGHUP reads them at once and looks into "
        "every mailbox; SIGTERM and Ctrl-C end after the message in hand."
    )
    parser.set_defaults(run=run)
    detail = parser.add_mutually_exclusive_group()
    detail.add_argument("--quiet", action="store_true", help="log only what went wrong")
    detail.add_argument("--verbose", action="store_true", help="log every step, and runs that found nothing too")
    parser.add_argument("--print-unit", action="store_true", help="print a unit file for systemd, and end")
    exclude(parser, "--print-unit", "--json", "--quiet", "--verbose")


def run(args: Namespace) -> int:
    """Watch until a signal ends it."""
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    return _print_unit(workspace) if args.print_unit else _watch(workspace, args)


def _print_unit(workspace: "Workspace") -> int:
    import sys

    from allegra_tui.commands.watch_unit import unit
    from allegra_tui.usecases.browse import mailboxes_of
    from allegra_tui.usecases.errors import Refused

    root = workspace.directory.root
    if not str(root).isprintable():
        raise Refused(f"a unit cannot name the data directory {root}: give it a name of ordinary characters first")
    with workspace.if_any() as store:
        mailboxes = mailboxes_of(store, []) if store else []
    sys.stdout.write(unit(root, mailboxes))
    return ExitCode.DONE


def _watch(workspace: "Workspace", args: Namespace) -> int:
    import gc
    import os
    import sys

    from allegra_tui.commands.systemd import Service
    from allegra_tui.commands.watch_log import Level, Log
    from allegra_tui.usecases.presence import claim
    from allegra_tui.usecases.watch import Report, Watch

    service = Service(os.environ)
    log = Log(as_json=args.json, level=Level.WARNING if args.quiet else Level.DEBUG if args.verbose else Level.INFO)
    stalled: list[str] = []
    begun: list[bool] = []

    def tick(report: Report) -> None:
        if not begun:
            begun.append(True)
            service.ready()
        service.status(report.text)
        for name in set(report.stalled).difference(stalled):
            log.tell(Level.ERROR, "stalled", f"{name}: no sign of life for longer than all time limits allow")
        stalled[:] = report.stalled
        if not stalled:
            service.ping()

    with workspace.existing() as store, claim(workspace.directory):
        watch = Watch(store, workspace.vault, emit=log.hear)
        # What is imported by now stays to the end: it need not be looked through again and again.
        gc.freeze()
        with _obeying(watch, service):
            unfinished = watch.run(tick, service.ready)
        if unfinished:
            # What is in hand is whole in the database or not there at all, and its lease dies with this process.
            sys.stdout.flush()
            os._exit(ExitCode.FAILED)
    return ExitCode.DONE


@contextmanager
def _obeying(watch: "Watch", service: "Service") -> Iterator[None]:
    """Take the first SIGTERM or Ctrl-C as a request to end after the message in hand; the second ends at once."""
    import signal
    from types import FrameType

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def end(number: int, frame: FrameType | None) -> None:
        service.stopping()
        watch.stop()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)

    def reload(number: int, frame: FrameType | None) -> None:
        service.reloading()
        watch.reload()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, reload)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
