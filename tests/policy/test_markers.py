"""Which issue a subject names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.settings import MARKER_WORDS
from allegra_tui.policy.markers import Markers, TemplateError, chain

MARKERS = Markers(MARKER_WORDS, ["SUP", "INBOX"])


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [#12] printer", [12]),
        ("[#12]", [12]),
        ("[allegra 12] printer", [12]),
        ("AW: [Vorgang 12] Drucker", [12]),
        ("[Ticket #12] printer", [12]),
        ("[SUP-12] printer", [12]),
        ("[sup-12] printer", [12]),
        ("[OTHER-12] printer", []),
        ("Re: #12 printer", [12]),
        ("AW: AW[2]: WG: #7 printer", [7]),
        ("Re:#8", [8]),
        ("Antwort: Re (3): #9 x", [9]),
        ("#4 printer", []),
        ("printer #12", [12]),
        ("printer (#12)", [12]),
        ("printer #12 broken", []),
        ("bug#5", []),
        ("12", []),
        ("Re: 12", []),
        ("[Rechnung 2024]", []),
        ("Rechnung 2024", []),
        ("[12]", []),
        ("[#4] and [#3]", [4, 3]),
        ("[#12] again [#12]", [12]),
        ("[#99999999999999999999]", []),
        ("", []),
    ],
)
def test_find(subject: str, numbers: list[int]) -> None:
    assert [marker.number for marker in MARKERS.find(subject)] == numbers


@pytest.mark.parametrize(
    ("subject", "forward"),
    [
        ("Re: x", False),
        ("WG: x", True),
        ("Fwd: x", True),
        ("AW: WG: x", False),
        ("WG: AW: x", True),
        ("x", False),
        ("Wege: x", False),
    ],
)
def test_chain_tells_a_forward_from_an_answer(subject: str, forward: bool) -> None:
    assert chain(subject).forward is forward


def test_own_templates_and_words() -> None:
    markers = Markers(["Fall"], ["SUP"], ["<{key}/{number}>", "{word} Nr. {number}"])
    assert [marker.number for marker in markers.find("Fall Nr. 5 <SUP/7> [#9]")] == [5, 7]


def test_without_words_and_keys_their_templates_match_nothing() -> None:
    assert Markers([], []).find("[ 12] [-12]") == []


@pytest.mark.parametrize("template", ["#{number}", "{number}", "[{issue}]", "[#]", "[{number}-{number}]"])
def test_unusable_templates_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        Markers(["Ticket"], ["SUP"], [template])


@given(st.text())
def test_any_subject_is_read(subject: str) -> None:
    assert all(marker.number >= 0 for marker in MARKERS.find(subject))
    assert 0 <= chain(subject).end <= len(subject)
