"""Patterns that would take too much are stopped before they do."""

import time

import pytest

from allegra_tui.policy.pattern import PatternError, check, compile_pattern, contained

BOMBS = [
    "((a{1000}){1000}){1000}",
    "(?:a{1000}){51}",
    "(?:" + "()" * 80 + "){500}",
    "(?:" + "()" * 40 + "){500}",
    "(?:" + "a?" * 490 + "){1000}",
    "(?:" + "(?:a|b)" * 130 + "){1000}",
    "(?:" + "[ab]" * 240 + "){1000}",
    "(?:(?:" + "a?b" * 300 + "){100}){10}",
    "a{1001}",
    "a{1,1001}",
    "a{99999999999}",
    "(" * 51 + "a" + ")" * 51,
    "(?:" * 240 + "a" + ")" * 240,
    "()" * 51,
    "a" * 1001,
]


@pytest.mark.parametrize("source", BOMBS)
def test_bombs_are_refused_before_they_are_compiled(source: str) -> None:
    started = time.process_time()
    with pytest.raises(PatternError) as refused:
        compile_pattern(source)
    assert refused.value.lint == "P14"
    assert time.process_time() - started < 1.5


def test_a_reference_out_of_bounds_does_not_reach_the_engine() -> None:
    with pytest.raises(PatternError, match="no group 2147483648"):
        compile_pattern(r"(.)\g{2147483648}", contained=True)


LARGE = "(?:(?:" + "a?b" * 300 + "){10}){5}"
GOOD = [
    "(?:" * 49 + "a" + ")" * 49,
    "a{1000}",
    "(?:a{1000}){49}",
    "()" * 50,
    "a" * 1000,
    "(?:a{20}){1000}",
    "(?:a?b){1,999}",
    LARGE,
]


@pytest.mark.parametrize("source", GOOD)
def test_what_is_within_the_limits_is_compiled(source: str) -> None:
    assert compile_pattern(source)


@pytest.mark.parametrize("source", ["(a|a)*$", "(.*a){12}$", "((?:a{1,9}){1,9}){1,9}x"])
def test_what_is_slow_to_search_has_a_time_limit(source: str) -> None:
    pattern = compile_pattern(source)
    for address in ("a" * 60 + "@" + "a" * 60 + ".com", "ab@" + "ab." * 60 + "de"):
        started = time.process_time()
        assert not check(pattern, address).accepted
        assert time.process_time() - started < 5


def test_a_contained_compilation_returns_the_pattern_or_its_error() -> None:
    pattern = compile_pattern(r"[^@ \t]@bosch\.com", contained=True)
    assert pattern
    assert check(pattern, "x@bosch.com").accepted
    with pytest.raises(PatternError, match="no closing"):
        contained.check_contained("(a")


def test_a_child_without_enough_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "MEMORY_BYTES", 1024)
    with pytest.raises(PatternError) as refused:
        contained.check_contained(LARGE)
    assert refused.value.lint == "P14"


def test_a_child_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained, "WALL_SECONDS", 0.001)
    with pytest.raises(PatternError, match="too long to compile"):
        contained.check_contained(r"[^@ \t]@bosch\.com")
