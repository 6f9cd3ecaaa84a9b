"""IMAP servers that misbehave: the whole intake, deleting and leaving on the server."""

import ssl
from collections.abc import Iterator

from allegra_tui.model.settings import Protocol, Security
from tests.servers.faulty import Answer, Command, Fault, Maildrop, Part
from tests.servers.faulty.faults import Before, flood, hang_up, say, silence, then_hang_up
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter
from tests.usecases.faults.alike import cut_off, silent, slowly
from tests.usecases.faults.making import (
    HOSTILE,
    SHORT,
    Make,
    after,
    bad,
    before,
    cut_after,
    rewritten,
    vanishing,
)
from tests.usecases.faults.scenario import BAD, TAKEN, First, Scenario, play

RAW = TAKEN[BAD - 3]
BEGINNING = ("greeting", "CAPABILITY", "LOGIN", "SELECT", "SEARCH", "sizes")
"""Where a run begins, in order: nothing can be taken where one of these fails."""


def literal(raw: bytes, announced: int, name: bytes = b"UID 5 BODY[]") -> bytes:
    return b"* 5 FETCH (%s {%d}\r\n%s)\r\n" % (name, announced, raw)


def dropped() -> Iterator[Scenario]:
    """Connections that end."""
    for place in BEGINNING:
        yield Scenario(
            name=f"hangs up at {place}",
            fault=before(hang_up, place),
            first=First.NONE,
            error="closed the connection",
        )
        yield Scenario(
            name=f"says BYE at {place}",
            fault=before(then_hang_up(b"* BYE " + HOSTILE + b"\r\n"), place),
            first=First.NONE,
            error="ended the session|closed the connection|greet",
        )
    for place in ("STORE", "EXPUNGE"):
        yield Scenario(
            name=f"hangs up before {place}",
            fault=before(hang_up, place),
            deleting=True,
            error="closed the connection",
        )
        yield Scenario(
            name=f"hangs up after {place}",
            fault=after(hang_up, place),
            deleting=True,
            error="closed the connection",
        )
        yield Scenario(
            name=f"says BYE at {place}",
            fault=before(then_hang_up(b"* BYE not now\r\n"), place),
            deleting=True,
            error="ended the session",
        )
    yield Scenario(name="hangs up at LOGOUT", fault=before(hang_up, "LOGOUT"))
    yield Scenario(name="hangs up once at bodies", fault=before(hang_up, "bodies", times=1))
    yield Scenario(
        name="hangs up at bodies",
        fault=before(hang_up, "bodies"),
        first=First.NONE,
        error="closed the connection",
    )
    yield from cut_off(30, 200, 500, 800, 1_100, 1_500, 1_900)


def slow() -> Iterator[Scenario]:
    """Servers that keep one waiting, or never end."""
    yield from silent(*BEGINNING)
    yield from silent("STORE", "EXPUNGE", deleting=True)
    yield Scenario(name="is silent at LOGOUT", fault=before(silence, "LOGOUT"), seconds=SHORT)
    yield from silent("bodies")
    yield from slowly("greeting", "LOGIN", "SEARCH", "sizes")
    yield from slowly("bodies", first=First.SOME)
    for place in ("greeting", "SELECT", "SEARCH", "sizes", "bodies"):
        yield Scenario(
            name=f"sends an endless line at {place}",
            fault=before(flood(b"* OK " + b"x" * 65_536), place),
            first=First.NONE,
            error="a line of more than|far more than",
        )
        yield Scenario(
            name=f"sends endless answers at {place}",
            fault=before(flood((b"* OK " + b"x" * 300 + b"\r\n") * 200), place),
            first=First.NONE,
            error="",
            seconds=2,
        )


