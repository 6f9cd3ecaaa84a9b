"""POP3 servers that misbehave: the whole intake, deleting and leaving on the server."""

import ssl
from collections.abc import Iterator

from allegra_tui.model.settings import Protocol, Security
from tests.servers.faulty import Answer, Command, Fault, Maildrop, Part
from tests.servers.faulty.faults import Before, Both, Rewritten, flood, hang_up, say, silence, then_hang_up
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter
from tests.usecases.faults.alike import cut_off, hanging_up, silent, slowly
from tests.usecases.faults.making import (
    HOSTILE,
    Make,
    after,
    bad,
    before,
    rewritten,
    vanishing,
)
from tests.usecases.faults.scenario import BAD, TAKEN, First, Scenario, play

RAW = TAKEN[BAD - 3]
BEGINNING = ("greeting", "CAPA", "USER", "PASS", "STAT", "LIST", "UIDL")
"""Where a run begins, in order: nothing can be taken where one of these fails."""
ONE_BY_ONE = "USER UIDL TOP"
"""Without PIPELINING."""


def dropped() -> Iterator[Scenario]:
    """Connections that end."""
    yield from hanging_up(*BEGINNING)
    yield Scenario(name="hangs up at DELE", fault=before(hang_up, "DELE"), deleting=True, error="closed the connection")
    yield Scenario(
        name="hangs up at the second DELE",
        fault=lambda _: _Later(Before(hang_up, "DELE"), 1),
        deleting=True,
        error="closed the connection",
    )
    for name, fault in {
        "hangs up at QUIT": before(hang_up, "QUIT"),
        "hangs up after QUIT": after(hang_up, "QUIT"),
        "hangs up after QUIT, half done": _HalfDone,
        "says -ERR to QUIT": before(say(b"-ERR some deleted messages not removed\r\n"), "QUIT"),
    }.items():
        yield Scenario(name=name, fault=fault, deleting=True, error="QUIT")
    yield from cut_off(30, 400, 900, 1_300)


class _Later(Fault):
    """A fault that begins after so many commands at its place."""

    def __init__(self, fault: Before, count: int) -> None:
        self._fault = fault
        self._count = count

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        if command.name == "DELE" and self._count:
            self._count -= 1
            return None
        return await self._fault.hear(talk, command)


class _HalfDone(Fault):
    """Removes the first of the messages at QUIT, and is cut off."""

    def __init__(self, maildrop: Maildrop) -> None:
        self._inbox = maildrop.inbox
        self._deleted: list[int] = []

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        if command.name == "DELE":
            self._deleted.append(int(command.args[0]))
        if command.name == "QUIT" and self._deleted:
            self._inbox.remove([self._inbox.messages[self._deleted[0] - 1]])
            talk.hang_up()
        return None


def slow() -> Iterator[Scenario]:
    """Servers that keep one waiting, or never end."""
    yield from silent(*BEGINNING)
    yield from silent("DELE", "QUIT", deleting=True)
    yield from silent("bodies")
    yield from slowly("greeting", "UIDL", "bodies")
    for place in ("greeting", "LIST", "bodies"):
        yield Scenario(
            name=f"sends an endless line at {place}",
            fault=before(flood(b"+OK " + b"x" * 65_536), place),
            first=First.NONE,
            error="a line of more than|far more than|more than",
        )
    for place in ("CAPA", "LIST", "UIDL", "bodies"):
        yield Scenario(
            name=f"sends endless answers at {place}",
            fault=before(flood((b"+OK " + b"x" * 300 + b"\r\n") * 200), place),
            first=First.NONE,
            error="more than",
        )


