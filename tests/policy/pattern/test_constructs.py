"""Every construct of Perl's patterns: told as perl tells it, or refused at its place."""

from pathlib import Path

import pytest

from allegra_tui.policy.pattern import PatternError, compile_pattern, perl_search
from tests.policy.pattern.compare import Tally, compare
from tests.policy.pattern.grammar import TEXTS, words
from tests.policy.pattern.perl import Perl

FOLDER = Path(__file__).parent
CONSTRUCTS = (FOLDER / "constructs.txt").read_text("utf-8").splitlines()
MULTILINE = (
    " a",
    "a ",
    "a\nb",
    "[\n]",
    "(?x)a # note\nb",
    "(?x)(a#)\n)",
    "(?x)\x85a",
    "(?x) a # |\n | b",
)
REFUSED = [line.split("\t") for line in (FOLDER / "refused.txt").read_text("utf-8").splitlines()]
"""Position, words of the message, pattern."""

MORE = words(r"aab abab aaa abc a#b a{b a{2} a-z ] ^ [:alpha:] \T aa@aa @0 A.B a|b a||b && ~~ ba foobar foofoobar T")
ALL_TEXTS = (*TEXTS, *MORE, "ab\n", "a\nb", "\nab", "a b", "\x00", "\x08", "\x19", "\r\n")


@pytest.mark.parametrize("source", [*CONSTRUCTS, *MULTILINE])
def test_is_what_perl_says(perl: Perl, source: str) -> None:
    tally = Tally()
    compare(perl, source, ALL_TEXTS, tally)
    assert not tally.silent
    assert tally.pairs >= len(ALL_TEXTS), "refused"


@pytest.mark.parametrize(("position", "words", "source"), REFUSED)
def test_is_refused_at_its_place(position: str, words: str, source: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(source)
    assert refused.value.position == int(position)
    assert words in str(refused.value)


POSIX = words("alpha digit alnum lower upper space punct print graph cntrl xdigit word blank")
SETS = [
    *words(r"\w \W \d \D \s \S \h \H \v \V \R \N . (?s:.) \pL \PL \p{Lu} \p{P} \p{IsDigit} \p{XPosixPunct} \p{Punct}"),
    *words("[^a] [^k] [a-z] [A-Z] [^A-Z] (?-i)[A-Z] (?-i)[^A-Z] a [[:ascii:]]"),
    *(f"[[:{sign}{name}:]]" for name in POSIX for sign in ("", "^")),
]
CHARACTERS = [chr(code) for code in (*range(0x180), 0x3A9, 0x410, 0x1680, 0x2028, 0x2003, 0x3000, 0x4E00, 0xFF21)]


@pytest.mark.parametrize("source", SETS)
def test_sets_hold_the_same_characters(perl: Perl, source: str) -> None:
    pattern = compile_pattern(source)
    assert pattern
    told = {character: perl_search(pattern, character) for character in CHARACTERS}
    answers = zip(CHARACTERS, perl.ask(source, CHARACTERS), strict=True)
    assert [character for character, here in told.items() if here is None] == ["\u0130", "\u0131"]
    different = [character for character, answer in answers if told[character] not in {None, bool(answer.spans)}]
    assert not different


@pytest.mark.parametrize("mark", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")
def test_escaped_marks_are_themselves(mark: str) -> None:
    for source in (f"\\{mark}", f"[\\{mark}]", f"[x\\{mark}y]"):
        pattern = compile_pattern(source)
        assert pattern
        found = {char for char in map(chr, range(32, 127)) if perl_search(pattern, char)}
        assert found == {mark, *("xyXY" if "x" in source else "")}
