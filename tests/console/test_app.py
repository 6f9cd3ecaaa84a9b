"""The frame: places, help, palette, leaving; and what it does where it cannot be shown."""

from pathlib import Path

import pytest

from allegra_tui.console.screens import PLACES
from allegra_tui.store import MissingDatabase
from tests.console.conftest import Play
from tests.console.story import Story, play
from tests.console.world import World, letter


def test_every_place_opens_by_its_number(world: World, console: Play) -> None:
    world.receive(letter())
    seen = []

    async def tell(story: Story) -> None:
        for place in PLACES:
            await story.press(place.key)
            seen.append(story.app.place)

    console(tell)
    assert seen == [place.name for place in PLACES]


def test_help_lists_the_keys_in_force(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("2", "question_mark")
        await story.has("Help", "Mark or unmark this line", "Search, and filter the list")
        await story.press("end")
        await story.has("Find a command by name", "ctrl+p")
        await story.press("escape")
        await story.lacks("Find a command by name")

    assert small_console(tell).return_code is None


def test_the_palette_offers_every_binding(world: World, small_console: Play) -> None:
    world.receive(letter())

    async def tell(story: Story) -> None:
        await story.press("2", "colon")
        await story.type("mark all")
        await story.has("Mark all lines, or none (*)")

    assert small_console(tell).failure is None


def test_q_at_the_bottom_quits(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("escape")
        assert story.app.is_running
        await story.press("q")

    assert small_console(tell).return_code == 0


def test_q_in_opened_details_goes_back_to_the_list_first(world: World, small_console: Play) -> None:
    world.receive(letter("Printer"))

    async def tell(story: Story) -> None:
        await story.press("2", "enter")
        await story.has("w shows why")
        await story.press("q")
        await story.has("1 issue", "> ")
        await story.lacks("w shows why")
        assert story.app.is_running
        await story.press("q")

    assert small_console(tell).return_code == 0


def test_a_terminal_that_is_too_small_says_so(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.pilot.resize_terminal(59, 24)
        await story.settle()
        await story.has("needs 60 columns and 15 lines")
        await story.pilot.resize_terminal(60, 15)
        await story.settle()
        await story.lacks("needs 60 columns")

    assert small_console(tell).failure is None


def test_read_only_without_a_database_ends_with_the_reason(empty_dir: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.settle()

    app = small_console(tell, read_only=True)
    assert isinstance(app.failure, MissingDatabase)
    assert app.return_code == 2
    assert not empty_dir.exists()


def test_read_only_cuts_no_place_short_and_no_key_that_works(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("4")
        await story.has("1Overview 2Issues 3Mailbox 4Projects 5Senders 6Pattern 7Fetch 8Journal 9Settings")
        await story.has(" i issues  enter open  ? help  q leave       read-only")

    assert small_console(tell, read_only=True).failure is None


@pytest.mark.parametrize("theme", ["allegra-light", "ansi-dark", "ansi-light", "textual-light"])
def test_themes(world: World, small_console: Play, theme: str) -> None:
    world.receive(letter("Printer on fire"))

    async def tell(story: Story) -> None:
        await story.press("2")
        await story.has("Printer on fire")

    assert small_console(tell, theme=theme).theme == theme


def test_only_ascii_and_box_drawing(world: World, small_console: Play) -> None:
    world.receive(letter())
    odd: dict[str, set[str]] = {}

    async def tell(story: Story) -> None:
        for place in PLACES:
            for keys in ([place.key], ["question_mark"], ["escape"], ["colon"], ["escape"], ["r"]):
                await story.press(*keys)
                found = {char for char in story.text if not (char.isascii() or "\u2500" <= char <= "\u257f")}
                if found:
                    odd[f"{place.name} {keys}"] = found

    small_console(tell)
    assert odd == {}


@pytest.mark.parametrize("size", [(60, 15), (200, 60)], ids=["60x15", "200x60"])
def test_the_smallest_and_a_large_terminal(world: World, empty_dir: Path, size: tuple[int, int]) -> None:
    world.receive(letter())
    seen: dict[str, str] = {}

    async def tell(story: Story) -> None:
        for place in PLACES:
            await story.press(place.key)
            seen[place.name] = story.text

    play(empty_dir, tell, size=size)
    for name, text in seen.items():
        lines = text.splitlines()
        assert len(lines) == size[1], name
        assert "? help" in lines[-1], f"{name}:\n{text}"
        assert len(set(lines[1:-1])) > 3, f"{name} shows next to nothing:\n{text}"
