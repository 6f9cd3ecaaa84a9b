"""Charset labels that lie, are misspelt or missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import charset, parse
from tests.mail.letters import letter

GERMAN = "Die Größe der Übergänge für schöne Straßen"


def text_of(data: bytes, label: str | None) -> tuple[str, tuple[str, ...]]:
    content_type = "Content-Type: text/plain" + ("" if label is None else f"; charset={label}")
    mail = parse(letter(data, content_type))
    return mail.text, tuple(mail.repairs)


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("utf-8", "utf-8", GERMAN),
        ("UTF8", "utf-8", GERMAN),
        ('"utf-8"', "utf-8", GERMAN),
        ("'utf-8'", "utf-8", GERMAN),
        ("uft-8", "utf-8", GERMAN),
        ('"charset=utf-8"', "utf-8", GERMAN),
        ('"utf-8 utf-8"', "utf-8", GERMAN),
        ("iso-8859-1", "latin-1", GERMAN),
        ("iso-8859-1", "cp1252", "„Größe“ – 5 €"),
        ("us-ascii", "ascii", "plain"),
        ("ISO_8859-15:1998", "iso8859-15", "5 €"),
        ("iso8859_2", "iso8859-2", "zażółć gęślą jaźń"),
        ("windows1250", "cp1250", "zażółć gęślą jaźń"),
        ("cp-850", "cp850", GERMAN),
        ("x-gbk", "gbk", "你好世界"),
        ("iso-gb2312", "gb18030", "你好，世界再见"),
        ("gb2312", "gb18030", "镕基"),
        ("ks_c_5601-1987", "cp949", "안녕하세요 똠방각하"),
        ("euc-kr", "cp949", "똠방각하"),
        ("shift_jis", "cp932", "①まみむ"),
        ("iso-2022-jp", "iso2022_jp", "まみむめも"),
        ("big5", "cp950", "你好世界"),
        ("koi8-r", "koi8-r", "Привет"),
        ("utf-16", "utf-16", GERMAN),
        ("utf-7", "utf-7", GERMAN),
    ],
)
def test_labels_as_they_are_meant(label: str, codec: str, text: str) -> None:
    assert text_of(text.encode(codec), label) == (text, ())


@pytest.mark.parametrize(
    "label",
    [
        "x-unknown",
        "hex",
        "idna",
        "rot13",
        "unicode_escape",
        "zlib",
        "base64",
        "\x00",
        "ü",
        "nonsense",
        "a" * 300,
    ],
)
def test_labels_that_name_nothing(label: str | None) -> None:
    text, repairs = text_of(GERMAN.encode(), label)
    assert text == GERMAN
    assert len(repairs) == 1
    assert repairs[0].startswith("charset guessed: utf-8")


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Die Größe der Übergänge"),
        ("koi8-r", "Привет, как дела"),
        ("cp1251", "Привет, как дела у вас"),
        ("shift_jis", "こんにちは世界、お元気ですか"),
        ("euc-jp", "こんにちは世界、お元気ですか"),
        ("gb18030", "你好，世界再见，朋友们"),
        ("cp949", "안녕하세요 세계 여러분"),
    ],
)
@pytest.mark.parametrize("label", [None, "us-ascii", "utf-8"])
def test_guess(codec: str, text: str, label: str | None) -> None:
    found, repairs = text_of(text.encode(codec), label)
    assert found == text
    assert repairs[0].startswith("charset guessed: ")


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Grüße.pdf"),
        ("cp1252", "Straße"),
        ("cp1252", "Fußball"),
        ("cp1252", "ça va"),
        ("cp1252", "Åsa"),
        ("cp1252", "\u201cwords\u201d for 10 €"),
        ("cp1250", "Zażółć gęślą jaźń"),
        ("cp850", "Die Größe für die Übung"),
        ("mac-roman", "Die Größe des Gerätes für die Übung"),
    ],
)
def test_a_few_words_are_guessed_as_mail_is_written(codec: str, text: str) -> None:
    assert charset.decode(text.encode(codec), None)[0] == text


def test_utf8_needs_no_label() -> None:
    assert text_of(GERMAN.encode(), None) == (GERMAN, ())
    assert text_of(GERMAN.encode(), "") == (GERMAN, ())
    assert text_of(b"\xef\xbb\xbf" + GERMAN.encode(), "utf-8") == (GERMAN, ())


def test_japanese_in_seven_bits_without_a_label() -> None:
    assert text_of("まみむめも".encode("iso2022_jp"), None)[0] == "まみむめも"
    assert parse(b"Subject: " + "まみむめも".encode("iso2022_jp") + b"\r\n\r\n").subject == "まみむめも"


def test_one_bad_byte_does_not_turn_the_charset_over() -> None:
    text, repairs = text_of(f"{GERMAN} ".encode() + b"\xff" + GERMAN.encode(), "utf-8")
    assert text == f"{GERMAN} \ufffd{GERMAN}"
    assert repairs == ("characters replaced: not clean utf-8",)
    assert text_of("Grüße".encode() + b"\xdf", "utf-8")[0] == "Grüße\ufffd"


def test_html_names_its_charset_itself() -> None:
    source = f"<html><head><meta charset='iso-8859-1'></head><body>{GERMAN}</body></html>".encode("latin-1")
    assert parse(letter(source, "Content-Type: text/html")).text == GERMAN


def test_lone_surrogates_are_replaced() -> None:
    mail = parse(letter(b"a+2AA-b", "Content-Type: text/plain; charset=utf-7"))
    assert mail.text.encode()
    assert mail.text[0] == "a"


_CODECS = ("utf-7", "utf-8", "utf-16", "utf-32", "gb18030", "hz", "big5", "iso-2022-jp", "shift_jis", "cp1252")
_LABELS = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(_CODECS))


@given(st.one_of(st.binary(max_size=200), st.text("+-2ADaxyz3/", max_size=20).map(str.encode)), _LABELS, _LABELS)
def test_decode_is_total(data: bytes, label: str | None, hint: str | None) -> None:
    text, note = charset.decode(data, label, hint)
    assert "\0" not in text
    assert text.encode() is not None  # a lone surrogate would not be encoded
    assert note is None or note.strip()
