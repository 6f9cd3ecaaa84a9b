"""Addresses that read as another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui import address, disguise
from allegra_tui.disguise import Names, caption, is_disguised, remark


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


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    disguise.remark(text)
    disguise.is_disguised(f"xn--{text}")
    disguise.Names.of([text]).resembled_by(text)
