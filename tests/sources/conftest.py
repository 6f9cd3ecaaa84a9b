"""Sources connected to scripted servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from allegra_tui.model.settings import Protocol
from allegra_tui.sources import Source
from tests.servers.scripted import FakePop3, Script, scripted
from tests.sources.using import connected


@pytest.fixture
def serve() -> Iterator[Callable[..., Source]]:
    """Start a server with scripts, one for each connection, and connect to it; `changes` are fields of `Mailbox`."""
    with ExitStack() as stack:

        def start(*scripts: Script, **changes: Any) -> Source:
            server = stack.enter_context(scripted(*scripts))
            protocol = Protocol.POP3 if isinstance(scripts[0], FakePop3) else Protocol.IMAP
            return stack.enter_context(connected(server.mailbox(protocol, **changes)))

        yield start
