"""winmail.dat: files and text of a stream, whole or damaged."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import parse, tnef
from tests.mail.letters import letter, multipart, part

HEAD = b"\x78\x9f\x3e\x22\x01\x00"
IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")
ISTORAGE = bytes.fromhex("0b00000000000000c000000000000046")


def attribute(name: int, data: bytes, *, level: int = 2) -> bytes:
    """An attribute with its checksum."""
    return struct.pack("<BHHI", level, name, 0, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*items: bytes) -> bytes:
    """A property set."""
    return struct.pack("<I", len(items)) + b"".join(items)


def variable(identifier: int, kind: int, *values: bytes) -> bytes:
    """A property of a type of variable size."""
    padded = b"".join(struct.pack("<I", len(value)) + value + b"\0" * (-len(value) % 4) for value in values)
    return struct.pack("<HHI", kind, identifier, len(values)) + padded


def wide(identifier: int, text: str) -> bytes:
    """A Unicode string property."""
    return variable(identifier, 0x1F, f"{text}\0".encode("utf-16-le"))


def named(item: bytes, name: str | None) -> bytes:
    """A property with a GUID and a name of its own, by number or by text."""
    if name is None:
        extra = bytes(16) + struct.pack("<II", 0, 7)
    else:
        encoded = f"{name}\0".encode("utf-16-le")
        extra = bytes(16) + struct.pack("<II", 1, len(encoded)) + encoded + b"\0" * (-len(encoded) % 4)
    return item[:2] + struct.pack("<H", 0x8001) + extra + item[4:]


def attached(title: bytes, data: bytes, *items: bytes) -> bytes:
    """A file."""
    return (
        attribute(0x9002, bytes(14))
        + attribute(0x8010, title + b"\0")
        + attribute(0x800F, data)
        + (attribute(0x9005, properties(*items)) if items else b"")
    )


def winmail(stream: bytes) -> bytes:
    """A message with that stream as its winmail.dat."""
    return multipart("mixed", part("text/plain", "see"), part('application/ms-tnef; name="winmail.dat"', stream))


def test_files_replace_the_winmail_dat() -> None:
    mail = parse(winmail(HEAD + attached(b"a.pdf", b"%PDF") + attached(b"b.txt", b"text")))
    assert [(one.filename, one.content_type, one.data) for one in mail.attachments] == [
        ("a.pdf", "application/pdf", b"%PDF"),
        ("b.txt", "text/plain", b"text"),
    ]
    assert mail.text == "see"


def test_the_long_name_wins() -> None:
    stream = HEAD + attached(b"GRUND~1.PDF", b"x", wide(0x3707, "Größe der Dinge.pdf"), wide(0x3704, "GRUND~1.PDF"))
    assert tnef.unpack(stream).files == [("Größe der Dinge.pdf", b"x")]


def test_names_in_the_code_page_of_the_stream() -> None:
    stream = HEAD + attribute(0x9007, struct.pack("<II", 1251, 0)) + attached("Привет.pdf".encode("cp1251"), b"x")
    assert tnef.unpack(stream).files == [("Привет.pdf", b"x")]
    assert tnef.unpack(HEAD + attached("Größe.pdf".encode("cp1252"), b"x")).files == [("Größe.pdf", b"x")]


def test_other_properties_are_passed_over() -> None:
    items = (
        struct.pack("<HHI", 0x03, 0x0E20, 5),
        struct.pack("<HHHH", 0x0B, 0x0E1B, 1, 0),
        struct.pack("<HHQ", 0x40, 0x3007, 0),
        struct.pack("<HHIII", 0x1003, 0x0E21, 2, 1, 2),
        struct.pack("<HHIHHHH", 0x1002, 0x0E22, 3, 1, 2, 3, 0),
        variable(0x0E23, 0x101E, b"one\0", b"two\0"),
        named(wide(0x8001, "x"), "Keywords"),
        named(struct.pack("<HHI", 0x03, 0x8001, 5), None),
        struct.pack("<HH16s", 0x48, 0x0E24, bytes(16)),
    )
    stream = HEAD + attached(b"short", b"x", *items, wide(0x3707, "long.pdf"))
    assert tnef.unpack(stream).files == [("long.pdf", b"x")]


def test_objects_lose_their_identifier() -> None:
    stream = HEAD + attached(b"sheet.xls", b"", variable(0x3701, 0x0D, ISTORAGE + b"\xd0\xcf\x11\xe0"))
    assert tnef.unpack(stream).files == [("sheet.xls", b"\xd0\xcf\x11\xe0")]


def test_an_attached_message_gives_its_text_and_files() -> None:
    inner = HEAD + attribute(0x800C, b"inner text\0", level=1) + attached(b"inner.pdf", b"x")
    stream = HEAD + attached(b"", b"", variable(0x3701, 0x0D, IMESSAGE + inner), wide(0x3001, "Re: inner"))
    assert tnef.unpack(stream).files == [("Re: inner.txt", b"inner text"), ("inner.pdf", b"x")]


def test_messages_nested_without_end_are_kept_as_they_are() -> None:
    stream = HEAD + attached(b"x", b"y")
    for _ in range(50):
        stream = HEAD + attached(b"m", b"", variable(0x3701, 0x0D, IMESSAGE + stream))
    assert len(tnef.unpack(stream).files) == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (attribute(0x800C, b"plain text\0", level=1), "plain text"),
        (attribute(0x9003, properties(wide(0x1000, "Größe")), level=1), "Größe"),
        (attribute(0x9003, properties(variable(0x1013, 0x102, b"<p>rich <b>text</b>\0")), level=1), "rich **text**"),
        (
            attribute(
                0x9003,
                properties(struct.pack("<HHI", 0x03, 0x3FDE, 65001), variable(0x1013, 0x102, "<p>Größe".encode())),
                level=1,
            ),
            "Größe",
        ),
    ],
)
def test_its_text_is_read_where_the_message_has_no_other(body: bytes, text: str) -> None:
    alone = letter(HEAD + body, "Content-Type: application/ms-tnef; name=winmail.dat")
    assert parse(alone).text == text
    assert parse(winmail(HEAD + body)).text == "see"


@pytest.mark.parametrize("stream", [b"", b"no stream at all", HEAD, HEAD + b"\x01"])
def test_what_holds_nothing_stays_a_file(stream: bytes) -> None:
    mail = parse(winmail(stream))
    assert [(one.filename, one.data) for one in mail.attachments] == [("winmail.dat", stream)]


def test_a_stream_cut_short_gives_what_is_there() -> None:
    stream = HEAD + attached(b"a.pdf", b"%PDF") + attached(b"b.bin", b"x" * 1_000)
    mail = parse(winmail(stream[:-500]))
    assert [one.filename for one in mail.attachments] == ["a.pdf", "b.bin"]
    assert "winmail.dat cut short" in mail.repairs


WHOLE = HEAD + attached(b"a.pdf", b"%PDF", wide(0x3707, "long.pdf"), variable(0x0E23, 0x101E, b"one\0", b"two\0"))


@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    stream = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        stream[data.draw(st.integers(4, len(stream) - 1))] = data.draw(st.sampled_from([0, 1, 0x10, 0x7F, 0xFF]))
    assert len(tnef.unpack(bytes(stream)).files) <= 10_000


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    assert isinstance(tnef.unpack(HEAD + data).files, list)