def bodies() -> Iterator[Scenario]:
    """Faults about the body of one message: it is named, the others are taken."""
    wrong = {
        "NIL": bad(b"* 5 FETCH (UID 5 BODY[] NIL)\r\n"),
        "an empty body": bad(literal(b"", 0)),
        "a literal that is too small": bad(literal(RAW, 10)),
        "a literal that is cut": bad(literal(RAW[:10], 10)),
        "a literal a little too large": bad(literal(RAW, len(RAW) + 3)),
        "a gigantic literal": bad(b"* 5 FETCH (UID 5 BODY[] {4294967296}\r\n" + RAW),
        "a gigantic literal without UID": bad(b"* 5 FETCH (BODY[] {4294967296}\r\n" + RAW),
        "a literal of no length": bad(b"* 5 FETCH (UID 5 BODY[] {99999999999999999999999}\r\n" + RAW),
        "garbage": bad(b"\x00\xff((((" + HOSTILE + b"}garbage\r\n"),
        "unbalanced parentheses": bad(b"* 5 FETCH (UID 5 BODY[] " + b"(" * 5_000 + b"\r\n"),
        "BYE": bad(b"* BYE " + HOSTILE + b" internal error\r\n", hang_up),
        "the end of the connection": bad(b"", hang_up),
        "half of it and the end of the connection": bad(literal(RAW, len(RAW))[:-20], hang_up),
        "an endless literal": bad(b"* 5 FETCH (UID 5 BODY[] {%d}\r\n" % len(RAW), flood(b"x" * 65_536)),
    }
    for name, fault in wrong.items():
        yield Scenario(name=f"gives {name} for a message", fault=fault, first=First.GOOD, error="could not be")
    slowly = {
        "a literal that is too large": bad(literal(RAW, 5_000)),
        "silence": bad(b"", silence),
        "half of it and silence": bad(literal(RAW, len(RAW))[:-20], silence),
    }
    for name, fault in slowly.items():
        yield Scenario(
            name=f"gives {name} for a message", fault=fault, first=First.GOOD, error="could not be", seconds=1
        )

    def refusing(status: str, *, alone: bool) -> Make:
        async def act(talk: Talk, command: Command) -> Answer | None:
            numbers = command.args[0]
            if numbers == "5" or (":" in numbers and not alone):
                return [Part(f"{command.tag} {status} [SERVERBUG] cannot read it\r\n".encode())]
            return None

        return before(act, "bodies")

    for status in ("NO", "BAD"):
        yield Scenario(
            name=f"says {status} to every FETCH with a message",
            fault=refusing(status, alone=False),
            first=First.GOOD,
            error="SERVERBUG",
        )
    yield Scenario(
        name="says NO to every FETCH of bodies",
        fault=before(say(b"<tag> NO [LIMIT] later\r\n"), "bodies"),
        first=First.NONE,
        error=r"message 3 .*LIMIT.*5 more",
    )

    async def no_sizes(talk: Talk, command: Command) -> Answer | None:
        if command.args[0] == "5" or ":" in command.args[0]:
            return [Part(f"{command.tag} NO [SERVERBUG] no size\r\n".encode())]
        return None

    yield Scenario(name="says NO to the size of a message", fault=before(no_sizes, "sizes"))
    yield Scenario(
        name="says NO to sizes",
        fault=before(say(b"<tag> NO [SERVERBUG] no sizes\r\n"), "sizes"),
        first=First.NONE,
        error="sizes",
    )
    yield Scenario(
        name="estimates sizes",
        fault=rewritten(lambda _, answer: [Part(part.data.replace(b"SIZE ", b"SIZE 9")) for part in answer], "sizes"),
    )


