"""Work that would block the event loop: it runs in a thread, and its result comes back as a message."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.worker import Worker, get_current_worker

T = TypeVar("T")


def run(
    node: Widget,
    work: Callable[[], T],
    then: Callable[[T], object],
    failed: Callable[[Exception], object],
    *,
    group: str,
    exclusive: bool = True,
) -> Worker[None]:
    """Run `work` in a thread, then `then` with its result on the event loop, or `failed` with expected trouble.

    With `exclusive` a newer call of the same node and group makes this one's result unwanted: it is dropped.
    What is no expected trouble is a defect: it ends the console with its trace.
    """

    def in_thread() -> None:
        from allegra_tui.usecases.workspace import EXPECTED

        worker = get_current_worker()
        callback: Callable[[], object]
        try:
            callback = partial(then, work())
        except EXPECTED as error:
            callback = partial(failed, error)
        if not worker.is_cancelled:
            deliver(node, callback)

    return node.run_worker(in_thread, thread=True, exclusive=exclusive, group=group)


def deliver(node: MessagePump, callback: Callable[[], object]) -> None:
    """Call back on the event loop, as a message to `node`. From any thread; nothing happens if the node is gone."""
    node.call_later(callback)
