"""Full-text search: what is found, and that no text a person types can do harm."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from allegra_tui.model.issue import State
from allegra_tui.model.journal import Place
from allegra_tui.store import Store, issues
from allegra_tui.store.issues import IssueFilter, IssueSort
from tests.store import make


def _found(store: Store, text: str, project: str | None = None) -> list[int]:
    with store.read() as tx:
        return list(issues.numbers(tx, IssueFilter(search=text, project=project)))


def _check_index(store: Store) -> None:
    """Compare the index with the texts it was made from. Raises sqlite3.DatabaseError where they differ."""
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def filled(store: Store, place: Place) -> Store:
    """1 and 2 in SUP, 3 in DEV."""
    with store.write() as tx:
        make.issue(tx, "Drucker im Erdgeschoss", "Er druckt nicht mehr, Meldung E-42 (Papierstau).")
        make.comment(tx, 1, "Über Nacht ging es; schöne Grüße")
        make.comment(tx, 1, "Der Toner ist leer, und der Drucker auch")
        make.issue(tx, "Crème brûlée für alle", "Zoë bringt NAÏVE Löffel. 日本語 テスト")
        make.issue(tx, "Drucker bestellen", "AND OR NOT NEAR title text project p1", project="DEV")
    return store


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("drucker", [3, 1]),
        ("DRUCKER erdgeschoss", [1]),
        ("erdgeschoss drucker", [1]),
        ("drucker fehlt", []),
        ("toner", [1]),
        ("toner erdgeschoss", [1]),
        ("toner papierstau", []),
        ("uber nacht", [1]),
        ("über", [1]),
        ("gruße", [1]),
        ("creme brulee", [2]),
        ("zoe naive loffel", [2]),
        ("日本語", [2]),
        ("drucke", [3, 1]),
        ("drucke erdgeschoss", []),
        ("pap", []),
        ("papi", [1]),
        ("E-42", [1]),
        ("42-E", []),
        ("(Papierstau).", [1]),
        ("AND", [3]),
        ("and or not near", [3]),
        ("drucker OR toner", []),
        ("NOT drucker", [3]),
        ("title:drucker", []),
        ("title : drucker", [3]),
        ("p1", [3]),
        ('"drucker im', [1]),
        ("drucker*", [3, 1]),
        ("drucker --", [3, 1]),
        ("--", []),
        ("", []),
        ("\0", []),
        ("drucker\0im", [1]),
        ("\ud800drucker", [3, 1]),
    ],
)
def test_what_is_found(filled: Store, text: str, numbers: list[int]) -> None:
    assert _found(filled, text) == numbers


def test_a_project_narrows_the_search(filled: Store) -> None:
    assert _found(filled, "drucker", "sup") == [1]
    assert _found(filled, "drucker", "DEV") == [3]
    assert _found(filled, "toner", "DEV") == []


def test_an_issue_found_by_several_texts_is_listed_once(filled: Store) -> None:
    with filled.read() as tx:
        chosen = IssueFilter(search="drucker")
        assert [line.number for line in issues.lines(tx, chosen, limit=2)] == [3, 1]
        assert issues.count(tx, chosen) == 2
        by_change = IssueFilter(search="drucker", sort=IssueSort.UPDATED)
        assert list(issues.numbers(tx, by_change)) == [3, 1]


def test_the_index_follows_every_change(filled: Store) -> None:
    with filled.write() as tx:
        issues.move(tx, [1, 3], "DEV")
        issues.move(tx, [3], "SUP")
        issues.set_state(tx, [1], State.CLOSED)
        make.comment(tx, 3, "Mit Toner, bitte")
    _check_index(filled)
    assert _found(filled, "toner", "DEV") == [1]
    assert _found(filled, "toner", "SUP") == [3]


def test_the_index_forgets_what_was_undone(filled: Store) -> None:
    def comment_and_fail() -> None:
        with filled.write() as tx, tx.savepoint():
            make.comment(tx, 1, "Zebra")
            raise KeyError("anything")

    with pytest.raises(KeyError):
        comment_and_fail()
    _check_index(filled)
    assert _found(filled, "zebra") == []


_TEXT = st.text(st.characters() | st.sampled_from("\"'*():^+-{}\0 \t\n\ud800äß."), max_size=40)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TEXT)
@example('"')
@example("NEAR(a b, 3)")
@example("{title text} : x")
@example("a AND")
@example("^x")
@example("\u0300")
@example("\U0001f600 \ue000 ¼ Ⅷ ²")
@example("x" * 100_000)
@example("word " * 5_000)
def test_any_text_may_be_searched(filled: Store, text: str) -> None:
    for sort in IssueSort:
        with filled.read() as tx:
            chosen = IssueFilter(search=text, sort=sort, project="SUP", state=State.OPEN)
            numbers = list(issues.numbers(tx, chosen))
            assert set(numbers) <= {1, 2}
            assert issues.count(tx, chosen) == len(numbers)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_the_words_of_a_text_find_it(filled: Store, text: str) -> None:
    """Words of letters that every version of Unicode knows; any text may stand around them."""
    with filled.write() as tx:
        number = make.issue(tx, "Xylophon", f"{text} saxofon {text}")
    assert _found(filled, "Xylophon SAXOFON")[0] == number
    with filled.read() as tx:
        found = issues.get(tx, number)
    assert found is not None
    assert found.description == f"{text} saxofon {text}"
