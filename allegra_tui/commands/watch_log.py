"""The log of a watch: a line an event, for people or as JSON."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from enum import IntEnum

from allegra_tui.commands import output, running
from allegra_tui.model.verdict import Outcome
from allegra_tui.text import clip, display
from allegra_tui.usecases.events import MailboxDone, MessageDone, Progress, RunDone
from allegra_tui.usecases.watch import events
from allegra_tui.usecases.watch.events import How, WatchEvent

_SUBJECT_CELLS = 120
_HOW = {How.IDLE: "told of new mail by the server (IDLE)", How.DIRECTORY: "watching its directory", How.POLL: "polled"}


class Level(IntEnum):
    """How much an event matters, as syslog counts (syslog(3))."""

    ERROR = 3
    WARNING = 4
    INFO = 6
    DEBUG = 7


class Log:
    """Prints what is at least as important as `level`. Called from several threads, one at a time.

    Lines that go to the journal bear their priority (sd-daemon(3)), all others the time.
    """

    def __init__(self, *, as_json: bool, level: Level) -> None:
        self._as_json = as_json
        self._level = level
        self._journal = _is_journal(os.environ.get("JOURNAL_STREAM", ""))

    def hear(self, event: WatchEvent) -> None:
        """Print an event, if it matters enough."""
        level = _level(event)
        if level > self._level:
            return
        if self._as_json:
            for fields in _fields(event):
                self._write_json(fields)
        elif isinstance(event, events.Defect):
            for line in event.trace.splitlines():
                self._write(level, f"{event.mailbox}: {line}")
        elif text := _words(event):
            self._write(level, text)

    def tell(self, level: Level, name: str, text: str) -> None:
        """Print what is no event of the watch itself."""
        if level > self._level:
            return
        if self._as_json:
            self._write_json({"event": name, "message": text})
        else:
            self._write(level, text)

    def _write_json(self, fields: Mapping[str, object]) -> None:
        try:
            output.emit({**fields, "time": datetime.now(UTC)})
        except BrokenPipeError:
            output.silence()
        except OSError:
            return  # a log that cannot be written stops no mail

    def _write(self, level: Level, text: str) -> None:
        start = f"<{int(level)}>" if self._journal else f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} "
        try:
            sys.stdout.write(start + display(text) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            output.silence()
        except OSError:
            return


def _is_journal(stream: str) -> bool:
    """Whether standard output is the stream that systemd says leads to the journal (systemd.exec(5))."""
    try:
        status = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"


def _level(event: WatchEvent) -> Level:
    match event:
        case MessageDone():
            return Level.WARNING if event.outcome is Outcome.FAILED else Level.INFO
        case MailboxDone(error=str()) | events.Backoff() | events.Defect() | events.Trouble():
            return Level.ERROR
        case events.Paused():
            return Level.WARNING
        case MailboxDone():
            return Level.INFO if event.received or event.deleted or event.moved or event.more else Level.DEBUG
        case RunDone():
            handled = event.created + event.commented + event.rejected + event.ignored + event.duplicate + event.failed
            return Level.INFO if event.received or handled else Level.DEBUG
        case Progress() | events.Waiting() | events.Held():
            return Level.DEBUG
        case events.Ended():
            return Level.WARNING if event.unfinished else Level.INFO
    return Level.INFO


def _fields(event: WatchEvent) -> list[dict[str, object]]:
    """Return the JSON objects of an event: those that `fetch` prints as it does, all others by their fields."""
    match event:
        case MessageDone():
            return [running.message_json(event)]
        case RunDone():
            return [running.summary_json(event)]
        case MailboxDone(error=str()):
            return [{"event": "error", "mailbox": event.name, "code": event.code, "message": event.error}]
        case MailboxDone():
            return []
        case events.Backoff():
            fields = asdict(event)
            del fields["error"]  # told by an event of its own
            return [{"event": "backoff", **fields}]
        case events.Defect():
            return [{"event": "defect", **asdict(event)}]
    return [{"event": type(event).__name__.lower(), **asdict(event)}]


def _words(event: WatchEvent) -> str:
    """Return the line for people; nothing where another event tells it better."""
    match event:
        case MessageDone():
            return _message(event)
        case MailboxDone():
            return _run(event)
        case Progress():
            total = f" {event.done} of {event.total}" if event.total else ""
            return f"{event.mailbox}: {event.step}{total}"
        case events.Started():
            return f"watching {', '.join(event.mailboxes) or 'no mailbox yet'}"
        case events.Connected():
            return f"{event.mailbox}: connected, {_HOW[event.how]}"
        case events.Waiting():
            return f"{event.mailbox}: waiting, {_HOW[event.how]}; next look at {event.next_run.astimezone():%H:%M:%S}"
        case events.Lost():
            return f"{event.mailbox}: connection lost, a new one in {event.seconds:g} s: {event.error}"
        case events.Backoff():
            times = f" ({event.failures} failures in a row)" if event.failures > 1 else ""
            return f"{event.mailbox}: {event.error}; next attempt in {event.seconds:.0f} s{times}"
        case events.Held():
            return f"{event.mailbox}: {event.holder}"
        case events.Paused():
            return f"{event.mailbox}: {event.reason}" if event.mailbox else f"paused: {event.reason}"
        case events.Reloaded():
            return _reloaded(event)
        case events.Trouble():
            return f"the settings cannot be read: {event.error}"
        case events.Ended():
            left = ", ".join(event.unfinished)
            return f"ended; not finished, the next run goes on with it: {left}" if left else "ended"
    return ""


def _message(message: MessageDone) -> str:
    what = f"{message.outcome}" + (f" #{message.issue}" if message.issue is not None else "")
    why = f" ({message.reason})" if message.reason is not None else ""
    subject = clip(display(message.subject), _SUBJECT_CELLS)
    return f"{message.mailbox}: {what}{why}, from {message.sender or '-'}: {subject}"


def _run(done: MailboxDone) -> str:
    if done.error:
        return f"{done.name}: {done.error}" if done.code is None else ""  # with a code, the back-off tells it
    counts = {"received": done.received, "left": done.left, "deleted": done.deleted, "moved": done.moved}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    if done.more:
        told = f"{told}; there is more" if told else "there is more"
    return f"{done.name}: {told}" if told else ""


def _reloaded(event: events.Reloaded) -> str:
    parts = {"added": event.added, "no longer watched": event.removed, "changed": event.changed}
    told = "; ".join(f"{name}: {', '.join(names)}" for name, names in parts.items() if names)
    return f"settings read again{': ' + told if told else ''}"
