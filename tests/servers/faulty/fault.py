"""Where a server can be made to misbehave. A test's fault is a subclass, or one of `faults`."""

from dataclasses import dataclass

from tests.servers.faulty.talk import Talk


@dataclass(frozen=True, slots=True)
class Command:
    """What a client asks for: for IMAP with its tag, and UID left out of the name."""

    name: str
    """In capitals."""
    args: tuple[str, ...] = ()
    tag: str = ""

    @property
    def place(self) -> str:
        """What a fault calls it: its name, or what it asks of messages: `sizes`, `header` or `bodies`."""
        asked = self.args[-1:]
        if self.name == "FETCH":
            return "bodies" if "(UID BODY.PEEK[])" in asked else "sizes" if "RFC822.SIZE" in asked[0] else "header"
        if self.name in ("RETR", "TOP"):
            return "header" if "0" in self.args[1:] else "bodies"
        return self.name


@dataclass(frozen=True, slots=True)
class Part:
    """One response of an answer, with line end and literal. `uid` is that of the message it tells of, else 0."""

    data: bytes
    uid: int = 0


Answer = list[Part]
"""In the order of sending. IMAP's last part is the line with the tag; POP3's first is the status."""


class Fault:
    """What a server does wrong, at each point where it can. As it stands: nothing.

    One object serves all connections until the server is healed, so it may count.
    """

    async def greet(self, talk: Talk, greeting: bytes) -> bytes:
        """Return what is said first."""
        return greeting

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        """Answer a command without carrying it out; None where it is to be carried out."""
        return None

    async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
        """Return what is said to a command that was carried out."""
        return answer

    async def idle(self, talk: Talk) -> None:
        """Do something while a client waits in IDLE, beside what is told of new messages."""

    async def send(self, talk: Talk, data: bytes) -> None:
        """Send what is to be said."""
        await talk.put(data)
