"""RTF of a winmail.dat: decompressed, and read as the HTML or plain text it was made of."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import tnef
from allegra_tui.mail.rtf import MAX_BYTES, decompress, read
from tests.mail.test_tnef import HEAD, attribute, properties, variable, wide


def packed(kind: bytes, content: bytes, size: int) -> bytes:
    """A compressed stream with its header."""
    return struct.pack("<II4sI", len(content) + 12, size, kind, 0) + content


def literally(text: bytes) -> bytes:
    """The text in the compressed form, without a single reference."""
    runs = [text[at : at + 8] for at in range(0, len(text), 8)]
    return packed(b"LZFu", b"".join(b"\0" + run for run in runs), len(text))


def document(body: str) -> bytes:
    """An RTF document."""
    fonts = r"{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial Cyr;}}"
    return rf"{{\rtf1\ansi\ansicpg1252\deff0{fonts}{body}}}".encode()


def test_text_without_references() -> None:
    assert decompress(literally(b"{\\rtf1 hello}")) == b"{\\rtf1 hello}"
    assert decompress(packed(b"MELA", b"{\\rtf1 hello}", 13)) == b"{\\rtf1 hello}"


def test_references_into_what_was_said() -> None:
    """The first six bytes are those every stream begins with; `ab` is repeated beyond its own end."""
    content = bytes([0b00000001]) + struct.pack(">H", (0 << 4) | 4) + b" ab" + b"}}}}"
    assert decompress(packed(b"LZFu", content, 13)) == b"{\\rtf1 ab}}}}"
    at = 207 + 2  # what comes next stands there
    content = bytes([0b00000100]) + b"ab" + struct.pack(">H", ((at - 2) << 4) | 6)
    assert decompress(packed(b"LZFu", content, 10)) == b"ababababab"


def test_a_reference_to_itself_ends_the_stream() -> None:
    content = bytes([0b00000010]) + b"a" + struct.pack(">H", 208 << 4) + b"never"
    assert decompress(packed(b"LZFu", content, 100)) == b"a"


@pytest.mark.parametrize("data", [b"", b"short", packed(b"XXXX", b"text", 4), packed(b"LZFu", b"\xff\x00", 4)])
def test_what_is_no_compressed_text(data: bytes) -> None:
    assert decompress(data) == b""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\pard One\par Two\line Three\tab end\par", "One\nTwo\nThree\tend\n"),
        (r"Gr\'f6\'dfe \{a\\b\} \~x", "Größe {a\\b} \u00a0x"),
        (r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} \'e9", "Привет é"),
        (r"\uc1\u1055?\u1088? \uc2\u8364\'80\'80 \u55357??\u56898??!", "Пр € 🙂!"),
        (r"\ldblquote a\rdblquote\emdash b\bullet", "\u201ca\u201d\u2014b\u2022"),
        (r"seen{\*\generator hidden}{\info{\title hidden}}{\pict 00ff}", "seen"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}", "shown"),
        ("one\r\n two\\\r\nthree", "one two\nthree"),
    ],
)
def test_plain_text(body: str, text: str) -> None:
    assert read(document(body)).text == text


def test_html_inside_is_unwrapped() -> None:
    body = (
        r"\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 Gr\'f6\'dfe &{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 "
        r"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}\htmlrtf\par\htmlrtf0"
    )
    found = read(rb"{\rtf1\ansi\ansicpg1252" + body.encode() + b"}")
    assert (found.text, found.is_html) == ("<p>Größe &&lt;</p>", True)


def test_a_long_one_is_cut() -> None:
    found = read(document("x" * (MAX_BYTES + 1)))
    assert found.cut
    assert len(found.text) <= MAX_BYTES
    expanding = packed(b"LZFu", (b"\xff" + struct.pack(">H", 15) * 8) * 100_000, 0xFFFFFFFF)
    assert len(decompress(expanding)) <= MAX_BYTES + 1


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    assert len(decompress(packed(b"LZFu", data, 10_000))) <= 10_000
    assert "\ud800" not in read(b"{\\rtf" + data).text


@given(st.binary(min_size=1, max_size=2_000))
def test_what_was_packed_comes_back(text: bytes) -> None:
    assert decompress(literally(text)) == text


def test_it_is_read_where_a_winmail_dat_has_no_other_text() -> None:
    packed_text = variable(0x1009, 0x102, literally(document(r"Only here\par")))
    alone = tnef.unpack(HEAD + attribute(0x9003, properties(packed_text), level=1))
    assert alone.text.strip() == "Only here"
    beside = tnef.unpack(HEAD + attribute(0x9003, properties(wide(0x1000, "plain"), packed_text), level=1))
    assert beside.text == "plain"
