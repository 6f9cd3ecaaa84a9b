"""How a run is printed while it goes on, how it is stopped, and how it ends. Shared by `fetch` and `import`."""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from allegra_tui.commands import failure, output
from allegra_tui.commands.declare import ExitCode
from allegra_tui.text import cells, clip, display
from allegra_tui.usecases.events import Emit, Event, MailboxDone, MessageDone, RunDone
from allegra_tui.usecases.intake import IntakeOff

_NOTHING = RunDone(
    mailboxes=(), received=0, created=0, commented=0, rejected=0, ignored=0, duplicate=0, failed=0, seconds=0.0
)


def run(act: Callable[[Emit], RunDone], *, as_json: bool) -> int:
    """Do a run, print its events, and return how the command ends."""
    printer = Printer(as_json=as_json)
    # What is imported by now stays to the end: looking through it again and again would take a tenth of the run.
    gc.freeze()
    try:
        done = act(printer.emit)
    except IntakeOff as off:
        printer.emit(_NOTHING)
        tell(off, as_json=as_json)
        return off.exit_code
    if not done.mailboxes and not as_json:
        output.note("No mailbox is enabled: allegra-tui mailbox list")
    if printer.trouble is not None:
        tell(printer.trouble, as_json=as_json)
        return ExitCode.FAILED
    return _exit_code(done)


class Stop(threading.Event):
    """Set when the run is to end; `exit_code` tells by which signal."""

    exit_code = 0


@contextmanager
def stopping() -> Iterator[Stop]:
    """Take the first Ctrl-C or SIGTERM as a request to end after the message in hand; the second ends at once."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.exit_code = 128 + number
        stop.set()
        for each in before:
            signal.signal(each, signal.SIG_DFL)

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stopped(Exception):  # noqa: N818  (it reads as what happened)
    """Somebody asked for the end while work was under way that leaves nothing behind."""


@contextmanager
def meter(stop: Stop) -> Iterator[Callable[[str, int, int], None]]:
    """Give what shows, on a terminal, how far work has come; it raises `Stopped` once a stop is asked for."""
    shown = sys.stderr.isatty()

    def show(step: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped
        if shown:
            sys.stderr.write(f"\r{step} {100 * done // max(total, 1):3} %  ")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r" + " " * 20 + "\r")


def tell(error: Exception, *, as_json: bool) -> None:
    """Tell expected trouble that does not end the command."""
    if told := failure.expected(error):
        failure.tell(told, as_json=as_json)


class Printer:
    """Prints the events of a run. Called from several threads, one at a time."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.trouble: OSError | None = None
        """Why not all could be printed."""

    def emit(self, event: Event) -> None:
        """Print one event. A reader who went away does not stop the run, nor does a full disk behind the output."""
        try:
            if self._as_json:
                _print_json(event)
            else:
                _print(event)
            sys.stdout.flush()
        except BrokenPipeError:
            output.silence()
        except OSError as error:
            self.trouble = error
            output.silence()


def message_json(message: MessageDone) -> dict[str, object]:
    """Return what became of a message."""
    return {
        "event": "message",
        "mailbox": message.mailbox,
        "key": message.key,
        "outcome": message.outcome,
        "reason": message.reason,
        "issue": message.issue,
        "subject": message.subject,
        "sender": message.sender,
        "dry_run": message.dry_run,
    }


def print_message(message: MessageDone) -> None:
    """Print what became of a message on one line, and below it why it was refused."""
    issue = f"#{message.issue}" if message.issue is not None else ""
    parts = [f"{message.outcome:<9}", f"{issue:>7}", _fixed(message.mailbox, 10), _fixed(message.sender or "-", 24)]
    start = "  ".join(parts)
    output.say(f"{start}  {clip(display(message.subject), max(8, output.width() - cells(start) - 2))}".rstrip())
    if message.reason is not None:
        why = f"{message.reason}: {message.detail}" if message.detail else message.reason
        output.block(why, indent=" " * 11, most=4)


def _print_json(event: Event) -> None:
    if isinstance(event, MessageDone):
        output.emit(message_json(event))
    elif isinstance(event, RunDone):
        output.emit(summary_json(event))


def summary_json(done: RunDone) -> dict[str, object]:
    """Return what a run did."""
    mailboxes = [
        {
            "name": mailbox.name,
            "error": mailbox.error,
            "skipped": mailbox.skipped,
            "more": mailbox.more,
            "received": mailbox.received,
            "left": mailbox.left,
            "deleted": mailbox.deleted,
            "moved": mailbox.moved,
        }
        for mailbox in done.mailboxes
    ]
    return {"event": "summary", "mailboxes": mailboxes, **_counts(done), "seconds": done.seconds}


def _print(event: Event) -> None:
    if isinstance(event, MessageDone):
        print_message(event)
    elif isinstance(event, MailboxDone):
        _print_mailbox(event)
    elif isinstance(event, RunDone) and event.mailboxes:
        counts = _counts(event)
        received = counts.pop("received")
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing new"
        output.say(
            f"{received} received: {told} ({event.seconds:.1f} s)" if received else f"{told} ({event.seconds:.1f} s)"
        )


def _print_mailbox(mailbox: MailboxDone) -> None:
    if mailbox.error:
        output.note(f"{display(mailbox.name)}: {display(mailbox.error)}")
    if mailbox.skipped:
        output.note(f"{display(mailbox.name)}: skipped, {display(mailbox.skipped)}")
    if mailbox.received or mailbox.deleted or mailbox.moved:
        counts = {"left there": mailbox.left, "deleted": mailbox.deleted, "moved": mailbox.moved}
        told = "".join(f", {count} {name}" for name, count in counts.items() if count)
        output.say(f"{mailbox.name}: {mailbox.received} received{told}")
    if mailbox.more:
        output.note(f"{display(mailbox.name)}: there is more; the next run goes on with it")


def _counts(done: RunDone) -> dict[str, int]:
    return {
        "received": done.received,
        "created": done.created,
        "commented": done.commented,
        "rejected": done.rejected,
        "ignored": done.ignored,
        "duplicate": done.duplicate,
        "failed": done.failed,
    }


def _exit_code(done: RunDone) -> int:
    if done.failed or any(mailbox.error for mailbox in done.mailboxes):
        return ExitCode.FAILED
    if done.mailboxes and all(mailbox.held for mailbox in done.mailboxes):
        return ExitCode.BUSY
    return ExitCode.DONE


def _fixed(text: str, width: int) -> str:
    clipped = clip(display(text), width)
    return clipped + " " * (width - cells(clipped))
