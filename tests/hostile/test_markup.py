"""Foreign text is never read as markup, and never leaves the console other than safe."""

from allegra_tui.console.screen import Trouble
from allegra_tui.usecases.errors import Refused
from tests.console.conftest import Play
from tests.console.conftest import world as world
from tests.console.story import Story
from tests.console.world import World
from tests.hostile.strings import STRINGS, steering


def test_an_error_that_quotes_markup_is_shown_as_it_is(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        screen = story.app.screen
        for name in ("closing nothing", "a click", "a link as markup", "colours", "variables"):
            screen.trouble(Refused(STRINGS[name]))  # type: ignore[attr-defined]
            await story.settle()
            assert str(screen.query_one(Trouble).content) == f"x {STRINGS[name]}"
            await story.has(STRINGS[name].split()[0])

    small_console(tell)


def test_what_is_copied_is_safe_to_paste(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        for text in STRINGS.values():
            story.app.copy_to_clipboard(text)
            assert steering(story.app.clipboard) == []

    small_console(tell)
