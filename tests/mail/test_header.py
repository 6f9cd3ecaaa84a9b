"""Subjects and other header values: encoded words, raw 8-bit, folds."""

import base64

import pytest

from allegra_tui.mail import envelope, parse
from tests.mail.letters import letter


def b(text: str, charset: str = "utf-8") -> str:
    """An encoded word in base64."""
    return f"=?{charset}?b?{base64.b64encode(text.encode(charset)).decode()}?="


def subject(value: str | bytes) -> str | None:
    """The subject read from that raw value."""
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return parse(b"From: a@b.org\r\nSubject: " + raw + b"\r\n\r\ntext").subject


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Plain words", "Plain words"),
        ("", ""),
        ("  folded\r\n  over\r\n\tlines ", "folded over lines"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?Q?Gr=c3=bc=c3=9fe_aus_K=C3=B6ln?=", "Grüße aus Köln"),
        ("=?iso-8859-1?Q?Gr=FC=DFe?= und =?utf-8?b?w6Q=?= mehr", "Grüße und ä mehr"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=\r\n =?utf-8?q?c?=", "abc"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"),
        ("=?utf-8?b?w?= =?utf-8?b?6Q=?=", "ä"),
        ("=?utf-8?b?w6Q?=", "ä"),
        ("=?utf-8*de?q?=C3=A4?=", "ä"),
        ("Re:=?utf-8?q?_=C3=A4?=", "Re: ä"),
        ("=?utf-8?q?What?=20now?= ok", "What? now ok"),
        ("=?utf-8?q?a b c?=", "a b c"),
        ("=?utf-8?q?line=0D=0Aone=1B[31m?=", "line one\x1b[31m"),
        ("=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        ("=?utf-8?x?odd?=", "=?utf-8?x?odd?="),
        ("=?nonsense?q?=C3=A4?=", "ä"),
        ("=?windows-1251?B?z/Do4uXy?=", "Привет"),
        ("=?iso-2022-jp?B?GyRCJF4kXyRgJGEkYhsoQg==?=", "まみむめも"),
        ("=?gb2312?B?xOO6w8rAvec=?=", "你好世界"),
        ("=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=", "안녕하세요"),
        ("=?utf-8?b?!!!?=", ""),
        ("1 =? 2 ?= 3", "1 =? 2 ?= 3"),
    ],
)
def test_subject(value: str, expected: str) -> None:
    assert subject(value) == expected


def test_raw_utf8() -> None:
    assert subject("Grüße aus Köln") == "Grüße aus Köln"


def test_raw_8_bit_is_read_by_the_charset_of_the_text() -> None:
    raw = letter("привет".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r", subject=None)
    raw = raw.replace(b"MIME-Version", b"Subject: " + "Привет".encode("koi8-r") + b"\r\nMIME-Version", 1)
    mail = parse(raw)
    assert (mail.subject, mail.text) == ("Привет", "привет")


def test_raw_utf7_is_read_by_the_charset_of_the_text() -> None:
    raw = b"Subject: 1+1 is the Fr+APY-sche\r\nContent-Type: text/plain; charset="
    assert parse(raw + b"utf-8\r\n\r\nx").subject == "1+1 is the Fr+APY-sche"
    assert parse(raw + b"UTF-7\r\n\r\nx").subject == "1+1 is the Fr+APY-sche"
    assert parse(raw.replace(b"1+1 is ", b"") + b"UTF-7\r\n\r\nx").subject == "the Frösche"


def test_raw_8_bit_is_guessed_without_any_charset() -> None:
    mail = parse("Subject: Die Größe der Übergänge für schöne Straßen\n\n".encode("latin-1"))
    assert mail.subject == "Die Größe der Übergänge für schöne Straßen"
    assert "header: charset guessed: cp1252 (none given)" in mail.repairs


def test_raw_8_bit_inside_an_encoded_word() -> None:
    assert subject("=?utf-8?q?Grüße_=C3=A4?=") == "Grüße ä"
    assert subject(b"=?iso-8859-1?q?Gr\xfc\xdfe_=E4?=") == "Grüße ä"


def test_base64_cut_in_a_word_is_noted() -> None:
    mail = parse(b"Subject: =?utf-8?b?w6RiY?=\r\n\r\n")
    assert mail.subject == "äb"
    assert "base64 cut short in a header" in mail.repairs


def test_long_subject_is_kept_and_its_title_is_cut() -> None:
    mail = parse(letter(subject="word " * 1_000))
    assert mail.subject is not None
    assert len(mail.subject) == 4_999
    assert len(mail.title) <= 250
    assert mail.title.endswith("…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\n  first   line \nsecond", "first line"),
        ("", "(no subject)"),
        ("---\n***\n", "(no subject)"),
        ("> quoted\n\nanswer", "quoted"),
        ("On 3 May 2026 at 10:00, Anna <a@x.org> wrote:\n> old\n\nnew words", "new words"),
    ],
)
def test_title_without_a_subject(text: str, expected: str) -> None:
    for empty in (None, "", "   "):
        assert parse(letter(text, subject=empty)).title == expected


