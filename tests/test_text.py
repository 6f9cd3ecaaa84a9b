"""What may reach a terminal, and what may be stored."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui import text

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
DANGEROUS = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_no_control_format_or_separator_character_of_unicode_survives() -> None:
    dangerous = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in DANGEROUS]
    assert len(dangerous) > 2000
    assert [hex(ord(char)) for char in dangerous if char in text.display(f"a{char}b")] == []
    assert [hex(ord(char)) for char in dangerous if char not in "\n\t" and char in text.display_lines(char)] == []


def test_letters_marks_numbers_and_symbols_of_every_script_stay() -> None:
    plain = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMNPS"]
    changed = {char for char in plain if text.display(char) != char}
    assert changed == set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"), "only the fillers that look like nothing"
    assert text.display("Größe, 日本語, \u00a0 😀") == "Größe, 日本語, \u00a0 😀"


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("\x1b]0;title\x07", "\u241b]0;title\u2407"),
        ("a\tb\nc\r\n", "a\u2409b\u240ac\u240d\u240a"),
        ("\x7f\x00", "\u2421\u2400"),
        ("\x9b31m", "\ufffd31m"),
        ("gpj.\u202eexe", "gpj.\ufffdexe"),
        ("a\u200bb\u2028c\u2029d\ud800e", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        ("Z" + "\u0301\u0489" * 6 + "b", "Z" + "\u0301\u0489" * 4 + "\ufffd" * 4 + "b"),
        ("\u05d1" + "\u05b0" * 9 + "\u3002" + "\u0301" * 8, "\u05d1" + "\u05b0" * 8 + "\ufffd\u3002" + "\u0301" * 8),
        ("\u2014" * 99, "\u2014" * 99),
    ],
)
def test_display(given_text: str, shown: str) -> None:
    assert text.display(given_text) == shown


def test_lines_and_tabs_stay_in_a_text_of_several_lines() -> None:
    assert text.display_lines("a\tb\r\nc\rd\x1b\n") == "a\tb\nc\u240dd\u241b\n"


@given(ANY_TEXT)
def test_display_keeps_the_length_and_is_idempotent(value: str) -> None:
    shown = text.display(value)
    assert len(shown) == len(value)
    assert text.display(shown) == shown


@given(
    st.text(st.sampled_from("aZ\u65e5-\u2014\u0301\u0489\u064b\u0e49\u094d\u20dd\U000e0100\n\x1b"), max_size=80),
    st.integers(1, 30),
)
def test_what_takes_no_room_is_bounded_by_what_does(value: str, width: int) -> None:
    for shown in (text.display(value), text.display_lines(value)):
        assert len(shown) <= (text.cells(shown) + 1) * (text.STACK + 1)
        assert len(text.clip(shown, width)) <= (width + 1) * (text.STACK + 1)


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_only_then_says_unchanged(value: str) -> None:
    stored, changed = text.clean(value)
    assert "\x00" not in stored
    stored.encode()
    assert changed == (stored != value)


def test_clean_keeps_control_characters() -> None:
    assert text.clean("a\x1b\u202e") == ("a\x1b\u202e", False)
    assert text.clean("a\x00\udcff") == ("a\ufffd\ufffd", True)


@pytest.mark.parametrize(
    ("given_text", "width", "clipped"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long~"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本~"),
        ("日本語", 4, "日~"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("ab", 1, "~"),
    ],
)
def test_clip_counts_terminal_cells(given_text: str, width: int, clipped: str) -> None:
    assert text.clip(given_text, width) == clipped
    assert text.cells(clipped) <= width


@given(st.text(st.characters(categories=["L", "M", "N"])), st.integers(1, 30))
def test_clip_never_exceeds_the_width(value: str, width: int) -> None:
    assert text.cells(text.clip(value, width)) <= width