def bodies() -> Iterator[Scenario]:
    """Faults about the body of one message: it is named, the others are taken."""
    wrong = {
        "nothing": bad(b""),
        "a tenth of it": bad(RAW[:20] + b"\r\n"),
        "lines without end": bad(b"", flood(b"x" * 300 + b"\r\n")),
        "a line without end": bad(b"", flood(b"x" * 65_536)),
        "half of it and the end of the connection": bad(RAW[:50], hang_up),
        "the end of the connection": bad(b"", hang_up),
    }
    for name, fault in wrong.items():
        for capabilities in ("", ONE_BY_ONE):
            yield Scenario(
                name=f"gives {name} for a message{', one by one' if capabilities else ''}",
                fault=fault,
                capabilities=capabilities,
                first=First.GOOD,
                error="could not be",
                unread=False,
            )
    yield Scenario(
        name="gives half of it and silence for a message",
        fault=bad(RAW[:50], silence),
        first=First.GOOD,
        error="could not be",
        seconds=1,
    )

    async def refuse(talk: Talk, command: Command) -> Answer | None:
        return [Part(b"-ERR [SYS/PERM] " + HOSTILE + b"\r\n")] if command.args[0] == "5" else None

    yield Scenario(
        name="refuses a message", fault=before(refuse, "bodies"), first=First.GOOD, error="SYS/PERM", unread=False
    )
    yield Scenario(
        name="refuses all messages",
        fault=before(say(b"-ERR [SYS/TEMP] later\r\n"), "bodies"),
        first=First.NONE,
        error=r"message uidl-1-3 .*5 more",
        unread=False,
    )

    yield Scenario(
        name="estimates sizes a little",
        fault=rewritten(
            lambda _, answer: [Part(b"%d %d\r\n" % (part.uid, len(RAW) + 9)) if part.uid else part for part in answer],
            "LIST",
        ),
        unread=False,
    )
    yield Scenario(
        name="tells no sizes",
        fault=rewritten(
            lambda _, answer: [Part(b"%d what?\r\n" % part.uid) if part.uid else part for part in answer], "LIST"
        ),
        unread=False,
    )
    yield Scenario(
        name="cuts what TOP gives",
        fault=rewritten(lambda _, answer: [part for part in answer if not part.uid], "header"),
    )


def moving() -> Iterator[Scenario]:
    """Messages that go and come while they are read, and names that are none."""

    yield Scenario(name="loses a message before log-in", fault=vanishing("PASS"), vanished=frozenset({BAD}))
    for place in ("LIST", "bodies"):
        yield Scenario(
            name=f"loses a message before {place}",
            fault=vanishing(place),
            vanished=frozenset({BAD}),
            error="message uidl-1-5 .*no such message",
            unread=False,
        )
    yield Scenario(name="loses a message before DELE", fault=vanishing("DELE"), note="no such message")

    def uidls(*names: bytes) -> Make:
        """Tell these names of messages 1 to 8; an empty one is left out."""
        told = [Part(b"%d %s\r\n" % (number, name)) for number, name in enumerate(names, start=1) if name]
        return rewritten(lambda _, answer: [answer[0], *told, answer[-1]], "UIDL")

    usual = [b"uidl-1-%d" % uid for uid in range(1, 9)]
    yield Scenario(name="gives two messages one name", fault=uidls(*usual[:5], usual[4], *usual[6:]), error="")
    yield Scenario(name="leaves a name out", fault=uidls(*usual[:4], b"", *usual[5:]))
    yield Scenario(
        name="refuses UIDL though it offers it",
        fault=before(say(b"-ERR [SYS/TEMP] index is being rebuilt\r\n"), "UIDL"),
        first=First.NONE,
        error="index is being rebuilt",
    )
    yield Scenario(
        name="does not know UIDL",
        fault=before(say(b"-ERR what?\r\n"), "UIDL"),
        capabilities="USER TOP",
        skipping=False,
    )
    yield Scenario(
        name="knows neither UIDL nor CAPA",
        fault=before(say(b"-ERR what?\r\n"), "UIDL", "CAPA"),
        skipping=False,
        unread=False,
    )
    yield Scenario(
        name="knows neither UIDL nor TOP",
        fault=before(say(b"-ERR what?\r\n"), "UIDL", "header", "bodies"),
        capabilities="USER",
        first=First.NONE,
        error="use IMAP",
        skipping=False,
    )
    yield Scenario(name="offers no TOP", capabilities="USER UIDL PIPELINING", unread=False)
    yield Scenario(
        name="renames all messages",
        fault=after(hang_up, "DELE"),
        deleting=True,
        error="closed the connection",
        between=lambda maildrop: maildrop.inbox.renumber(7),
        skipping=False,
    )

    def used_again(maildrop: Maildrop) -> None:
        """New messages get the names of deleted ones."""
        inbox = maildrop.inbox
        inbox.remove([stored for stored in inbox.messages if stored.uid > 4])
        inbox.add(letter("Later 5")).uidl = "uidl-1-5"
        inbox.add(letter("Later 6")).uidl = "uidl-1-6"

    yield Scenario(name="uses names again", between=used_again, later=("Later 5", "Later 6"), plain_only=True)
    yield Scenario(
        name="uses names again whose messages were still to be deleted",
        fault=after(hang_up, "QUIT"),
        error="QUIT",
        between=used_again,
        later=("Later 5", "Later 6"),
        plain_only=True,
    )

    def many(command: Command, answer: Answer) -> Answer:
        form = b"%d 150\r\n" if command.name == "LIST" else b"%d uidl-1-%d\r\n"
        lines = [form % ((number,) if command.name == "LIST" else (number, number)) for number in range(9, 100_001)]
        return [*answer[:-1], Part(b"".join(lines)), answer[-1]]

    async def endless_list(talk: Talk, command: Command) -> Answer:
        await talk.put(b"+OK\r\n")
        await talk.flood(b"1 1\r\n" * 10_000)

    yield Scenario(
        name="says that it holds billions of messages",
        fault=lambda _: Both(Before(say(b"+OK 4294967295 1\r\n"), "STAT"), Before(endless_list, "LIST")),
        first=First.NONE,
        error="far more than",
    )
    yield Scenario(
        name="lists 100,000 messages",
        fault=lambda _: Both(
            Rewritten(many, "LIST", "UIDL"),
            Rewritten(lambda _, answer: [Part(b"+OK 100000 15000000\r\n")], "STAT"),
        ),
        first=First.SOME,
        error="",
        changes={"run_seconds": 0.5},
        unread=False,
    )