def moving() -> Iterator[Scenario]:
    """Messages that go, come and change while they are read."""

    for place in ("SEARCH", "sizes", "bodies"):
        yield Scenario(
            name=f"loses a message before {place}",
            fault=vanishing(place),
            vanished=frozenset({BAD}),
        )
    yield Scenario(name="loses a message before STORE", fault=vanishing("STORE"))

    def twice(command: Command, answer: Answer) -> Answer:
        return [Part(b"* SEARCH 5 3 3 4 5\r\n"), *answer]

    yield Scenario(name="lists UIDs twice", fault=rewritten(twice, "SEARCH"))
    yield Scenario(
        name="tells a message twice",
        fault=rewritten(lambda _, answer: [*answer[:-1], *answer], "sizes", "bodies"),
    )

    def same_uid(maildrop: Maildrop) -> Fault:
        maildrop.inbox.messages[5].uid = BAD
        return Fault()

    def apart(maildrop: Maildrop) -> None:
        maildrop.inbox.messages = sorted(maildrop.inbox.messages, key=lambda stored: stored.raw)
        (six,) = (stored for stored in maildrop.inbox.messages if b"Letter 6" in stored.raw)
        six.uid = 6

    yield Scenario(
        name="has one UID for two messages",
        fault=same_uid,
        first=First.SOME,
        error="message 5 .*two messages",
        between=apart,
    )

    def chatty(command: Command, answer: Answer) -> Answer:
        news = [b"* 99 EXISTS\r\n", b"* 5 FETCH (FLAGS (\\Seen))\r\n", b"* 7 FETCH (UID 7 FLAGS ())\r\n"]
        news += [b"* OK [ALERT] " + HOSTILE + b"\r\n", b"* FLAGS (\\Odd)\r\n", b"* 2 EXPUNGE\r\n", b"* SEARCH 1 2\r\n"]
        news += [b"* 77 FETCH (UID 77 BODY[] {4}\r\nnone)\r\n", b"* 1 FETCH (UID 1 BODY[] {4}\r\nnone)\r\n"]
        news += [b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n", b"* 3 RECENT\r\n", b'* LIST () "/" x\r\n']
        return [*map(Part, news), *reversed(answer[:-1]), *map(Part, news), answer[-1]]

    yield Scenario(name="tells in any order, and what nobody asked", fault=rewritten(chatty, "sizes", "bodies"))
    yield Scenario(
        name="alerts after everything",
        fault=rewritten(
            lambda _, answer: [Part(b"* OK [ALERT] " + HOSTILE + b"\r\n"), *answer],
            "CAPABILITY",
            "LOGIN",
            "SELECT",
            "SEARCH",
            "sizes",
            "bodies",
            "STORE",
            "EXPUNGE",
            "LOGOUT",
        ),
    )

    def news(command: Command, answer: Answer) -> Answer:
        """Somebody else reads all of 8,000 messages meanwhile."""
        if command.place == "sizes":
            flags = (b"* %d FETCH (UID %d FLAGS (\\Seen))\r\n" % (uid, uid) for uid in range(9, 8_009))
            return [*map(Part, flags), *answer]
        return [Part(part.data.replace(b"* 8 EXISTS", b"* 8000 EXISTS")) for part in answer]

    yield Scenario(name="tells news of 8,000 messages", fault=rewritten(news, "SELECT", "sizes"))

    def many(command: Command, answer: Answer) -> Answer:
        if command.name == "SEARCH" and command.args[0] != "UID":
            return [Part(b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 100_001)) + b"\r\n"), answer[-1]]
        return [Part(part.data.replace(b"* 8 EXISTS", b"* 100000 EXISTS")) for part in answer]

    def billions(command: Command, answer: Answer) -> Answer:
        if command.name == "SEARCH":
            return [Part(b"* SEARCH" + b" 1" * 4_000_000 + b"\r\n"), answer[-1]]
        return [Part(part.data.replace(b"* 8 EXISTS", b"* 4294967295 EXISTS")) for part in answer]

    yield Scenario(
        name="says that it holds billions of messages",
        fault=rewritten(billions, "SELECT", "SEARCH"),
        first=First.NONE,
        error="a line of more than 5",
    )
    yield Scenario(name="lists 100,000 messages", fault=rewritten(many, "SELECT", "SEARCH"))


def numbered() -> Iterator[Scenario]:
    """Numberings that change."""
    yield Scenario(
        name="has renumbered the folder after messages were taken",
        fault=cut_after(messages=1),
        first=First.SOME,
        error="",
        between=lambda maildrop: maildrop.inbox.renumber(7),
    )
    yield Scenario(
        name="has renumbered the folder between STORE and EXPUNGE",
        fault=after(hang_up, "STORE"),
        deleting=True,
        error="closed the connection",
        between=lambda maildrop: maildrop.inbox.renumber(7),
    )
    yield Scenario(
        name="has renumbered the folder upwards",
        fault=after(hang_up, "STORE"),
        deleting=True,
        error="closed the connection",
        between=lambda maildrop: maildrop.inbox.renumber(7, first=5),
    )

    def renumber_in_between(maildrop: Maildrop) -> Fault:
        async def act(talk: Talk, command: Command) -> None:
            maildrop.inbox.renumber(7)
            talk.hang_up()

        return Before(act, "bodies", times=1)

    yield Scenario(
        name="renumbers the folder while it is read", fault=renumber_in_between, first=First.NONE, error="renumbered"
    )
    yield Scenario(
        name="has no UIDVALIDITY",
        fault=rewritten(lambda _, answer: [part for part in answer if b"UIDVALIDITY" not in part.data], "SELECT"),
        first=First.NONE,
        error="UIDVALIDITY",
    )

    def recreated(maildrop: Maildrop) -> None:
        """The folder is restored from last night's backup: the same numbering, and its numbers used anew."""
        inbox = maildrop.inbox
        inbox.remove([stored for stored in inbox.messages if stored.uid > 4])
        inbox.uidnext = 5
        inbox.add(letter("Later 5"))
        inbox.add(letter("Later 6"))

    yield Scenario(name="uses numbers again", between=recreated, later=("Later 5", "Later 6"))
    yield Scenario(
        name="uses numbers again whose messages were still to be deleted",
        fault=after(hang_up, "STORE"),
        deleting=True,
        error="closed the connection",
        between=recreated,
        later=("Later 5", "Later 6"),
    )


