"""IDLE (RFC 2177): the server says by itself what changes in the folder."""

import math
import time

from allegra_tui.sources.imap_connection import LITERAL, Connection, translated
from allegra_tui.sources.wire import LINE

RENEW_SECONDS = 25 * 60.0
"""How long one IDLE stays on; after 29 minutes a server may hang up (RFC 2177)."""
_SHORTEST_IDLE = 60.0
"""A server that ends an IDLE sooner is no longer asked for one."""


class Idle:
    """IDLE on a session: it is begun by waiting, stays on between two waits, and ends before any other command."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wire = connection.wire
        self._tag: bytes | None = None
        self._began = 0.0
        self.refused = ""
        """What the server said when it would not, or no longer; empty while it does."""

    def wait(self, seconds: float) -> bool:
        """See `Source.wait`."""
        connection = self._connection
        end = time.monotonic() + seconds
        while not connection.grown and not self.refused:
            if self._tag is None or time.monotonic() >= self._began + RENEW_SECONDS:
                self._begin()
            elif not self._wire.comes(end - time.monotonic()):
                break
            else:
                with translated(self._wire):
                    connection.next_news()
                    self._look_for_end()
        return connection.grown

    def _begin(self) -> None:
        self.stop()
        self._wire.expect(0)
        with translated(self._wire):
            self._connection.drain()
            self._connection.longest_line, self._connection.longest_literal = LINE, LITERAL
            answer = self._connection.begin_idle()
            if isinstance(answer, bytes):
                self._tag, self._began = answer, time.monotonic()
            else:
                self.refused = answer

    def _look_for_end(self) -> None:
        """Notice where the server ends it by itself; one that does so at once would be asked without end."""
        answer = self._connection.answered(self._tag) if self._tag else None
        if answer is not None:
            self._tag = None
            if time.monotonic() < self._began + _SHORTEST_IDLE:
                self.refused = self._wire.words(answer[1]) or answer[0]

    def stop(self, within: float = math.inf) -> None:
        """Leave IDLE, if it is on; the server gets so many seconds to answer, and never more than for a command."""
        if self._tag is None:
            return
        tag, self._tag = self._tag, None
        self._wire.expect(0)
        self._wire.hurry(within)
        with translated(self._wire):
            self._connection.end_idle(tag)
