"""The sample mail shows what the program is for: each kind is there, and reads as it should."""

from datetime import UTC, datetime

import pytest

from allegra_tui import mail
from allegra_tui.demo import letters
from allegra_tui.demo.mailbag import Mailbag, embed, pdf, picture
from allegra_tui.model.mail import MachineKind, Mail

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def raws() -> list[bytes]:
    return [raw for post in (letters.first(NOW), letters.waiting(NOW)) for folder in post.values() for raw in folder]


@pytest.fixture(scope="module")
def mails(raws: list[bytes]) -> dict[str, Mail]:
    return {found.title: found for found in map(mail.parse, raws)}


def test_there_are_some_forty_in_three_folders(raws: list[bytes]) -> None:
    assert 40 <= len(raws) <= 55
    assert set(letters.waiting(NOW)) == {"INBOX", "Support", "Website"}
    assert all(raw.count(b"\n") == raw.count(b"\r\n") and b"\0" not in raw for raw in raws)


def test_attachments_of_all_kinds(mails: dict[str, Mail]) -> None:
    names = {file.filename: file for found in mails.values() for file in found.attachments}
    assert names["squeaking-brakes.mp4"].size == 5_000_000
    assert names["missing pedals.png"].data.startswith(b"\x89PNG")
    assert names["parts-list.csv"].data.startswith(b"part;count")
    assert names["screenshot.png"].inline
    assert "Anforderungen für Räder (Größe L).pdf" in names
    assert "complaint about the bell.eml" in names
    assert "invite.ics" in names


def test_letters_that_are_not_as_they_should_be(mails: dict[str, Mail]) -> None:
    assert "für Müller" in mails["Umlauts that say they are something else"].text
    assert mails["Umlauts that say they are something else"].repairs
    assert mails["Attachment cut off on the way"].repairs
    assert "\x1b" in next(title for title in mails if title.startswith("Invoice"))
    assert {found.machine.kind for found in mails.values() if found.machine} == set(MachineKind)
    assert sum(not found.sender.trusted for found in mails.values()) == 4


def test_two_different_letters_share_a_message_id(mails: dict[str, Mail]) -> None:
    one, two = mails["Scan, page one"], mails["Scan, page two"]
    assert one.message_id == two.message_id is not None
    assert one.text != two.text


def test_a_picture_has_as_many_bytes_as_its_size_needs() -> None:
    small, large = picture(2, 2, (0, 0, 0)), picture(90, 60, (1, 2, 3))
    assert small[16:24] == b"\0\0\0\x02\0\0\0\x02"
    assert len(large) > len(small)
    assert pdf("x").endswith(b"%%EOF\n")


def test_only_html_can_show_a_picture() -> None:
    letter = Mailbag("a@nordwind.example", NOW).letter("b@nordwind.example", "Plain", "text\n")
    with pytest.raises(ValueError, match="without HTML"):
        embed(letter, b"", "x")