def refusing() -> Iterator[Scenario]:
    """Servers that cannot or do not want to."""
    no = say(b"<tag> NO [NOPERM] geh\xc3\xb6rt " + HOSTILE + b"\r\n")
    for place in ("STORE", "EXPUNGE"):
        yield Scenario(name=f"refuses {place}", fault=before(no, place), note="NOPERM")
        yield Scenario(name=f"does not know {place}", fault=before(say(b"<tag> BAD what?\r\n"), place), note="what")
    yield Scenario(
        name="says that it expunges and does not",
        fault=before(say(b"<tag> OK done\r\n"), "EXPUNGE"),
        note="still has it",
    )
    for name, capabilities in {
        "nothing": "IMAP4rev1",
        "no UIDPLUS": "IMAP4rev1 IDLE MOVE",
        "no IDLE": "IMAP4rev1 UIDPLUS",
    }.items():
        note = None if "UIDPLUS" in capabilities else "no UIDPLUS"
        yield Scenario(name=f"offers {name}", capabilities=capabilities, note=note)
    yield Scenario(
        name="offers more after log-in",
        fault=rewritten(lambda _, answer: [Part(b"* CAPABILITY IMAP4rev1\r\n"), answer[-1]], "CAPABILITY", times=1),
    )
    yield Scenario(
        name="offers less after log-in",
        fault=rewritten(
            lambda _, answer: [Part(b"* CAPABILITY IMAP4rev1\r\n"), Part(answer[-1].data + b"")], "CAPABILITY"
        ),
        note="no UIDPLUS",
    )

    def read_only(command: Command, answer: Answer) -> Answer:
        return [*answer[:-1], Part(answer[-1].data.replace(b"READ-WRITE", b"READ-ONLY"))]

    yield Scenario(name="opens the folder read-only", fault=rewritten(read_only, "SELECT"), note="read-only")
    for place in ("sizes", "bodies", "STORE"):
        yield Scenario(
            name=f"makes the folder read-only at {place}",
            fault=rewritten(lambda _, answer: [Part(b"* OK [READ-ONLY] now\r\n"), *answer], place),
            deleting=place == "STORE",
            error="",
            first=First.SOME,
        )
    for name, text, error in (
        ("refuses the log-in", b"NO [AUTHENTICATIONFAILED] " + HOSTILE, "user name and password"),
        ("refuses the log-in for now", b"NO [UNAVAILABLE] later", "for now"),
        ("does not know LOGIN", b"BAD what?", "refuses the log-in"),
    ):
        yield Scenario(name=name, fault=before(say(b"<tag> " + text + b"\r\n"), "LOGIN"), first=First.NONE, error=error)
    yield Scenario(
        name="has no such folder",
        fault=before(say(b"<tag> NO [NONEXISTENT] none\r\n"), "SELECT"),
        first=First.NONE,
        error="NONEXISTENT",
    )


def encrypted() -> Iterator[Scenario]:
    """Somebody in between keeps TLS away: no password is sent."""
    stripped = rewritten(
        lambda _, answer: [Part(part.data.replace(b" STARTTLS", b"")) for part in answer], "CAPABILITY"
    )
    injected = before(say(b"<tag> OK begin\r\n* CAPABILITY IMAP4rev1 EVIL\r\n"), "STARTTLS")
    kept_away = {
        "refuses STARTTLS": before(say(b"<tag> NO not today\r\n"), "STARTTLS"),
        "injects bytes before TLS": injected,
        "takes the log-in for done before TLS": before(say(b"* PREAUTH welcome\r\n"), "greeting"),
        "is silent at STARTTLS": before(silence, "STARTTLS"),
        "hangs up at STARTTLS": before(hang_up, "STARTTLS"),
        "answers STARTTLS with OK and no handshake": before(then_hang_up(b"* OK [ALERT] x\r\n"), "STARTTLS"),
    }
    yield Scenario(
        name="offers no STARTTLS", fault=stripped, security=Security.STARTTLS, first=First.NONE, error="no encryption"
    )
    yield Scenario(name="offers STARTTLS", security=Security.STARTTLS)
    for security in (Security.STARTTLS, Security.STARTTLS_IF_AVAILABLE):
        for name, fault in kept_away.items():
            yield Scenario(
                name=f"{name} ({security})",
                fault=fault,
                security=security,
                first=First.NONE,
                error=".",
                seconds=SHORT if "silent" in name else 20,
            )


SCENARIOS = [*dropped(), *slow(), *bodies(), *moving(), *numbered(), *refusing(), *encrypted()]


def test_a_server_that(scenario: Scenario, shared: Intake, leave: bool, tls: tuple[ssl.SSLContext, str]) -> None:
    play(scenario, Protocol.IMAP, shared, leave, tls)
