"""The senders screen: list, search, details, form, CSV import."""

from dataclasses import replace
from pathlib import Path

import pytest

from allegra_tui.console.links import Link
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.store import senders
from allegra_tui.usecases import configure
from allegra_tui.usecases.errors import NotFound
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("senders")


@pytest.fixture
def filled(world: World) -> World:
    """Three senders, one of them disabled; Anna has two addresses and two issues."""
    world.sender("Anna Meier", "anna@bosch.com", "anna.meier@example.org")
    world.sender("Bob", "bob@example.org")
    with world.store() as store, store.write() as tx:
        senders.add(tx, RegisteredSender(name="Carol", addresses=("carol@example.net",), enabled=False))
    world.receive(letter("Printer"), letter("Login"), letter("Other", sender="anna.meier@example.org"))
    return world


def sender_of(world: World, name: str) -> RegisteredSender:
    """A sender as stored."""
    with world.store() as store, store.read() as tx:
        return configure.find_sender(tx, name)


def test_empty(console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5")
        await story.has("Nobody is registered yet", "a registers one")
        await story.looks_like("senders_empty")

    console(tell)


def test_list_and_details(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5")
        await story.looks_like("senders_list")
        await story.press("enter")
        await story.has("anna@bosch.com  2 issues", "anna.meier@example.org  1 issue")
        await story.looks_like("senders_details")
        await story.press("escape")
        await story.has("Carol", "x disabled")

    console(tell)


def test_details_say_whom_the_pattern_refuses_now(filled: World, small_console: Play) -> None:
    filled.set(allowed_pattern=r"@bosch\.com")

    async def tell(story: Story) -> None:
        await story.press("5", "enter")
        await story.has("x the pattern refuses its mail")

    assert small_console(tell).failure is None


def test_senders_whose_addresses_look_alike_are_told_of_each_other(filled: World, small_console: Play) -> None:
    filled.sender("Trap", "anna@b0sch.com")

    async def tell(story: Story) -> None:
        await story.press("5", "enter")
        await story.has("Anna Meier", "! resembles anna@b0sch.com, which is registered")
        await story.press("escape", "j", "enter")
        await story.has("bob@example.org")
        await story.lacks("resembles")
        await story.press("escape", "G", "enter")
        await story.has("Trap", "! resembles anna@bosch.com, which is registered")

    assert small_console(tell).failure is None


def test_search_finds_names_and_addresses(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "slash")
        await story.type("MEIER@")
        await story.press("enter")
        await story.has('Senders with "MEIER@"', "1 sender", "Anna Meier")
        await story.lacks("Carol")
        await story.press("slash", "ctrl+u")
        await story.type("nobody%")
        await story.press("enter")
        await story.has("No sender is found by this search")
        await story.looks_like("senders_no_hits")
        await story.press("backspace")
        await story.has("3 senders")

    console(tell)


def test_registers_a_sender_with_two_addresses(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "a")
        await story.type("Dora")
        await story.press("tab")
        await story.type("dora@example.org\n\nDora@Example.COM ")
        await story.press("tab")
        await story.looks_like("senders_form")
        await story.press("ctrl+s")
        await story.has("Dora registered.", "1 sender")

    console(tell)
    assert sender_of(world, "Dora").addresses == ("dora@example.org", "Dora@example.com")


def test_an_address_that_the_pattern_refuses_is_refused_with_the_reason(world: World, console: Play) -> None:
    world.set(allowed_pattern=r"@bosch\.com")

    async def tell(story: Story) -> None:
        await story.press("5", "a")
        await story.type("Dora")
        await story.press("tab")
        await story.type("dora@evil.org")
        await story.press("ctrl+s")
        await story.has("x dora@evil.org is not registered, the pattern refuses", r"@bosch\.com does not")
        await story.looks_like("senders_refused")
        await story.type("\nno address")
        await story.press("tab")
        await story.has("no address: ")

    console(tell)


def test_an_address_of_another_sender_is_refused(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "j", "e", "tab")
        await story.type("anna@bosch.com\n")
        await story.press("ctrl+s")
        await story.has("anna@bosch.com belongs to Anna Meier already")

    small_console(tell)
    assert sender_of(filled, "Bob").addresses == ("bob@example.org",)


def test_two_consoles_change_the_same_sender(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "j", "e")
        await story.type("Robert ")
        with filled.store() as store:
            was = sender_of(filled, "Bob")
            configure.save_sender(store, replace(was, addresses=("robert@example.org",)), was=was, who="other")
        await story.press("ctrl+s")
        await story.has("Somebody else saved this meanwhile", "was bob@example.org, now robert@example.org")
        await story.press("down", "down", "enter")
        await story.has("robert@example.org")
        await story.lacks("Name *")

    assert small_console(tell).failure is None


def test_disable_names_the_sender_and_enable(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "d")
        await story.has("Disable this sender?", "Anna Meier", "anna.meier@example.org")
        await story.press("y")
        await story.has("Anna Meier disabled.")
        assert not sender_of(filled, "Anna Meier").enabled
        await story.press("o")
        await story.has("Anna Meier enabled.")

    console(tell)
    assert sender_of(filled, "Anna Meier").enabled


def test_issues_of_one_address(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "i")
        await story.has("Issues from which address")
        await story.press("enter")
        await story.has("Issues from anna@bosch.com", "2 issues")
        await story.press("escape")
        await story.has("3 senders")

    assert small_console(tell).failure is None


def test_links_search_and_register(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        story.app.go(Link("senders", "bob@example.org"))
        await story.settle()
        await story.has('Senders with "bob@example.org"', "1 sender")
        story.app.go(Link("senders", where={"add": "eve@example.org", "name": "Eve"}))
        await story.settle()
        await story.has("A new sender", "Eve", "eve@example.org")
        await story.press("ctrl+s")
        await story.has("Eve registered.")

    small_console(tell)
    assert sender_of(filled, "Eve").addresses == ("eve@example.org",)


def test_csv_import_shows_what_it_would_do_and_then_does_it(filled: World, console: Play, tmp_path: Path) -> None:
    filled.set(allowed_pattern=r"@example\.(org|net)|@bosch\.com")
    file = tmp_path / "people.csv"
    file.write_text(
        "name,address\nAnna Meier,anna@bosch.com\nBob,bob@example.org;bobby@example.org\n"
        "Eve,eve@example.org,eve@evil.org\nMallory,mallory@evil.org\nNobody,no address\n",
        encoding="utf-8",
    )

    async def tell(story: Story) -> None:
        await story.press("5", "c", "ctrl+u")
        await story.type(str(file))
        await story.press("enter")
        await story.has("Nothing is stored yet: 1 to add, 1 to change, 1 unchanged, 2 refused")
        await story.looks_like("senders_import")
        with pytest.raises(NotFound):
            sender_of(filled, "Eve")
        await story.press("G", "enter")
        await story.has("Line 6 of people.csv", "has exactly one @, as in name@example.org")
        await story.press("escape", "t")
        await story.has("eve@evil.org: the pattern refuses it")
        await story.lacks("bobby@example.org")
        await story.press("t", "ctrl+s")
        await story.has("2 senders registered.", "Registered: 1 added, 1 changed, 1 unchanged, 2 refused")
        await story.press("escape")
        await story.has("4 senders")

    console(tell)
    assert sender_of(filled, "Bob").addresses == ("bob@example.org", "bobby@example.org")
    assert sender_of(filled, "Eve").addresses == ("eve@example.org",)


@pytest.mark.parametrize("name", ["none.csv", "~nobody-of-that-name/none.csv"])
def test_a_file_that_cannot_be_read_is_told(filled: World, small_console: Play, name: str) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "c", "ctrl+u")
        await story.type(name)
        await story.press("enter")
        await story.has(f"{name} cannot be read: No such file")

    assert small_console(tell).failure is None


def test_an_unusable_pattern_stops_registering_and_is_told(filled: World, small_console: Play, tmp_path: Path) -> None:
    filled.set(allowed_pattern="(")
    file = tmp_path / "people.csv"
    file.write_text("Eve,eve@example.org\n", encoding="utf-8")

    async def tell(story: Story) -> None:
        await story.press("5", "c", "ctrl+u")
        await story.type(str(file))
        await story.press("enter")
        await story.has("the pattern for allowed senders cannot be used")
        await story.press("enter")
        await story.has("anna@bosch.com  2 issues")

    assert small_console(tell).failure is None


def test_hostile_names_do_nothing(world: World, console: Play, tmp_path: Path) -> None:
    world.sender("\x1b]52;c;x\x07[/x][@click=app.quit]", "x@example.org")
    file = tmp_path / "bad.csv"
    file.write_text("\x1b]0:x\x07[/x],a@b.c\n[/x],[@click=app.quit]@x\n", encoding="utf-8")

    async def tell(story: Story) -> None:
        await story.press("5")
        await story.has("\u241b]52;c;x\u2407[/x]")
        await story.press("enter", "e", "escape", "d", "escape")
        await story.lacks("\x1b")
        await story.press("c", "ctrl+u")
        await story.type(str(file))
        await story.press("enter")
        await story.has("\u241b]0:x\u2407[/x]")
        await story.press("enter")
        await story.has("\u241b]0:x\u2407[/x]")
        await story.lacks("\x1b")

    assert console(tell).failure is None


def test_read_only_changes_nothing(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("5", "a", "d", "e", "c")
        await story.has("3 senders", "read-only")
        await story.lacks("A new sender", "Disable")

    assert small_console(tell, read_only=True).failure is None
