"""Short words for the faults of `tests.servers.faulty.faults`, each made anew for the mailbox of a scenario."""

from collections.abc import Callable

from tests.servers.faulty import Answer, Command, Fault, Maildrop
from tests.servers.faulty.faults import Act, After, AfterBodies, Before, CutOff, Dripping, OfMessage, Rewritten
from tests.servers.faulty.talk import Talk
from tests.usecases.faults.scenario import BAD

HOSTILE = b"\x1b]0;owned\x07\x9b31m\xe2\x80\xae[bold]x[/bold]"
"""What a server may say to do harm to a terminal."""
SHORT = 0.3
"""Seconds that a server has to answer where the fault is that it does not."""

Make = Callable[[Maildrop], Fault]


def before(act: Act, *places: str, times: int | None = None) -> Make:
    return lambda _: Before(act, *places, times=times)


def after(act: Act, *places: str, times: int | None = None) -> Make:
    return lambda _: After(act, *places, times=times)


def bad(data: bytes, then: Act | None = None) -> Make:
    """Say this where the bad message is told, and then perhaps do something."""
    return lambda _: OfMessage(BAD, lambda _: data, then)


def dripping(*places: str) -> Make:
    return lambda _: Dripping(*places)


def cut_after(*, size: int = 0, messages: int = 0, times: int | None = None) -> Make:
    return lambda _: CutOff(size, times=times) if size else AfterBodies(messages, times=times)


def rewritten(rewrite: Callable[[Command, Answer], Answer], *places: str, times: int | None = None) -> Make:
    return lambda _: Rewritten(rewrite, *places, times=times)


def vanishing(place: str) -> Make:
    """Somebody takes the bad message away just before this."""

    def make(maildrop: Maildrop) -> Fault:
        async def act(talk: Talk, command: Command) -> None:
            maildrop.inbox.remove(maildrop.inbox.having([BAD]))

        return Before(act, place)

    return make
