"""Forms: mistakes, what is changed, leaving, and two people saving the same record."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.widgets.form import Field, Kind, Values
from allegra_tui.usecases.errors import Changed, Invalid, Mistake, Refused
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World


@dataclass(frozen=True)
class Pet:
    name: str = ""
    legs: int | None = 4
    kind: str = "cat"
    tame: bool = True
    foods: Sequence[str] = ()


class PetForm(FormScreen[Pet]):
    """A record of every kind of field. Dogs are refused, two-legged cats are a mistake."""

    stored = Pet("Tom")
    saved: Pet | None = None

    def fields(self) -> Sequence[Field]:
        return (
            Field(name="name", label="Name", help="What it listens to."),
            Field(name="legs", label="Legs", kind=Kind.NUMBER, help="How many there are."),
            Field(
                name="kind", label="Kind", kind=Kind.CHOICE, choices=(("cat", "cat"), ("dog", "dog"), ("owl", "owl"))
            ),
            Field(name="tame", label="Tame", kind=Kind.FLAG),
            Field(name="foods", label="Foods", kind=Kind.LIST),
            Field(name="secret", label="Secret", kind=Kind.PASSWORD),
        )

    def values_of(self, record: Pet | None) -> Values:
        pet = record or Pet()
        return {
            "name": pet.name,
            "legs": pet.legs,
            "kind": pet.kind,
            "tame": pet.tame,
            "foods": pet.foods,
            "secret": "",
        }

    def check(self, values: Values) -> Sequence[Mistake]:
        mistakes = [] if values["name"] else [Mistake("name", "it needs a [name]")]
        if not isinstance(values["legs"], int | None):
            mistakes.append(Mistake("pets[0].legs", f"{values['legs']} is no number"))
        return mistakes

    def save(self, values: Values, was: Pet | None) -> Pet:
        if mistakes := self.check(values):
            raise Invalid([*mistakes, Mistake("weight", "is needed somewhere else")])
        if values["kind"] == "dog":
            raise Refused("no dogs here: choose another kind")
        if was != PetForm.stored:
            raise Changed("somebody else changed it", PetForm.stored)
        known = {name: value for name, value in values.items() if name != "secret"}
        PetForm.saved = Pet(**known)  # type: ignore[arg-type]
        return PetForm.saved


async def opened(story: Story, record: Pet | None) -> PetForm:
    PetForm.stored, PetForm.saved = Pet("Tom"), None
    form = PetForm("Pet", record)
    story.app.push_screen(form)
    await story.settle()
    return form


def test_values_come_and_go_as_python_values(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        form = await opened(story, Pet("Tom", None, "owl", False, ("mice", "[b]fish")))
        await story.has("What it listens to.")
        await story.looks_like("form")
        assert form.form.values == {
            "name": "Tom", "legs": None, "kind": "owl", "tame": False, "foods": ["mice", "[b]fish"], "secret": ""
        }  # fmt: skip
        assert form.unsaved is None

    console(tell)


def test_saving(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await opened(story, Pet("Tom"))
        await story.type("my")
        await story.has("Name *")
        await story.press("tab", "tab", "right", "right", "tab", "space", "ctrl+s")
        assert PetForm.saved == Pet("Tommy", 4, "owl", False, [])
        assert not isinstance(story.app.screen, PetForm)

    assert small_console(tell).failure is None


def test_a_mistake_appears_when_its_field_is_left(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await opened(story, None)
        await story.lacks("x it needs")
        await story.press("tab")
        await story.has("x it needs a [name]")
        await story.lacks("no number")
        await story.press("shift+tab")
        await story.type("Tom")
        await story.press("tab")
        await story.lacks("x it needs")

    assert small_console(tell).failure is None


def test_saving_jumps_to_the_first_mistake_and_shows_the_others(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        form = await opened(story, Pet("Tom"))
        await story.press("tab", "backspace")
        await story.type("many")
        await story.press("tab", "tab", "ctrl+s")
        await story.has("x many is no number", "weight: is needed somewhere else")
        assert form.focused is not None
        assert form.focused.value == "many"  # type: ignore[attr-defined]
        assert PetForm.saved is None

    assert small_console(tell).failure is None


def test_a_refusal_stays_on_the_screen(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await opened(story, Pet("Tom"))
        await story.press("tab", "tab", "right", "ctrl+s")
        await story.has("x no dogs here: choose another kind")
        await story.press("right", "ctrl+s")
        assert PetForm.saved == Pet("Tom", 4, "owl", True, [])

    assert small_console(tell).failure is None


def test_leaving_asks_about_what_is_not_saved(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await opened(story, Pet("Tom"))
        await story.type("my")
        await story.press("escape")
        await story.has("Leave without saving?", "Pet: Name")
        await story.press("n")
        await story.has("Tommy")
        await story.press("ctrl+q")
        await story.has("Quit and lose this?", "Pet: Name")
        await story.press("escape", "escape", "y")
        assert not isinstance(story.app.screen, PetForm)
        assert story.app.is_running

    assert small_console(tell).failure is None


def test_who_saves_second_is_shown_the_difference_and_decides(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        form = await opened(story, Pet("Tom"))
        PetForm.stored = Pet("Tom", 3)
        await story.type("my")
        await story.press("ctrl+s")
        await story.has("Somebody else saved this meanwhile", "Legs: was 4, now 3, yours 4")
        await story.press("enter")
        await story.has("Tommy", "Legs *")
        assert form.record == Pet("Tom", 3)
        PetForm.stored = Pet("Tim")
        await story.press("ctrl+s", "down", "enter")
        assert PetForm.saved == Pet("Tommy", 4, "cat", True, [])

    assert small_console(tell).failure is None


def test_theirs_can_be_taken(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        form = await opened(story, Pet("Tom"))
        PetForm.stored = Pet("Jerry", 3)
        await story.type("my")
        await story.press("ctrl+s", "down", "down", "enter")
        assert form.form.values["name"] == "Jerry"
        assert form.unsaved is None

    assert small_console(tell).failure is None


def test_read_only_saves_nothing(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await opened(story, Pet("Tom"))
        await story.type("my")
        await story.press("ctrl+s")
        assert PetForm.saved is None

    assert small_console(tell, read_only=True).failure is None
