"""An IMAP server (RFC 3501, with UIDPLUS, MOVE, IDLE, UNSELECT, STARTTLS, AUTH=PLAIN) that does what it is told."""

import asyncio
import base64
import re
import ssl
from collections.abc import Iterable

from tests.servers.faulty.fault import Answer, Command, Fault, Part
from tests.servers.faulty.maildrop import Folder, Maildrop, Stored
from tests.servers.faulty.talk import GoneError, Talk

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^()]*\))|(\S+)')
_PARTIAL = re.compile(r"BODY\.PEEK\[(\w*)\](?:<(\d+)\.(\d+)>)?")
_QUIET = frozenset({"FETCH", "STORE", "SEARCH"})
"""Commands during which no message may disappear (RFC 3501 7.4.1)."""


class ImapSession:
    """One connection."""

    def __init__(
        self,
        talk: Talk,
        fault: Fault,
        maildrop: Maildrop,
        capabilities: str,
        changed: asyncio.Condition,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._talk = talk
        self._fault = fault
        self._maildrop = maildrop
        self._capabilities = capabilities
        self._changed = changed
        self._tls = tls
        self._folder: Folder | None = None
        self._read_only = False
        self._view: list[Stored] = []
        self._ended = False

    async def run(self) -> None:
        """Greet and obey until one side goes."""
        await self._fault.send(self._talk, await self._fault.greet(self._talk, b"* OK ready\r\n"))
        while not self._ended:
            command = _parse((await self._talk.line()).decode())
            answer = await self._fault.hear(self._talk, command)
            if answer is None:
                carry_out = getattr(self, f"_on_{command.name.lower()}", self._on_unknown)
                answer = await carry_out(command)
                answer = await self._fault.answer(self._talk, command, [*answer[:-1], *self._news(command), answer[-1]])
            await self._fault.send(self._talk, b"".join(part.data for part in answer))
            if command.name == "STARTTLS" and self._tls and answer[-1].data.startswith(f"{command.tag} OK".encode()):
                await self._talk.start_tls(self._tls)

    def _news(self, command: Command) -> list[Part]:
        """Tell what happened in the folder since it was last told."""
        if self._folder is None or command.name in (*_QUIET, "SELECT", "EXAMINE"):
            return []
        return self._catch_up(self._folder)

    def _catch_up(self, folder: Folder) -> list[Part]:
        parts = []
        for number in range(len(self._view), 0, -1):
            if self._view[number - 1] not in folder.messages:
                del self._view[number - 1]
                parts.append(Part(b"* %d EXPUNGE\r\n" % number))
        if len(folder.messages) > len(self._view):
            self._view = list(folder.messages)
            parts.append(Part(b"* %d EXISTS\r\n" % len(self._view)))
        return parts

    async def _on_unknown(self, command: Command) -> Answer:
        return _no(command, "what?", "BAD")

    async def _on_capability(self, command: Command) -> Answer:
        starttls = " STARTTLS" if self._tls else ""
        return _ok(command, Part(f"* CAPABILITY {self._capabilities}{starttls}\r\n".encode()))

    async def _on_noop(self, command: Command) -> Answer:
        return _ok(command)

    async def _on_logout(self, command: Command) -> Answer:
        self._ended = True
        return _ok(command, Part(b"* BYE see you\r\n"))

    async def _on_starttls(self, command: Command) -> Answer:
        return _ok(command) if self._tls else _no(command, "no TLS here", "BAD")

    async def _on_login(self, command: Command) -> Answer:
        right = command.args == (self._maildrop.user, self._maildrop.password)
        return _ok(command) if right else _no(command, "[AUTHENTICATIONFAILED] wrong user name or password")

    async def _on_authenticate(self, command: Command) -> Answer:
        await self._fault.send(self._talk, b"+ \r\n")
        _, user, password = base64.b64decode(await self._talk.line()).decode().split("\0")
        return await self._on_login(Command(command.name, (user, password), command.tag))

    async def _on_list(self, command: Command) -> Answer:
        names = [name for name in self._maildrop.folders if command.args[1] in (name, "*", "%")]
        return _ok(command, *(Part(f'* LIST () "/" "{name}"\r\n'.encode()) for name in names))

    async def _on_create(self, command: Command) -> Answer:
        self._maildrop.folders[command.args[0]] = Folder()
        return _ok(command)

    async def _on_select(self, command: Command) -> Answer:
        self._folder = folder = self._maildrop.folders.get(command.args[0])
        if folder is None:
            return _no(command, "[NONEXISTENT] no such folder")
        self._read_only = command.name == "EXAMINE"
        self._view = list(folder.messages)
        told = (
            r"* FLAGS (\Seen \Deleted \Flagged)",
            f"* {len(self._view)} EXISTS",
            "* 0 RECENT",
            f"* OK [UIDVALIDITY {folder.uidvalidity}] lasting",
            f"* OK [UIDNEXT {folder.uidnext}] next",
        )
        code = "[READ-ONLY]" if self._read_only else "[READ-WRITE]"
        return _ok(command, *(Part(f"{line}\r\n".encode()) for line in told), text=f"{code} done")

    _on_examine = _on_select

    async def _on_unselect(self, command: Command) -> Answer:
        self._folder = None
        return _ok(command)

    async def _on_close(self, command: Command) -> Answer:
        if self._folder and not self._read_only:
            self._folder.remove([stored for stored in self._folder.messages if r"\Deleted" in stored.flags])
        return await self._on_unselect(command)

    async def _on_search(self, command: Command) -> Answer:
        match command.args:
            case ("ALL",):
                found = self._open.messages
            case ("DELETED",):
                found = [stored for stored in self._open.messages if r"\Deleted" in stored.flags]
            case ("UID", uids):
                found = self._named(uids)
            case ("UID", uids, "DELETED"):
                found = [stored for stored in self._named(uids) if r"\Deleted" in stored.flags]
            case _:
                return _no(command, "that search is not known here", "BAD")
        return _ok(command, Part(f"* SEARCH {' '.join(str(stored.uid) for stored in found)}\r\n".encode()))

    async def _on_fetch(self, command: Command) -> Answer:
        parts = []
        for stored in self._named(command.args[0]):
            number = self._view.index(stored) + 1 if stored in self._view else 1
            items = b" ".join(_items(stored, command.args[1]))
            parts.append(Part(b"* %d FETCH (%s)\r\n" % (number, items), stored.uid))
        return _ok(command, *parts)

    async def _on_store(self, command: Command) -> Answer:
        if self._read_only:
            return _no(command, "[READ-ONLY] the folder is read-only")
        uids, how, flags = command.args
        for stored in self._named(uids):
            if how.startswith("-"):
                stored.flags.difference_update(flags.strip("()").split())
            else:
                stored.flags.update(flags.strip("()").split())
        return _ok(command)

    async def _on_expunge(self, command: Command) -> Answer:
        """With UIDs: UID EXPUNGE. Without: everything that is marked, whoever marked it."""
        if self._read_only:
            return _no(command, "[READ-ONLY] the folder is read-only")
        chosen = self._named(command.args[0]) if command.args else self._open.messages
        self._open.remove([stored for stored in chosen if r"\Deleted" in stored.flags])
        return _ok(command)

    async def _on_copy(self, command: Command) -> Answer:
        uids, target = command.args
        folder = self._maildrop.folders.get(target)
        if folder is None:
            return _no(command, "[TRYCREATE] no such folder")
        for stored in self._named(uids):
            folder.add(stored.raw, *stored.flags, arrived=stored.arrived)
        return _ok(command)

    async def _on_move(self, command: Command) -> Answer:
        answer = await self._on_copy(command)
        if b" OK " in answer[-1].data:
            self._open.remove(self._named(command.args[0]))
        return answer

    async def _on_idle(self, command: Command) -> Answer:
        """Tell what happens in the folder until the client says DONE (RFC 2177)."""
        await self._fault.send(self._talk, b"+ idling\r\n")
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._tell()), group.create_task(self._fault.idle(self._talk))]
            await self._talk.line()
            for task in beside:
                task.cancel()
        return _ok(command)

    async def _tell(self) -> None:
        while True:
            async with self._changed:
                news = self._catch_up(self._open)
                if not news:
                    await self._changed.wait()
                    continue
            await self._fault.send(self._talk, b"".join(part.data for part in news))

    @property
    def _open(self) -> Folder:
        if self._folder is None:
            raise GoneError
        return self._folder

    def _named(self, uids: str) -> list[Stored]:
        return self._open.having(frozenset(_uids(uids)))


