"""Text in format=flowed is joined to the paragraphs it was written as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import parse
from allegra_tui.mail.flowed import paragraphs


def read(body: str, parameters: str = "format=flowed") -> str:
    return parse(f"Content-Type: text/plain; charset=utf-8; {parameters}\r\n\r\n{body}".encode()).text


def test_lines_that_end_with_a_blank_go_on_in_the_next() -> None:
    assert (
        read("The printer \r\nis broken \r\nagain.\r\n\r\nPlease come.\r\n")
        == "The printer is broken again.\n\nPlease come."
    )


@pytest.mark.parametrize(
    ("delsp", "text"), [("yes", "https://example.org/a/long/one"), ("no", "https://example.org/a/ long/one")]
)
def test_a_word_cut_in_the_middle(delsp: str, text: str) -> None:
    assert read("https://example.org/a/ \r\nlong/one", f'Format="Flowed"; DelSp={delsp}') == text


def test_without_the_parameter_lines_stay() -> None:
    assert read("The printer \r\nis broken", "format=fixed") == "The printer \nis broken"


def test_quotes_are_joined_within_their_depth() -> None:
    text = read("> The state, \r\n> please?\r\n>> Which \r\n> None \r\nSoon.\r\n>>> deep \r\n>>> down")
    assert text == "> The state, please?\n>> Which\n> None\nSoon.\n>>> deep down"


def test_a_guarding_blank_is_taken_away() -> None:
    assert read(" From here\r\n  two blanks\r\n > no quote") == "From here\n two blanks\n> no quote"


def test_a_signature_ends_the_text() -> None:
    mail = parse(b"Content-Type: text/plain; format=flowed\n\nIt is done, \nI hope. \n-- \nBob \nLondon\n")
    assert mail.text == "It is done, I hope.\n-- \nBob London"
    assert mail.visible_text == "It is done, I hope."


def test_an_attribution_cut_by_the_flow_is_one_line() -> None:
    mail = parse(
        b"Content-Type: text/plain; format=flowed; delsp=yes\n\nDone.\n\nOn Mon, 5 Jan 2026 at 10:12, Anna Meier  \n"
        b"<anna@example.org> wrote:\n\n> What is  \n> the state?\n"
    )
    assert mail.text.splitlines()[2] == "On Mon, 5 Jan 2026 at 10:12, Anna Meier <anna@example.org> wrote:"
    assert mail.visible_text == "Done."


@given(st.text(alphabet="> ab-\n"), st.booleans())
def test_no_word_is_lost_and_no_line_added(text: str, delete_space: bool) -> None:
    joined = paragraphs(text, delete_space=delete_space)
    assert joined.count("\n") <= text.count("\n")
    assert [letter for letter in joined if letter in "ab-"] == [letter for letter in text if letter in "ab-"]
