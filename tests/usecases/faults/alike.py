"""Scenarios that servers of both protocols play, at the places that each has."""

from collections.abc import Iterator

from tests.servers.faulty.faults import hang_up, silence
from tests.usecases.faults.making import SHORT, before, cut_after, dripping
from tests.usecases.faults.scenario import First, Scenario


def hanging_up(*places: str) -> Iterator[Scenario]:
    """The connection ends there, and nothing can be taken."""
    for place in places:
        yield Scenario(
            name=f"hangs up at {place}", fault=before(hang_up, place), first=First.NONE, error="closed the connection"
        )


def cut_off(*sizes: int) -> Iterator[Scenario]:
    """The connection ends after so many messages, or bytes: once, and each time."""
    for count in (0, 2, 5):
        yield Scenario(name=f"hangs up once after {count} messages", fault=cut_after(messages=count, times=1))
    yield Scenario(name="hangs up after two messages each time", fault=cut_after(messages=2))
    for size in sizes:
        for times in (1, None):
            yield Scenario(
                name=f"hangs up after {size} bytes{' once' if times else ''}",
                fault=cut_after(size=size, times=times),
                first=First.SOME,
                error="",
            )


def silent(*places: str, deleting: bool = False) -> Iterator[Scenario]:
    """No answer comes: where messages are taken, or where they are to be deleted."""
    for place in places:
        yield Scenario(
            name=f"is silent at {place}",
            fault=before(silence, place),
            first=First.ALL if deleting else First.NONE,
            deleting=deleting,
            error="did not go on within",
            seconds=SHORT,
        )


def slowly(*places: str, first: First = First.NONE) -> Iterator[Scenario]:
    """A byte comes now and then."""
    for place in places:
        yield Scenario(
            name=f"drips at {place}",
            fault=dripping(place),
            first=first,
            error="too slow|did not go on",
            seconds=SHORT,
        )
