"""How the tests of this folder use a source."""

import contextlib
from collections.abc import Iterator

from allegra_tui.model.credential import Credential, Obtain, Password
from allegra_tui.model.settings import Mailbox
from allegra_tui.sources import Download, Source, Step, StepName, open_source

RAW = b"From: a@example.org\r\nSubject: hello\r\n\r\nBody\r\n.dot\r\n..dots\r\n"


def given(password: str | None) -> Obtain:
    """Return what gives this password at every log-in."""
    credential: Credential | None = None if password is None else Password(password)
    return lambda refused: credential


@contextlib.contextmanager
def connected(mailbox: Mailbox, password: str | None = "secret", *, read_only: bool = False) -> Iterator[Source]:
    """Open a source up to its folder."""
    with open_source(mailbox, given(password)) as source:
        for _ in source.connect(read_only=read_only):
            pass
        yield source


def steps(mailbox: Mailbox, password: str | None = "secret") -> dict[StepName, Step]:
    """Connect and return the steps that were taken."""
    with open_source(mailbox, given(password)) as source:
        return {step.name: step for step in source.connect()}


def download_all(source: Source) -> dict[str, Download]:
    """Download everything, by key."""
    return {one.key: one for one in source.download(list(source.describe(source.list().keys)))}


def bodies(source: Source) -> list[bytes]:
    """Download everything, in the order of the listing; nothing may be wrong with any."""
    downloads = download_all(source)
    assert [one.problem for one in downloads.values()] == [None] * len(downloads)
    return [downloads[key].raw for key in source.list().keys]