def test_the_first_subject_that_says_something_counts() -> None:
    assert parse(b"Subject:\r\nSubject: one\r\nSubject: two\r\n\r\n").subject == "one"


def test_missing_and_empty_subject_differ() -> None:
    assert parse(letter(subject=None)).subject is None
    assert parse(letter(subject="")).subject == ""
    assert envelope(letter(subject=None)).subject == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 5 Jan 2026 10:00:00 +0100", "2026-01-05T09:00:00+00:00"),
        ("5 Jan 2026 10:00 GMT", "2026-01-05T10:00:00+00:00"),
        ("Mon, 05 Jan 2026 10:00:00 -0530 (IST)", "2026-01-05T15:30:00+00:00"),
        ("Mon, 5 Jan 26 10:00:00 EST", "2026-01-05T15:00:00+00:00"),
    ],
)
def test_date(value: str, expected: str) -> None:
    date = parse(letter("text", f"Date: {value}")).date
    assert date is not None
    assert date.isoformat() == expected
    assert envelope(letter("text", f"Date: {value}")).date == date


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "32 Foo 2026",
        "Mon, 99 Jan 99999 10:00:00 +0100",
        "0 0 0 0",
        "9" * 5_000,
    ],
)
def test_unreadable_date(value: str) -> None:
    assert parse(letter("text", f"Date: {value}")).date is None


def test_authentication_results_topmost_first() -> None:
    mail = parse(
        letter(
            "x",
            "Authentication-Results: mx.org; dmarc=fail\r\n header.from=a.org",
            "Authentication-Results: b.org; none",
        )
    )
    assert list(mail.authentication_results) == ["mx.org; dmarc=fail header.from=a.org", "b.org; none"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", "<a@b>"),
        ("a@b", "<a@b>"),
        (" <a@b> (added by mx)", "<a@b>"),
        ("<[x@y]>", "<[x@y]>"),
        ("", None),
        ("<>", None),
    ],
)
def test_message_id(value: str, expected: str | None) -> None:
    assert parse(letter("x", f"Message-ID: {value}")).message_id == expected
    assert envelope(letter("x", f"Message-ID: {value}")).message_id == expected


def test_references_nearest_first() -> None:
    mail = parse(
        letter(
            "x",
            "Message-ID: <me@x>",
            "References: <1@x> <2@x>\r\n <3@x>",
            "In-Reply-To: <3@x> (Anna's message)",
            "References: <me@x>",
        )
    )
    assert list(mail.references) == ["<3@x>", "<2@x>", "<1@x>"]


def test_broken_references_name_what_can_be_read() -> None:
    mail = parse(letter("x", "In-Reply-To: Your message of Monday", "References: <1@x>, <2@x\r\n > garbage <<3@x>"))
    assert list(mail.references) == ["<3@x>", "<1@x>"]


def test_encoded_words_of_all_kinds_in_one_value() -> None:
    assert subject(f"{b('Größe')} {b('Приветы', 'koi8-r')} {b('安全')}") == "GrößeПриветы安全"