def refusing() -> Iterator[Scenario]:
    """Servers that do not want to."""
    yield Scenario(name="refuses DELE", fault=before(say(b"-ERR " + HOSTILE + b" NOPERM\r\n"), "DELE"), note="NOPERM")
    for name, place, text, error in (
        ("refuses the user name", "USER", b"-ERR nobody", "user name and password"),
        ("refuses the password", "PASS", b"-ERR [AUTH] " + HOSTILE, "user name and password"),
        ("is in use", "PASS", b"-ERR [IN-USE] locked", "for now"),
        ("wants one to wait", "PASS", b"-ERR [LOGIN-DELAY] later", "for now"),
        ("refuses STAT", "STAT", b"-ERR [SYS/TEMP] no", "SYS/TEMP"),
        ("refuses LIST", "LIST", b"-ERR [SYS/TEMP] no", "SYS/TEMP"),
        ("talks nonsense at STAT", "STAT", b"+OK many messages", "not POP3"),
        ("greets with -ERR", "greeting", b"-ERR too many connections", "too many"),
        ("greets with control characters", "greeting", HOSTILE, "greet"),
    ):
        yield Scenario(name=name, fault=before(say(text + b"\r\n"), place), first=First.NONE, error=error)


def encrypted() -> Iterator[Scenario]:
    """Somebody in between keeps TLS away: no password is sent."""

    def stripped(command: Command, answer: Answer) -> Answer:
        return [part for part in answer if part.data != b"STLS\r\n"]

    yield Scenario(
        name="offers no STLS",
        fault=rewritten(stripped, "CAPA"),
        security=Security.STARTTLS,
        first=First.NONE,
        error="no encryption",
    )
    yield Scenario(name="offers STLS", security=Security.STARTTLS)
    for name, act, error in (
        ("refuses STLS", say(b"-ERR not today\r\n"), "no encryption"),
        ("injects bytes before TLS", say(b"+OK begin\r\n+OK injected\r\n"), "tampering"),
        ("hangs up at STLS", hang_up, "closed the connection"),
        ("answers STLS and hangs up", then_hang_up(b"+OK begin\r\n"), "handshake"),
    ):
        yield Scenario(name=name, fault=before(act, "STLS"), security=Security.STARTTLS, first=First.NONE, error=error)


SCENARIOS = [*dropped(), *slow(), *bodies(), *moving(), *refusing(), *encrypted()]


def test_a_server_that(scenario: Scenario, shared: Intake, leave: bool, tls: tuple[ssl.SSLContext, str]) -> None:
    play(scenario, Protocol.POP3, shared, leave, tls)
