"""Any bytes make a result, never an exception."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import envelope, header_source, parse
from allegra_tui.mail.repairs import MAX_NOTES
from allegra_tui.model.mail import Mail
from tests.mail.hostile import CASES
from tests.mail.letters import file, letter, multipart, nested, part

SAMPLES = (
    letter("Hello\n\n-- \nAnna"),
    letter(
        "caf\xe9".encode("latin-1"), "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: 8bit"
    ),
    letter(
        "=?utf-8?q?a?= =C3=A4=", "Content-Transfer-Encoding: quoted-printable", subject="=?utf-8?b?w6Q=?= =?x?q?=C3?="
    ),
    multipart("mixed", part("text/plain", "see"), file("a.pdf", b"%PDF"), part("message/rfc822", letter("inner"))),
    multipart(
        "alternative",
        part("text/plain; charset=utf-8", "On 3 May 2026 at 10:00, Anna <a@x.org> wrote:\n> x\n\nyes"),
        nested("related", part("text/html", "<p>x<img src='cid:1'>"), file("i.png", b"x"), boundary="inner"),
    ),
    letter(
        "text", "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b; name*=utf-8''%C3%A4", "To: undisclosed:;"
    ),
)
ALPHABET = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"--",
        b"=_b",
        b": ",
        b";",
        b'"',
        b"=?",
        b"?=",
        b"<",
        b">",
        b"@",
        b"\0",
        b"\xe4",
        b"\xff",
        b"From ",
        b"(",
    ]
)


def check(raw: bytes) -> Mail:
    """What holds for every result."""
    mail = parse(raw)
    for text in (mail.title, mail.text, mail.visible_text, mail.subject or "", mail.sender.name):
        assert "\0" not in text
        text.encode()
    assert mail.title
    assert bool(mail.visible_text.strip()) == bool(mail.text.strip())
    assert len(mail.repairs) <= MAX_NOTES
    for attachment in mail.attachments:
        assert attachment.filename
        assert "/" not in attachment.filename
        assert len(attachment.filename.encode()) <= 255
    if mail.sender.problem is None:
        assert mail.sender.address is not None
    seen = envelope(raw)
    assert seen.message_id == mail.message_id
    assert header_source(raw) == b"" or header_source(raw).endswith(b"\n")
    return mail


@given(st.binary(max_size=600))
def test_arbitrary_bytes(raw: bytes) -> None:
    assert check(raw).title


@given(st.lists(st.one_of(ALPHABET, st.binary(max_size=6)), max_size=80))
def test_bytes_that_look_like_mail(pieces: list[bytes]) -> None:
    assert check(b"Content-Type: multipart/mixed; boundary==_b\r\n" + b"".join(pieces)).title


@given(st.sampled_from(SAMPLES), st.data())
def test_mutated_mail(raw: bytes, data: st.DataObject) -> None:
    mutated = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated)))
        what = data.draw(st.one_of(ALPHABET, st.binary(max_size=3)))
        until = data.draw(st.integers(at, min(at + 30, len(mutated))))
        mutated[at:until] = what
    assert check(bytes(mutated)).title


@given(st.sampled_from(SAMPLES), st.integers(0, 2_000))
def test_mail_cut_short(raw: bytes, length: int) -> None:
    assert check(raw[:length]).title


@pytest.mark.parametrize("case", [name for name in CASES if "MB" not in name])
def test_hostile_mail(case: str) -> None:
    assert parse(CASES[case]()).title


def test_empty_message() -> None:
    mail = check(b"")
    assert mail.title == "(no subject)"
    assert mail.subject is None
    assert mail.repairs == ("no header",)


def test_no_header_is_all_text() -> None:
    mail = check(b"just some words\nand more of them\n")
    assert mail.text == "just some words\nand more of them"
    assert mail.title == "just some words"


@pytest.mark.parametrize(
    "before", [b"From anna@example.org Mon Jan  5 10:00:00 2026\n", b"\r\n\r\n", b"\xef\xbb\xbf", b">From x\n", b" \n"]
)
def test_what_stands_before_the_header(before: bytes) -> None:
    mail = check(before + letter("text"))
    assert (mail.subject, mail.text) == ("Hello", "text")


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n", b"\r\r\n"])
def test_line_ends(line_end: bytes) -> None:
    mail = check(multipart("mixed", part("text/plain", "one\ntwo"), file("a.pdf", b"%PDF")).replace(b"\r\n", line_end))
    assert mail.subject == "Hello"
    assert mail.text.split() == ["one", "two"]
    assert [(file.filename, file.data) for file in mail.attachments] == [("a.pdf", b"%PDF")]


def test_broken_line_inside_the_header_is_skipped() -> None:
    mail = check(b"From: a@b.org\nthis is broken\nSubject: Hello\n\ntext\n")
    assert (mail.subject, mail.text) == ("Hello", "text")
    assert "broken header line skipped" in mail.repairs


def test_header_without_an_empty_line_after_it() -> None:
    mail = check(b"From: a@b.org\nSubject: Hello\nDear all,\nthis is the text.\n")
    assert mail.text == "Dear all,\nthis is the text."
    assert "no empty line after the header" in mail.repairs


def test_nul_bytes() -> None:
    mail = check(letter("a\0b", subject="x\0y"))
    assert mail.text == "a\ufffdb"
    assert mail.subject == "x\ufffdy"
    assert "NUL or broken characters replaced" in mail.repairs
    assert "\0" not in parse(letter(sender="a\0b <c\0@d.org>")).sender.name


def test_limits_are_noted() -> None:
    assert "header cut after 1000 fields" in parse(CASES["100,000 fields"]()).repairs
    assert "header field cut: subject" in parse(CASES["subject of 100 KB"]()).repairs
    assert "header field cut: content-type" in parse(CASES["100,000 semicolons"]()).repairs
    assert "parts cut at 500" in parse(CASES["50,000 parts"]()).repairs
    assert "nesting cut at 60" in parse(CASES["5,000 levels"]()).repairs


def test_what_lies_beyond_a_limit_is_kept_as_a_file() -> None:
    many = parse(CASES["50,000 parts"]())
    assert many.attachments[-1].data.count(b"--b\r\n") > 49_000
    deep = parse(CASES["5,000 levels"]())
    assert deep.attachments[-1].content_type == "message/rfc822"
    assert b"deep" in deep.attachments[-1].data


def test_header_source_is_the_header_alone() -> None:
    raw = letter("text", "X-One: 1")
    assert header_source(raw) == raw[: raw.index(b"\r\n\r\n")] + b"\n"
    assert header_source(b"\n\nno header") == b""


def test_import_is_cheap() -> None:
    program = (
        "import sys; from allegra_tui.mail import parse; parse(b'Subject: x\\n\\ntext');"
        "print([name for name in ('chardet', 'html_to_markdown', 'subprocess', 'idna') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
