"""What people are shown: aligned, within the width, safe."""

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allegra_tui.commands import output
from allegra_tui.commands.output import Column
from allegra_tui.commands.spreadsheet import harmless
from allegra_tui.text import cells

LINE = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=200)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_table_fits_the_width_and_clips_only_what_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(
        (Column("#", 4, right=True), Column("FROM", 6), Column("TITLE")),
        [(1, "Anna", "short"), (12345, "Bartholomew", "x" * 100)],
    )
    lines = printed(capsys)
    assert lines[:2] == ["   #  FROM    TITLE", "   1  Anna    short"]
    assert lines[2] == "123~  Barth~  " + "x" * 65 + "~"
    assert max(map(cells, lines)) == 80


def test_wide_characters_keep_the_columns_straight(capsys: pytest.CaptureFixture[str]) -> None:
    output.table((Column("A", 10), Column("B")), [("日本", "x"), ("ab", "y"), (None, True)])
    assert printed(capsys) == ["A     B", "日本  x", "ab    y", "-     yes"]


def test_a_column_without_title_and_content_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    columns = (Column("A"), Column("", 8), Column("B", 8))
    output.table(columns, [("a", " ", "b")])
    output.table(columns, [("a", " ", "b"), ("c", "off", "d")])
    assert printed(capsys) == ["A  B", "a  b", "A       B", "a       b", "c  off  d"]


def test_no_rows_print_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.table((Column("A"),), [])
    assert printed(capsys) == []


def test_the_terminals_width_is_used_where_there_is_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert output.width() == 80
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    assert output.width() == 120


def test_nothing_foreign_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "a\x1b]0;title\x07\x9b31m\u202eb\nc"
    output.say(evil)
    output.note(evil)
    output.table((Column("A"),), [(evil,)])
    output.fields([("Name", evil)])
    output.block(evil)
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        assert not set(text) & set("\x1b\x07\x9b\u202e"), text
    assert captured.out.count("a\u241b]0;title") == 4


@given(LINE, st.integers(2, 60), st.integers(0, 10))
@example("0 0\u3000", 3, 1)
@example("0 0\u30010", 5, 3)
def test_folding_keeps_every_character_and_the_width(text: str, room: int, hanging: int) -> None:
    hanging = min(hanging, room - 2)
    lines = output.fold(text, room, hanging)
    assert all(cells(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_folding_prefers_blanks() -> None:
    assert output.fold("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert output.fold("ok  name  long detail here", 16, 10) == ["ok  name  long", "          detail", "          here"]
    assert output.fold("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert output.fold("", 4) == [""]


def test_a_block_says_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    output.block("1\n2\n3\n4\n\n", most=2)
    assert printed(capsys) == ["  1", "  2", "  (2 more lines)"]


def test_folding_a_megabyte_takes_no_time_to_speak_of() -> None:
    assert len(output.fold("x" * 1_000_000, 78)) == 12_821


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_940, "9.9 kB"),
        (50_000, "50 kB"),
        (999_600, "1.0 MB"),
        (5 * 10**9, "5.0 GB"),
    ],
)
def test_sizes(count: int, told: str) -> None:
    assert output.size(count) == told


def test_times_are_iso_8601_in_utc() -> None:
    moment = datetime(2024, 5, 31, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    assert output.stamp(moment) == "2024-05-31T12:30:00Z"
    assert output.stamp(None) is None


def test_json_is_ascii_as_it_came_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": "Größe\x1b\u202e\n\udcff", "at": datetime(2024, 1, 1, tzinfo=UTC), "list": ("a",), "none": None}
    output.emit(value)
    line = capsys.readouterr().out
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "text": "Größe\x1b\u202e\n\udcff",
        "at": "2024-01-01T00:00:00Z",
        "list": ["a"],
        "none": None,
    }
    with pytest.raises(TypeError):
        output.emit({"bytes": b"x"})


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\uff1d1", "|cmd", "%0"])
def test_a_cell_that_a_spreadsheet_would_compute_stays_text(cell: str) -> None:
    assert harmless(cell).lstrip() == f"'{cell.lstrip()}"


@pytest.mark.parametrize("between", [";", ";;", "; ", "\t", "\n", "\r\n", '";'])
def test_a_cell_that_another_reading_would_part_stays_text_in_each_part(between: str) -> None:
    """A desktop whose decimal sign is the comma parts cells at semicolons, whatever the quotes say."""
    shown = harmless(f"Printer{between}=HYPERLINK(1)")
    assert "'=HYPERLINK" in shown
    assert re.sub("'=", "=", shown) == f"Printer{between}=HYPERLINK(1)".replace("\r\n", "\n")


def test_other_cells_stay_as_they_are() -> None:
    assert [harmless(value) for value in ("a=b", 12, None, "Größe - x")] == ["a=b", "12", "", "Größe - x"]


def test_silence_lets_everything_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    with io.FileIO("/dev/null", "w") as raw, io.TextIOWrapper(raw) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        output.silence()
        output.say("nobody listens")
        stream.flush()
        assert not stream.closed
