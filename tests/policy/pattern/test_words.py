"""A pattern in words, one line for each alternative."""

import pytest
from hypothesis import given, settings

from allegra_tui.policy.pattern import PatternError, compile_pattern, read_in_words
from tests.policy.pattern.grammar import patterns


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"[^@ \t]@bosch\.com", ["any name, then exactly @bosch.com, capitals ignored"]),
        (r"[^@\T]@bosch\.com", ["any name, then exactly @bosch.com, capitals ignored"]),
        (r"@bosch\.com\z", ["any name, then exactly @bosch.com, capitals ignored"]),
        (r"bosch\.com", ["any name, then exactly @bosch.com, capitals ignored"]),
        (r"^\S+@bosch\.com$", ["any name, then exactly @bosch.com, capitals ignored"]),
        (r"[^@]{3,}@bosch\.com", ["any name of 3 or more characters, then exactly @bosch.com, capitals ignored"]),
        (r".*\.bosch\.com", ["any name, then @ and anything below bosch.com, capitals ignored"]),
        (r"@(?:[-\w]+\.)*bosch\.com", ["any name, then @bosch.com and what is below, capitals ignored"]),
        (r"@(.+\.)?bosch\.com", ["any name, then @bosch.com and what is below, capitals ignored"]),
        (
            r"@(?:bosch|t-online)\.(?:com|de)",
            ["any name, then exactly @bosch.com, @bosch.de, @t-online.com or @t-online.de, capitals ignored"],
        ),
        (
            r"@a\.de|@b\.de",
            ["any name, then exactly @a.de, capitals ignored", "any name, then exactly @b.de, capitals ignored"],
        ),
        (r"^bosch\.com", ["any name, then from the beginning of the address: “bosch.com”, capitals ignored"]),
        (r"@a\x01\tb", ["any name, then @ “a”, then U+0001, then a tab, then “b”, capitals ignored"]),
        (r"^anna@bosch\.com", ["the name “anna”, then exactly @bosch.com, capitals ignored"]),
        (
            r"x[0-9]{2}@bosch\.com",
            ["a name ending in “x”, then 2 of (0 to 9), then exactly @bosch.com, capitals ignored"],
        ),
        (r"^@bosch\.com", ["no name, then exactly @bosch.com, capitals ignored"]),
        (r"(?-i)@bosch\.com", ["any name, then exactly @bosch.com, capitals told apart"]),
        (r"[^@ \t]@[-.\w]+\.\w{2,}", ["any name, then any domain, capitals ignored"]),
        (
            r"@\w+\.bosch\.com",
            ["any name, then @ one or more of (a letter, digit or _), then “.bosch.com”, capitals ignored"],
        ),
        (r"@b.\.de", ["any name, then @ “b”, then any character, then “.de”, capitals ignored"]),
    ],
)
def test_what_a_pattern_accepts(source: str, words: list[str]) -> None:
    assert read_in_words(compile_pattern(source)) == words


def test_no_pattern_in_words() -> None:
    assert read_in_words(None) == ["every sender: no restriction by domain"]


@settings(max_examples=150, deadline=None)
@given(patterns())
def test_any_pattern_has_a_line_for_each_alternative(source: str) -> None:
    try:
        pattern = compile_pattern(source)
    except PatternError:
        return
    lines = read_in_words(pattern)
    assert len(lines) == (len(pattern.tree.branches) if pattern else 1)
    assert all(line and "\n" not in line for line in lines)
