"""Blanks that mean nothing, empty alternatives, and what is used in place of known misprints."""

import pytest

from allegra_tui.policy.pattern import PatternError, check, compile_pattern


@pytest.mark.parametrize(
    ("source", "used"),
    [
        (r" @bosch\.com ", r"@bosch\.com"),
        ("\t@a\\.b\n", r"@a\.b"),
        (r"@a\.b | @c\.d|@e\.f", r"@a\.b|@c\.d|@e\.f"),
        (r"@a\.b\ ", r"@a\.b\ "),
        (r"@a\.b\ | @c", r"@a\.b\ |@c"),
        ("[ a|b ]", "[ a|b ]"),
        ("(a | b)", "(a | b)"),
        ("(?x) a | b # c ", "(?x) a | b # c "),
        ("(?i) a", "(?i) a"),
        (" *a", " *a"),
        ("a b", "a b"),
        (r"[^@\T]@bosch\.com", r"[^@ \t]@bosch\.com"),
        (r" [^@\T]@bosch\.com ", r"[^@ \t]@bosch\.com"),
        (r"[^@\T]@t-online\.de | [^@\t]@computer\.org", r"[^@ \t]@t-online\.de|[^@ \t]@computer\.org"),
        (r"\W[-.\W]+\@[-.\W]+\.\W{2,3}", r"[^@ \t]@[-.\w]+\.\w{2,}"),
        (r"\w[-.\w]+\@[-.\w]+\.\w{2,3}", r"[^@ \t]@[-.\w]+\.\w{2,}"),
        (r"[^@\T]@siemens\.com", r"[^@\T]@siemens\.com"),
    ],
)
def test_what_a_pattern_is_used_as(source: str, used: str) -> None:
    pattern = compile_pattern(source)
    assert pattern
    assert pattern.source == source
    assert pattern.used == used
    again = compile_pattern(used)
    assert again
    for address in ("x@bosch.com", "t@computer.org", "x@a.b", "x@c.d", "x@b.a"):
        assert check(pattern, address).accepted is check(again, address).accepted


def test_a_pattern_used_otherwise_than_written_says_so() -> None:
    quiet, blanks, misprint = (compile_pattern(text) for text in (" a ", "a | b", r"[^@\T]@bosch\.com"))
    assert quiet
    assert quiet.notices == []
    assert blanks
    assert blanks.notices == ["Blanks beside a bar are left out."]
    assert misprint
    assert misprint.used in misprint.notices[0]


@pytest.mark.parametrize(
    ("source", "position", "fix"),
    [
        ("a|", 2, "a"),
        ("|a", 0, "a"),
        ("a||b", 2, "a|b"),
        ("a| |b", 3, "a|b"),
        ("|", 0, None),
        ("a|(?i)", 2, "a"),
        ("(?x)a| # b", 6, "(?x)a"),
        ("(?#x)", 0, None),
    ],
)
def test_an_empty_alternative_is_an_error(source: str, position: int, fix: str | None) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(source)
    assert (refused.value.lint, refused.value.position, refused.value.fix) == ("P10", position, fix)


def test_an_empty_alternative_inside_a_group_is_none() -> None:
    assert check(compile_pattern(r"@(?:de\.|)bosch\.com"), "x@bosch.com").accepted
