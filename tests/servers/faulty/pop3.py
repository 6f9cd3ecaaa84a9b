"""A POP3 server (RFC 1939, 2449, with UIDL, TOP, PIPELINING, STLS, SASL PLAIN) that does what it is told."""

import base64
import re
import ssl
from collections.abc import Callable

from tests.servers.faulty.fault import Answer, Command, Fault, Part
from tests.servers.faulty.maildrop import Maildrop, Stored
from tests.servers.faulty.talk import Talk

_END = Part(b".\r\n")


class Pop3Session:
    """One connection: what is in the maildrop at log-in, under numbers from 1; deletions wait for QUIT."""

    def __init__(
        self, talk: Talk, fault: Fault, maildrop: Maildrop, capabilities: str, tls: ssl.SSLContext | None
    ) -> None:
        self._talk = talk
        self._fault = fault
        self._maildrop = maildrop
        self._capabilities = capabilities
        self._tls = tls
        self._user = ""
        self._listed: dict[int, Stored] = {}
        self._deleted: set[int] = set()
        self._ended = False

    async def run(self) -> None:
        """Greet and obey until one side goes."""
        await self._fault.send(self._talk, await self._fault.greet(self._talk, b"+OK ready\r\n"))
        while not self._ended:
            name, *args = (await self._talk.line()).decode().split(" ")
            command = Command(name.upper(), tuple(args))
            answer = await self._fault.hear(self._talk, command)
            if answer is None:
                carry_out = getattr(self, f"_on_{command.name.lower()}", self._on_unknown)
                answer = await self._fault.answer(self._talk, command, await carry_out(command))
            await self._fault.send(self._talk, b"".join(part.data for part in answer))
            if command.name == "STLS" and self._tls and answer[0].data.startswith(b"+OK"):
                await self._talk.start_tls(self._tls)

    async def _on_unknown(self, command: Command) -> Answer:
        return _err("what?")

    async def _on_capa(self, command: Command) -> Answer:
        offered = [*self._capabilities.split(), "SASL PLAIN", *(["STLS"] if self._tls else [])]
        return [*_ok(), *(Part(f"{one}\r\n".encode()) for one in offered), _END]

    async def _on_stls(self, command: Command) -> Answer:
        return _ok() if self._tls else _err("no TLS here")

    async def _on_user(self, command: Command) -> Answer:
        self._user = command.args[0]
        return _ok()

    async def _on_pass(self, command: Command) -> Answer:
        return self._log_in(self._user, command.args[0])

    async def _on_auth(self, command: Command) -> Answer:
        await self._fault.send(self._talk, b"+ \r\n")
        _, user, password = base64.b64decode(await self._talk.line()).decode().split("\0")
        return self._log_in(user, password)

    def _log_in(self, user: str, password: str) -> Answer:
        if (user, password) != (self._maildrop.user, self._maildrop.password):
            return _err("[AUTH] wrong user name or password")
        self._listed = dict(enumerate(self._maildrop.inbox.messages, start=1))
        return _ok()

    async def _on_stat(self, command: Command) -> Answer:
        left = self._left()
        return _ok(f"{len(left)} {sum(len(stored.raw) for stored in left.values())}")

    async def _on_list(self, command: Command) -> Answer:
        return self._table(lambda stored: str(len(stored.raw)))

    async def _on_uidl(self, command: Command) -> Answer:
        return self._table(lambda stored: stored.uidl)

    def _table(self, column: Callable[[Stored], str]) -> Answer:
        lines = [Part(f"{number} {column(one)}\r\n".encode(), one.uid) for number, one in self._left().items()]
        return [*_ok(), *lines, _END]

    async def _on_retr(self, command: Command) -> Answer:
        stored = self._named(command)
        if stored is None:
            return _err("no such message")
        stored.flags.add(r"\Seen")  # as servers do that also have the mailbox for IMAP
        return _message(stored.raw, stored.uid)

    async def _on_top(self, command: Command) -> Answer:
        stored = self._named(command)
        if stored is None:
            return _err("no such message")
        body = stored.raw[len(stored.header) :].splitlines(keepends=True)[: int(command.args[1])]
        return _message(stored.header + b"".join(body), stored.uid)

    async def _on_dele(self, command: Command) -> Answer:
        if self._named(command) is None:
            return _err("no such message")
        self._deleted.add(int(command.args[0]))
        return _ok()

    async def _on_noop(self, command: Command) -> Answer:
        return _ok()

    async def _on_rset(self, command: Command) -> Answer:
        self._deleted.clear()
        return _ok()

    async def _on_quit(self, command: Command) -> Answer:
        self._ended = True
        self._maildrop.inbox.remove([self._listed[number] for number in self._deleted])
        return _ok()

    def _left(self) -> dict[int, Stored]:
        return {number: stored for number, stored in self._listed.items() if number not in self._deleted}

    def _named(self, command: Command) -> Stored | None:
        """Find the message a command names; one that somebody else removed is gone for this session too."""
        stored = self._left().get(int(command.args[0]))
        return stored if stored in self._maildrop.inbox.messages else None


def _ok(text: str = "done") -> Answer:
    return [Part(f"+OK {text}\r\n".encode())]


def _err(text: str) -> Answer:
    return [Part(f"-ERR {text}\r\n".encode())]


def _message(raw: bytes, uid: int) -> Answer:
    stuffed = re.sub(rb"(?m)^\.", b"..", raw)
    return [*_ok(), Part(stuffed if raw.endswith(b"\r\n") else stuffed + b"\r\n", uid), _END]
