"""The first steps, and what the settings mean for those who write."""

from pathlib import Path

import pytest

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, RegisteredSender
from allegra_tui.secrets import Vault
from allegra_tui.store import Store
from allegra_tui.usecases import attention, configure, overview, welcome
from allegra_tui.usecases.attention import Kind


@pytest.mark.parametrize(
    ("unknown", "pattern", "senders", "words"),
    [
        (False, "", 0, "Nobody may write yet"),
        (False, "x", 0, "Nobody may write yet"),
        (False, "", 1, "The registered sender may write. What anybody else"),
        (False, "", 1200, "The 1,200 registered senders may write."),
        (False, "x", 2, "from addresses the pattern accepts. What anybody else"),
        (True, "", 0, "Everybody may write, advertisers too"),
        (True, " ", 0, "Everybody may write, advertisers too"),
        (True, "x", 3, "Everybody may write whose address the pattern accepts. What"),
    ],
)
def test_the_consequence_in_words(unknown: bool, pattern: str, senders: int, words: str) -> None:
    settings = IntakeSettings(allow_unknown_senders=unknown, allowed_pattern=pattern)
    assert words in welcome.consequence(settings, senders)


def done(store: Store) -> list[str]:
    """Return the names of the steps that are done."""
    return [step.name for step in welcome.steps(overview.situation(store)) if step.done]


def kinds(store: Store) -> list[Kind]:
    """Return what needs attention."""
    return [concern.kind for concern in attention.concerns(overview.situation(store))]


def test_steps_are_done_one_after_the_other(tmp_path: Path) -> None:
    store, vault = Store.open(tmp_path / "allegra.db"), Vault(tmp_path / "secret.key")
    try:
        assert done(store) == []
        assert kinds(store) == [Kind.MAILBOX]
        box = Mailbox(name="support", protocol=Protocol.MAILDIR, path=str(tmp_path))
        configure.add_mailbox(store, vault, box, settled=False, who="me")
        assert done(store) == ["mailbox"]
        assert kinds(store) == [Kind.PROJECT, Kind.ANSWER, Kind.SENDERS]
        configure.add_project(store, Project(key="SUP", name="Support"), default=True, who="me")
        assert done(store) == ["project", "mailbox"]
        configure.add_sender(store, RegisteredSender(name="Anna", addresses=["anna@bosch.com"]), who="me")
        assert done(store) == ["project", "mailbox", "writers"]
        assert kinds(store) == [Kind.ANSWER]
        with store.read() as tx:
            stored = configure.find_mailbox(tx, "support")
        configure.save_mailbox(store, vault, stored, settled=True, who="me")
        assert done(store) == ["project", "mailbox", "writers", "take"]
        assert kinds(store) == []
    finally:
        store.close()
