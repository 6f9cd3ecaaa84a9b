"""What people search for is words, never a language: no syntax of SQL or FTS5 means anything."""

import pytest

from tests.commands.conftest import World, letter
from tests.commands.conftest import world as world

SYNTAX = [
    "'; DROP TABLE issues; --",
    "' OR 1=1 --",
    '" OR "',
    "printer OR laser",
    "printer NOT laser",
    "NEAR(printer laser)",
    "title:printer",
    "{title text}: printer",
    "pr*",
    "printer AND",
    "%",
    "_",
    "\\",
    "pr_nter",
    "%rinter%",
]


@pytest.mark.parametrize("text", SYNTAX)
def test_syntax_is_words(world: World, text: str) -> None:
    world.fetch(letter("Printer"), letter("Laser", sender="eve@evil.org"))
    for words in ("issues list", "journal list", "issues export"):
        result = world.cli(*words.split(), "--json", "--search", text)
        assert result.code == 0, result
        assert result.out == "", words
    for option in ("--sender", "--mailbox"):
        assert world.cli("issues", "list", "--json", option, text).out == ""
        assert world.cli("journal", "list", "--json", option, text).out == ""
    assert [issue["title"] for issue in world.cli.done("issues", "list", "--json").objects] == ["Printer"]
    assert len(world.cli.done("journal", "list", "--json").objects) == 2


@pytest.mark.parametrize("words", ["issues list --search", "journal list --sender", "senders add x", "projects edit"])
def test_bytes_that_are_no_text_are_wrong_usage(world: World, words: str) -> None:
    """A shell hands over any bytes; Python has them as lone surrogates, which nothing can store or compare."""
    result = world.cli(*words.split(), "caf\udce9")
    assert result.code == 2
    assert result.err.endswith("allegra-tui: 'caf\\udce9' is no text in this terminal's encoding\n")
