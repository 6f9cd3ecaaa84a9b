"""The pattern screen: tried live, mended, built, saved."""

import pytest

from allegra_tui.console.links import Link
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.store import settings
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World, letter

pytestmark = pytest.mark.place("pattern")

BOSCH = r"[^@ \t]@bosch\.com"


@pytest.fixture
def filled(world: World) -> World:
    """A stored pattern with its addresses, registered senders, and messages."""
    world.sender("Anna Meier", "anna@bosch.com")
    world.sender("Bob", "bob@t-online.de")
    world.sender("Eve", "eve@b0sch.com")
    world.receive(letter("Printer"), letter("Login", sender="bob@t-online.de"))
    world.set(allowed_pattern=BOSCH, must_accept=("anna@bosch.com",), must_refuse=("x@bosch.com.evil.org",))
    return world


def stored(world: World) -> IntakeSettings:
    """The settings as stored."""
    with world.store() as store, store.read() as tx:
        return settings.load(tx)


async def write(story: Story, source: str) -> None:
    """Replace the pattern, and go back to the list."""
    await story.press("e", "end", "ctrl+u")
    await story.type(source)
    await story.press("escape")


def test_empty(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await story.has("no restriction, every domain is allowed", "No address to try yet: a adds one.", "as stored")
        await story.looks_like("pattern_empty")

    assert console(tell).failure is None


def test_both_verdicts_with_the_reason(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "j")
        await story.has("+ yes   + yes     anna@bosch.com", "+ yes   x no      x@bosch.com.evil.org")
        await story.has("x refused by the match: The match ends before the address")
        await story.looks_like("pattern_filled")

    assert console(tell).failure is None


def test_groups_are_numbered_in_pattern_and_address(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"[^@ \t]@(bosch|(t)-online)\.(com|de)")
        await story.has("        111111122211111111  33333333", "   ==11111=333", "* not saved yet")
        await story.looks_like("pattern_groups")

    assert console(tell).failure is None


def test_an_error_has_a_caret_at_its_place(filled: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"@bosch\.(com")
        lines = story.text.splitlines()
        marked = next(place for place, line in enumerate(lines) if line.strip() == "^")
        assert lines[marked - 1][lines[marked].index("^")] == "("
        await story.has("x cannot be used: This ( has no closing ) (character 9)", "x error P01")
        await story.looks_like("pattern_error")
        await story.press("ctrl+s")
        await story.has("x not saved: This ( has no closing )")

    console(tell)
    assert stored(filled).allowed_pattern == BOSCH


def test_a_runaway_pattern_is_shown_as_a_verdict(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "a")
        await story.type("a" * 30 + "@bosch.com")
        await story.press("enter", "escape")
        await write(story, "(a|a)*$")
        await story.has("! time  ! time", "! refused by the time limit: The pattern took more")
        await story.looks_like("pattern_runaway")

    assert console(tell).failure is None


def test_a_bomb_is_refused(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, "((a{1000}){1000}){1000}")
        await story.has("x cannot be used", "x error P14")

    assert small_console(tell).failure is None


def test_a_fix_is_applied_by_one_key_and_undone(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "p")
        await story.has("Begin with", "manual, as printed")
        await story.press("down", "down", "down", "enter")
        await story.has("! usable, repaired", r"\T means nothing", "f: use")
        await story.looks_like("pattern_printed")
        await story.press("f")
        await story.has(r"Pattern  [^@ \t]@bosch\.com", "+ usable, as written")
        await story.press("u")
        await story.has(r"Pattern  [^@\T]@bosch\.com")
        await story.press("u")
        await story.has("no restriction")

    assert small_console(tell).failure is None


def test_words_and_senders_have_panes(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"[^@ \t]@t-online\.de\z")
        await story.has("Senders +1 -1")
        await story.press("t")
        await story.has("any name, then exactly @t-online.de")
        await story.press("t")
        await story.has("Of 3 known senders: 1 gained, 1 lost", "- lost   anna@bosch.com", "+ gained bob@t-online.de")
        await write(story, BOSCH)
        await story.has("~ near   b0sch.com is not bosch.com")
        await story.looks_like("pattern_senders")

    assert small_console(tell).failure is None


def test_a_finding_points_at_its_place(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"[^@ \t]@bosch.com\z")
        await story.press("t", "t", "t", "home")
        lines = story.text.splitlines()
        marked = next(place for place, line in enumerate(lines) if line.strip() == "^")
        assert lines[marked - 1][lines[marked].index("^") :].startswith(".com")

    assert small_console(tell).failure is None


def test_an_address_being_typed_could_still_match(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "a")
        await story.type("x@bos")
        await story.has("~ could still match")
        await story.type("ch.com")
        await story.has("+ accepted")
        await story.type("x")
        await story.has("x cannot match any more")
        await story.press("enter")
        await story.has("x no      x@bosch.comx")
        await story.press("escape", "d")
        await story.lacks("x@bosch.comx")

    assert small_console(tell).failure is None


def test_saving_shows_the_difference_and_what_it_would_do(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "a")
        await story.type("bob@t-online.de")
        await story.press("enter", "escape", "space")
        await write(story, r"[^@ \t]@(?:bosch\.com|t-online\.de)\z")
        await story.press("ctrl+s")
        await story.has("Changes, not saved yet", "+ bob@t-online.de", "1 now accepted")
        await story.looks_like("pattern_review")
        await story.press("ctrl+s")
        await story.has("Saved.", "as stored")

    small_console(tell)
    assert stored(filled).allowed_pattern == r"[^@ \t]@(?:bosch\.com|t-online\.de)\z"
    assert stored(filled).must_accept == ("anna@bosch.com", "bob@t-online.de")


def test_what_must_be_accepted_is_checked_before_saving(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"[^@ \t]@t-online\.de\z")
        await story.has("!accepted  x no    x no      anna@bosch.com")
        await story.press("ctrl+s")
        await story.has("x not saved: anna@bosch.com has to be accepted, and is refused")
        await story.press("x")
        await story.has(f"Pattern  {BOSCH}", "as stored")

    small_console(tell)
    assert stored(filled).allowed_pattern == BOSCH


def test_warnings_are_asked_about(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"[^@ \t]@bosch.com\z")
        await story.press("ctrl+s")
        await story.has("Save in spite of these findings?")
        await story.press("n")
        await story.has("* not saved yet")
        await story.press("ctrl+s", "y")
        await story.has("Changes, not saved yet")

    small_console(tell)
    assert stored(filled).allowed_pattern == BOSCH


def test_a_pattern_is_built_from_domains(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6", "b")
        await story.type("bosch.com, bosch")
        await story.has("x bosch is no domain")
        await story.press("full_stop", "d", "e", "tab", "right")
        await story.has(r"[^@ \t]@(?:[-\w]+\.)*(?:bosch\.com|bosch\.de)\z")
        await story.looks_like("pattern_builder")
        await story.press("ctrl+s")
        await story.has("Pattern  [^@", "* not saved yet", "[Findings]" if story.size[0] < 110 else "nothing to say")

    assert small_console(tell).failure is None


def test_hostile_patterns_and_addresses_do_nothing(world: World, small_console: Play) -> None:
    world.set(allowed_pattern="\x1b]52;c;x\x07[@click=app.quit]|[/nope", must_refuse=("\x1b]0;x\x07[/x]@\u202eb.c",))

    async def tell(story: Story) -> None:
        await story.press("6")
        await story.has("\u241b]0;x\u2407[/x]@\ufffdb.c")
        await story.lacks("\x1b", "\u202e")
        await write(story, "[@click=app.quit]@(\u202e[/x])")
        await story.lacks("\x1b", "\u202e[/x])\n  ")
        await story.press("t", "t", "t", "ctrl+s")
        await story.lacks("\x1b")

    assert small_console(tell).failure is None


def test_an_unusable_stored_pattern_is_told(filled: World, small_console: Play) -> None:
    filled.set(allowed_pattern="(")

    async def tell(story: Story) -> None:
        await story.press("6")
        await story.has("x cannot be used")
        await write(story, BOSCH)
        await story.press("t", "t")
        await story.has("x the stored pattern cannot be used, nothing is taken in now")

    assert small_console(tell).failure is None


def test_read_only_tries_and_saves_nothing(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("6")
        await write(story, r"@x\.de")
        await story.has("x no    x no      anna@bosch.com")
        await story.press("ctrl+s")
        await story.lacks("Changes, not saved yet")

    small_console(tell, read_only=True)
    assert stored(filled).allowed_pattern == BOSCH


def test_links_bring_an_address_and_unsaved_work_is_asked_about(filled: World, small_console: Play) -> None:
    filled.set(enabled=False)

    async def tell(story: Story) -> None:
        story.app.go(Link("pattern", "carol@bosch.com"))
        await story.settle()
        await story.has("+ yes   + yes     carol@bosch.com", "the intake is off")
        await write(story, "@x")
        await story.press("ctrl+q")
        await story.has("The pattern of allowed senders")

    assert small_console(tell).failure is None
