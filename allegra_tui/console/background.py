"""Work that would block the event loop: it runs in a thread, and its result comes back as a message."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TypeVar

from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

T = TypeVar("T")

_unfinished: set[int] = set()
"""Threads that are at something which has to be finished before the process may end."""
_one_less = threading.Condition()


def run(
    node: Widget,
    work: Callable[[], T],
    then: Callable[[T], object],
    failed: Callable[[Exception], object],
    *,
    group: str,
    exclusive: bool = True,
    finished: bool = False,
) -> Worker[None]:
    """Run `work` in a thread, then `then` with its result on the event loop, or `failed` with expected trouble.

    With `exclusive` a newer call of the same node and group makes this one's result unwanted: it is dropped.
    What is no expected trouble is a defect: it ends the console with its trace. Work that changes something is
    `finished` before the process ends, even where it is told to.
    """

    def in_thread() -> None:
        from allegra_tui.usecases.workspace import EXPECTED

        worker = get_current_worker()
        callback: Callable[[], object]
        try:
            with to_be_finished() if finished else nullcontext():
                callback = partial(then, work())
        except EXPECTED as error:
            callback = partial(failed, error)
        if not worker.is_cancelled:
            deliver(node, callback)

    return node.run_worker(in_thread, thread=True, exclusive=exclusive, group=group)


@contextmanager
def to_be_finished() -> Iterator[None]:
    """Have `finish` wait for this thread."""
    this = threading.get_ident()
    _unfinished.add(this)
    try:
        yield
    finally:
        with _one_less:
            _unfinished.discard(this)
            _one_less.notify_all()


def finish() -> None:
    """Wait until nothing is under way that has to be finished."""
    with _one_less:
        _one_less.wait_for(lambda: not _unfinished)


def deliver(node: MessagePump, callback: Callable[[], object]) -> None:
    """Call back on the event loop, as a message to `node`. From any thread; nothing happens if the node is gone."""
    node.call_later(callback)
