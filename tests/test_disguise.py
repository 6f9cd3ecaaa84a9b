"""Addresses that read as another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui import address, disguise
from allegra_tui.disguise import Names, caption, is_disguised, remark
from allegra_tui.text import display
from tests.hostile.strings import steering


def a_label(domain: str) -> str:
    return str(address.parse(f"anna@{domain}"))


@pytest.mark.parametrize(
    ("domain", "told", "disguised"),
    [
        ("bosch.com", "", False),
        ("bösch.com", "reads bösch.com", False),
        ("bosсh.com", "reads bosсh.com: mixed letters, Cyrillic and Latin", True),
        ("bοsch.com", "reads bοsch.com: mixed letters, Greek and Latin", True),
        ("аррӏе.com", "reads аррӏе.com: Cyrillic letters", True),
        ("пример.рф", "reads пример.рф: Cyrillic letters", False),
        ("日本ラベル.jp", "reads 日本ラベル.jp: Cjk and Katakana letters", False),
        ("日本bosch.jp", "reads 日本bosch.jp: Cjk letters", False),
    ],
)
def test_what_is_told_of_a_domain(domain: str, told: str, disguised: bool) -> None:
    written = a_label(domain)
    assert written.isascii()
    assert (remark(written), is_disguised(written)) == (told, disguised)
    assert remark(f"anna@{domain}") == told, "also of an address that is no clean one"


@pytest.mark.parametrize(
    ("domain", "other"),
    [
        ("b0sch.com", "bosch.com"),
        ("bosсh.com", "bosch.com"),
        ("bösch.com", "bosch.com"),
        ("exarnple.org", "example.org"),
        ("bosch.com", None),
        ("mail.bosch.com", None),
        ("mail.b0sch.com", "bosch.com"),
        ("else.com", None),
    ],
)
def test_look_alikes_of_trusted_domains(domain: str, other: str | None) -> None:
    trusted = Names.of(["bosch.com", "example.org"])
    assert trusted.resembled_by(a_label(domain).rpartition("@")[2]) == other


def test_a_name_that_plays_an_address_does_not_stand_for_the_person() -> None:
    assert caption("Anna", "anna@bosch.com") == "Anna"
    assert caption("", "anna@bosch.com") == "anna@bosch.com"
    assert caption("anna@bosch.com", "eve@evil.org") == "eve@evil.org"
    assert caption("Anna", None) == "Anna"
    assert caption("Anna", a_label("bosсh.com")) == f"! {a_label('bosсh.com')}"


TWINS = {
    "a": "аα",
    "b": "β",
    "c": "с",
    "d": "ԁ",
    "e": "еε",
    "g": "ց",
    "h": "һհ",
    "i": "іι",
    "j": "ј",
    "k": "κ",
    "l": "ӏ",
    "n": "ո",
    "o": "оοօ",
    "p": "рρ",
    "q": "ԛ",
    "s": "ѕ",
    "u": "υս",
    "v": "ν",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγ",
}
"""Letters of other alphabets that pass for Latin ones, as an attacker picks them."""
LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(
    lambda label: label[2:4] != "--" and set(label) & set(TWINS)
)
LOCALS = st.from_regex(r"[a-z0-9+_-]{1,20}", fullmatch=True)


@st.composite
def disguises(draw: st.DrawFn) -> tuple[str, str]:
    """A plain domain, and the same with some letters replaced by such of other alphabets."""
    label = draw(LABELS)
    places = [index for index, char in enumerate(label) if char in TWINS]
    letters = list(label)
    for place in draw(st.sets(st.sampled_from(places), min_size=1)):
        letters[place] = draw(st.sampled_from(TWINS[label[place]]))
    return f"{label}.org", f"{''.join(letters)}.org"


@given(LOCALS, LABELS)
def test_a_plain_address_is_nothing_to_remark(local: str, label: str) -> None:
    written = f"{local}@{label}.org"
    assert (remark(written), is_disguised(written)) == ("", False)
    assert disguise.remarks(written, None) == ""
    assert Names.of([f"{label}.org"]).resembled_by(f"{label}.org") is None
    assert Names.of([f"{label}.org"]).resembled_by(f"mail.{label}.org") is None


@given(disguises())
def test_a_letter_of_another_alphabet_is_always_noticed(domains: tuple[str, str]) -> None:
    plain, disguised = domains
    written = a_label(disguised)
    assert written.isascii()
    assert is_disguised(written)
    assert is_disguised(f"anna@{disguised}"), "also of an address that is no clean one"
    assert remark(written).startswith(f"reads {disguised}: ")
    assert caption("Anna", written) == f"! {written}"
    assert Names.of([plain]).resembled_by(written.partition("@")[2]) == plain
    assert Names.of([plain]).resembled_by(f"mail.{written.partition('@')[2]}") == plain
    assert disguise.skeleton(written) == disguise.skeleton(f"anna@{plain}")


@given(st.text() | st.text().map("anna@xn--{}".format) | st.from_regex(r"xn--[a-z0-9-]{1,20}\.org", fullmatch=True))
def test_any_text_has_one_remark_that_can_be_shown(text: str) -> None:
    told = disguise.remarks(text, text)
    assert bool(remark(text)) == (not text.isascii() or "xn--" in text), "what is not plain is told as it reads"
    assert f"resembles {text}, " in told
    assert steering(display(told), lines=False) == []
    assert not is_disguised(text) or remark(text)
    assert Names.of([text]).resembled_by(text) is None, "nothing resembles itself"


@given(st.text(alphabet="ab.", max_size=300))
def test_few_domains_above_one_are_looked_at(domain: str) -> None:
    found = disguise.parents(domain)
    assert found[0] == domain
    assert len(found) <= 7
    assert all(domain.endswith(f".{one}") and "." in one for one in found[1:])
