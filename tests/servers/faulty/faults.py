"""The faults that tests choose from: what goes wrong, at which places, and how often.

A place is `greeting`, the name of a command, or what a command asks of messages (see `Command.place`).
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from tests.servers.faulty.fault import Answer, Command, Fault, Part
from tests.servers.faulty.talk import Talk

GREETING = Command("greeting", tag="*")

Act = Callable[[Talk, Command], Awaitable[Answer | None]]


async def hang_up(talk: Talk, command: Command) -> NoReturn:
    """Cut the connection."""
    talk.hang_up()


async def silence(talk: Talk, command: Command) -> NoReturn:
    """Say nothing any more."""
    await talk.silence()


def say(text: bytes) -> Act:
    """Answer with this; `<tag>` stands for the command's."""

    async def act(talk: Talk, command: Command) -> Answer:
        return [Part(text.replace(b"<tag>", command.tag.encode()))]

    return act


def then_hang_up(text: bytes) -> Act:
    """Answer with this, and cut the connection."""

    async def act(talk: Talk, command: Command) -> Answer:
        await talk.put(text)
        talk.hang_up()

    return act


def flood(text: bytes) -> Act:
    """Answer with this for ever."""

    async def act(talk: Talk, command: Command) -> Answer:
        await talk.flood(text)

    return act


class _At(Fault):
    """A fault at certain places, in all the commands there or in some first ones."""

    def __init__(self, *places: str, times: int | None = None) -> None:
        self._places = places
        self._left = times

    def _due(self, command: Command) -> bool:
        due = command.place in self._places and self._left != 0
        if due and self._left is not None:
            self._left -= 1
        return due


class Before(_At):
    """Does something instead of carrying a command out."""

    def __init__(self, act: Act, *places: str, times: int | None = None) -> None:
        super().__init__(*places, times=times)
        self._act = act

    async def greet(self, talk: Talk, greeting: bytes) -> bytes:
        answer = await self._act(talk, GREETING) if self._due(GREETING) else None
        return greeting if answer is None else b"".join(part.data for part in answer)

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        return await self._act(talk, command) if self._due(command) else None


class After(_At):
    """Carries a command out, and does something instead of saying so."""

    def __init__(self, act: Act, *places: str, times: int | None = None) -> None:
        super().__init__(*places, times=times)
        self._act = act

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        return await self._act(talk, command) or answer if self._due(command) else answer


class Rewritten(_At):
    """Says something else than what is right."""

    def __init__(self, rewrite: Callable[[Command, Answer], Answer], *places: str, times: int | None = None) -> None:
        super().__init__(*places, times=times)
        self._rewrite = rewrite

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        return self._rewrite(command, answer) if self._due(command) else answer


class OfMessage(Fault):
    """Says something else of the messages with one UID, wherever their bodies are asked for; then perhaps acts."""

    def __init__(self, uid: int, data: Callable[[bytes], bytes], then: Act | None = None) -> None:
        self._uid = uid
        self._data = data
        self._then = then

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        if command.place != "bodies":
            return answer
        said: Answer = []
        for part in answer:
            if part.uid != self._uid:
                said.append(part)
                continue
            said.append(Part(self._data(part.data), part.uid))
            if self._then:
                await self.send(talk, b"".join(one.data for one in said))
                await self._then(talk, command)
        return said


class Dripping(_At):
    """Answers byte by byte: each in time, all of them never."""

    SECONDS = 0.05

    async def greet(self, talk: Talk, greeting: bytes) -> bytes:
        if self._due(GREETING):
            await talk.drip(greeting.strip() + b"." * 10_000, self.SECONDS)
        return greeting

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        if self._due(command):
            await talk.drip(b"".join(part.data for part in answer), self.SECONDS)
            return []
        return answer


class CutOff(Fault):
    """Cuts each connection after so many bytes, or only the first ones."""

    def __init__(self, count: int, *, times: int | None = None) -> None:
        self._count = count
        self._left = times

    async def send(self, talk: Talk, data: bytes) -> None:
        if self._left == 0 or talk.sent + len(data) < self._count:
            await talk.put(data)
            return
        if self._left is not None:
            self._left -= 1
        await talk.put(data[: self._count - talk.sent])
        talk.hang_up()


class AfterBodies(Fault):
    """Cuts a connection once so many messages were sent over it."""

    def __init__(self, count: int, *, times: int | None = None) -> None:
        self._count = count
        self._left = times
        self._sent: dict[Talk, int] = {}

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        said: Answer = []
        for part in answer:
            if command.place == "bodies" and part.uid and self._left != 0:
                if self._sent.get(talk, 0) == self._count:
                    if self._left is not None:
                        self._left -= 1
                    await talk.put(b"".join(one.data for one in said))
                    talk.hang_up()
                self._sent[talk] = self._sent.get(talk, 0) + 1
            said.append(part)
        return said


class Both(Fault):
    """Two faults at once."""

    def __init__(self, one: Fault, other: Fault) -> None:
        self._faults = (one, other)

    async def greet(self, talk: Talk, greeting: bytes) -> bytes:
        for fault in self._faults:
            greeting = await fault.greet(talk, greeting)
        return greeting

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        for fault in self._faults:
            if (answer := await fault.hear(talk, command)) is not None:
                return answer
        return None

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        for fault in self._faults:
            answer = await fault.answer(talk, command, answer)
        return answer


class Idle(Fault):
    """Does something while a client waits in IDLE."""

    def __init__(self, act: Act) -> None:
        self._act = act

    async def idle(self, talk: Talk) -> None:
        await self._act(talk, Command("IDLE"))