def _parse(line: str) -> Command:
    tag, _, rest = line.partition(" ")
    words = [
        re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[0] for match in _WORD.finditer(rest)
    ] or [""]
    if words[0].upper() == "UID":
        del words[0]
    return Command(words[0].upper(), tuple(words[1:]), tag)


def _ok(command: Command, *parts: Part, text: str = "done") -> Answer:
    return [*parts, Part(f"{command.tag} OK {text}\r\n".encode())]


def _no(command: Command, text: str, status: str = "NO") -> Answer:
    return [Part(f"{command.tag} {status} {text}\r\n".encode())]


def _items(stored: Stored, wanted: str) -> Iterable[bytes]:
    yield b"UID %d" % stored.uid
    if "RFC822.SIZE" in wanted:
        yield b"RFC822.SIZE %d" % len(stored.raw)
    if "INTERNALDATE" in wanted:
        yield f'INTERNALDATE "{stored.arrived:%d-%b-%Y %H:%M:%S %z}"'.encode()
    if "FLAGS" in wanted:
        yield f"FLAGS ({' '.join(sorted(stored.flags))})".encode()
    if body := _PARTIAL.search(wanted):
        what, start, length = body.groups()
        text = stored.header if what else stored.raw
        at = b""
        if start:
            text, at = text[int(start) : int(start) + int(length)], b"<%s>" % start.encode()
        yield b"BODY[%s]%s {%d}\r\n%s" % (what.encode(), at, len(text), text)


def _uids(text: str) -> Iterable[int]:
    for part in text.split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), int(last or first) + 1)
