"""The projects screen: list, form, archive, default, links."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from allegra_tui.console import key_order
from allegra_tui.console.links import Link
from allegra_tui.console.screens import projects as screen
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project
from allegra_tui.store import Store, projects, settings
from allegra_tui.usecases import browse_projects, configure
from allegra_tui.usecases.browse_projects import ProjectLine
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("projects")


@pytest.fixture
def filled(world: World) -> World:
    """INBOX with two open issues and the global mailbox, SUP with a mailbox of its own, WEB archived."""
    world.receive(letter("Printer"), letter("Login"))
    world.mailbox(Mailbox(name="support", project="SUP", host="mail.example.org", username="sup"))
    world.mailbox(Mailbox(name="system", host="mail.example.org", username="issues"))
    with world.store() as store, store.write() as tx:
        projects.add(tx, Project(key="WEB", name="Website", archived=True))
    return world


def project_of(world: World, key: str) -> Project:
    """A project as stored."""
    with world.store() as store, store.read() as tx:
        return configure.find_project(tx, key)


def default_of(world: World) -> str | None:
    """The key of the default project, as stored."""
    with world.store() as store, store.read() as tx:
        return settings.load(tx).default_project


def test_empty(console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4")
        await story.has("No project yet", "a adds the first one")
        await story.looks_like("projects_empty")

    console(tell)


def test_list(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4")
        await story.has("3 projects, 1 archived")
        await story.looks_like("projects_list")

    console(tell)


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Have the projects read only once the event is set."""
    go = threading.Event()
    read = browse_projects.project_lines

    def later(store: Store) -> Sequence[ProjectLine]:
        assert go.wait(60)
        return read(store)

    monkeypatch.setattr(screen, "project_lines", later)
    try:
        yield go
    finally:
        go.set()


@pytest.mark.place("senders")
def test_a_key_waits_until_the_list_knows_what_it_is_about(
    filled: World, small_console: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_order, "FILLING_LIMIT", 60.0)
    with held_up(monkeypatch) as go:

        async def tell(story: Story) -> None:
            story.hit("4")
            story.hit("j")
            story.hit("d")
            await story.until(lambda: "open issues" in story.text)
            await story.lacks("No project yet", "3 projects", "d archive")
            go.set()
            await story.has("Archive this project?", "SUP  Support")

        small_console(tell)


@pytest.mark.place("senders")
def test_no_key_waits_for_long_for_a_list_that_does_not_come(
    filled: World, small_console: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_order, "FILLING_LIMIT", 0.01)
    with held_up(monkeypatch) as go:

        async def tell(story: Story) -> None:
            story.hit("4")
            story.hit("2")
            await story.has("All issues", "2 issues")
            go.set()

        small_console(tell)


def test_the_first_project_is_added_as_the_default(console: Play, world: World) -> None:
    with world.store() as store, store.write() as tx:
        settings.save(tx, IntakeSettings())

    async def tell(story: Story) -> None:
        await story.press("4", "a")
        await story.type("1no")
        await story.press("tab")
        await story.has("a key of up to 20 letters")
        await story.looks_like("projects_form")
        await story.press("shift+tab", "ctrl+u")
        await story.type("hw")
        await story.press("tab")
        await story.type("Hardware [b]x[/b]")
        await story.press("ctrl+s")
        await story.has("Project HW added.", "* default", "Hardware [b]x[/b]")

    console(tell)
    assert project_of(world, "HW").name == "Hardware [b]x[/b]"
    assert default_of(world) == "HW"


def test_a_key_that_is_taken_is_refused(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "a")
        await story.type("sup")
        await story.press("ctrl+s")
        await story.has("there is a project SUP already")
        await story.press("escape")
        await story.has("Leave without saving?")
        await story.press("y")
        await story.has("2 projects")

    assert small_console(tell).failure is None


def test_rename(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "j", "e", "ctrl+u")
        await story.type("Help desk")
        await story.has("Name *")
        await story.press("ctrl+s")
        await story.has("Project SUP changed.", "Help desk")

    small_console(tell)
    assert project_of(world, "SUP").name == "Help desk"


def test_the_second_to_save_is_shown_what_the_first_one_changed(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "j", "e", "ctrl+u")
        await story.type("Mine")
        with world.store() as store:
            was = project_of(world, "SUP")
            theirs = Project(key="SUP", name="Theirs", id=was.id)
            configure.save_project(store, theirs, was=was, who="other")
        await story.press("ctrl+s")
        await story.has("Somebody else saved this meanwhile", "was Support, now Theirs, yours Mine")
        await story.press("down", "enter")
        await story.has("Project SUP changed.")

    small_console(tell)
    assert project_of(world, "SUP").name == "Mine"


def test_archive_names_the_project_and_is_taken_back(filled: World, console: Play) -> None:
    filled.project("OLD", "Old things")

    async def tell(story: Story) -> None:
        await story.press("4", "j", "d")
        await story.has("Archive this project?", "OLD  Old things", "No open issues")
        await story.looks_like("projects_archive")
        await story.press("n")
        assert not project_of(filled, "OLD").archived
        await story.press("d", "y")
        await story.has("Project OLD is archived.")
        assert project_of(filled, "OLD").archived
        await story.press("o")
        await story.has("Project OLD is used again.")

    console(tell)
    assert not project_of(filled, "OLD").archived


def test_a_project_that_mail_comes_to_is_not_archived(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "j", "d", "y")
        await story.has("project SUP still gets mail from support")
        await story.press("k", "d", "y")
        await story.has("project INBOX is the default project")

    small_console(tell)
    assert not project_of(filled, "SUP").archived


def test_make_default(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "j", "m")
        await story.has("Project SUP is the default project.")

    small_console(tell)
    assert default_of(filled) == "SUP"


def test_links_to_the_issues_and_from_elsewhere(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "i")
        await story.has("Issues of INBOX", "2 issues")
        await story.press("escape")
        await story.has("3 projects")
        story.app.go(Link("projects", "WEB"))
        await story.settle()
        await story.has("> WEB")

    assert small_console(tell).failure is None


def test_hostile_names_do_nothing(world: World, console: Play) -> None:
    world.project("EVIL", "\x1b]0;owned\x07[/x][@click=app.quit]\u202e\u200bend")

    async def tell(story: Story) -> None:
        await story.press("4")
        await story.has("\u241b]0;owned\u2407[/x][@click=")
        await story.press("d")
        await story.has("\u241b]0;owned\u2407[/x][@click=app.quit]\ufffd\ufffdend")
        await story.lacks("\x1b", "\u202e")

    assert console(tell).failure is None


def test_read_only_changes_nothing(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4", "a", "d", "m", "j", "enter")
        await story.has("Issues of SUP")

    small_console(tell, read_only=True)
    assert default_of(filled) == "INBOX"
