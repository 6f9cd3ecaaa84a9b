"""Plain searches in any text."""

import pytest

from allegra_tui.policy.pattern import PatternError, compile_search


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("\u00c4NDERUNG", "eine \u00e4nderung", True),
        ("gr\u00fc\u00dfe", "GR\u00dcSSE", True),
        (r"^\w+$", "\u00e4\u00f6\u00fc", True),
        (r"(?m)^ab$", "x\nab\ny", True),
        (r"\bwon\b", "wonder", False),
        ("(?-i)Won", "won", False),
        (" a", "a", False),
    ],
)
def test_a_search_is_as_written_and_ignores_case(source: str, text: str, found: bool) -> None:
    search = compile_search(source)
    assert search
    assert (search.compiled.search(text) is not None) is found


@pytest.mark.parametrize("source", ["a|", "(a", "(?{ die })", "a{2000}", "x" * 1001])
def test_an_unusable_search_is_refused(source: str) -> None:
    with pytest.raises(PatternError):
        compile_search(source)


def test_nothing_is_no_search() -> None:
    assert compile_search(" ") is None
