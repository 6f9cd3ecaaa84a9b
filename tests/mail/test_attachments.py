"""Files: their names, their kinds, their content."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import parse
from allegra_tui.mail.filename import safe_name
from allegra_tui.model.mail import Attachment
from tests.mail.letters import file, letter, multipart, nested, part


def attachments(*parts: bytes) -> list[Attachment]:
    return list(parse(multipart("mixed", part("text/plain", "see"), *parts)).attachments)


def name_of(*fields: str, content_type: str = "application/pdf") -> str:
    (found,) = attachments(part(content_type, "x", *fields))
    return found.filename


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('filename="a.pdf"', "a.pdf"),
        ("filename=a.pdf", "a.pdf"),
        ("filename=my report.pdf", "my report.pdf"),
        ('filename="never closed.pdf', "never closed.pdf"),
        (r'filename="a \"b\".pdf"', 'a "b".pdf'),
        ("filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
        ("filename*=utf-8'de'Gr%C3%B6%C3%9Fe.pdf; filename=x.pdf", "Größe.pdf"),
        ("filename=x.pdf; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
        ('filename*0="Gr"; filename*1="und"; filename*2=".pdf"', "Grund.pdf"),
        ("filename*0*=utf-8''Gr%C3; filename*1*=%B6%C3%9Fe; filename*2=.pdf", "Größe.pdf"),
        ("filename*1*=%B6%C3%9Fe.pdf; filename*0*=utf-8''Gr%C3", "Größe.pdf"),
        ("filename*0*=nonsense''Gr%C3; filename*1*=%B6%C3%9Fe.pdf", "Größe.pdf"),
        ("filename*0*=iso-8859-1''Gr%F6; filename*1*=%DFe.pdf", "Größe.pdf"),
        ("filename*=Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
        ('filename="=?utf-8?q?Gr=C3=B6=C3=9Fe=2Epdf?="', "Größe.pdf"),
        ("filename==?utf-8?b?R3LDtsOfZS5wZGY=?=", "Größe.pdf"),
        ('filename="=?utf-8?q?Gr=C3=B6?=\r\n =?utf-8?q?=C3=9Fe=2Epdf?="', "Größe.pdf"),
        ('filename*0="=?utf-8?q?Gr=C3=B6?="; filename*1="=?utf-8?q?=C3=9Fe=2Epdf?="', "Größe.pdf"),
        ('filename="Größe.pdf"', "Größe.pdf"),
        ('filename="Gr%C3%B6%C3%9Fe.pdf"', "Größe.pdf"),
        ('filename="100% sure.pdf"', "100% sure.pdf"),
        ('filename="a.pdf"; size=12; creation-date="Mon, 5 Jan 2026 10:00:00 +0100"', "a.pdf"),
        ('FILENAME="a.pdf"', "a.pdf"),
        ("filename = a.pdf", "a.pdf"),
        ('filename="a;b=c.pdf"', "a;b=c.pdf"),
        ("name=a.pdf", "a.pdf"),
    ],
)
def test_names(disposition: str, expected: str) -> None:
    assert name_of(f"Content-Disposition: attachment; {disposition}") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        (r"C:\Users\anna\report.pdf", "report.pdf"),
        ("C:report.pdf", "report.pdf"),
        ("..", ""),
        (".", ""),
        ("a/", "a"),
        ("", ""),
        ("\0\x1b[31mred.pdf", "[31mred.pdf"),
        ("annexe\u202efdp.exe", "annexefdp.exe"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("report.pdf. . ", "report.pdf"),
        ("con.txt", "_con.txt"),
        ("COM1", "_COM1"),
        ("console.txt", "console.txt"),
        (".htaccess", ".htaccess"),
        ("\ud800.pdf", ".pdf"),
    ],
)
def test_safe_names(written: str, expected: str) -> None:
    assert safe_name(written) == expected


@given(st.text(max_size=400))
def test_every_name_can_be_joined_to_a_directory(written: str) -> None:
    name = safe_name(written)
    assert name not in {".", ".."}
    assert not any(character in name for character in "/\\\0\n\r")
    assert len(name.encode()) <= 200
    assert safe_name(name) == name


def test_long_names_keep_their_extension() -> None:
    name = name_of(f'Content-Disposition: attachment; filename="{"ä" * 300}.pdf"')
    assert name.endswith("ä.pdf")
    assert len(name.encode()) <= 200


def test_the_name_in_content_type_counts_where_the_disposition_has_none() -> None:
    assert name_of("Content-Disposition: attachment", content_type="application/pdf; name=a.pdf") == "a.pdf"
    assert name_of(content_type='application/pdf; name="=?iso-8859-1?q?Gr=F6=DFe?=.pdf"') == "Größe.pdf"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/pdf", "attachment-1.pdf"),
        ("image/png", "image-1.png"),
        ("application/x-nothing", "attachment-1.bin"),
        ("application/pgp-signature", "signature.asc"),
        ("application/pkcs7-signature", "smime.p7s"),
        ("text/calendar; method=REQUEST", "invite.ics"),
        ("text/csv", "attachment-1.csv"),
    ],
)
def test_parts_without_a_name_get_one(content_type: str, expected: str) -> None:
    assert name_of(content_type=content_type) == expected
    assert name_of('Content-Disposition: attachment; filename=""', content_type=content_type) == expected


def test_the_location_names_a_part_that_has_no_other_name() -> None:
    location = "Content-Location: http://example.org/pictures/Photo25.jpg?size=2"
    assert name_of(location, content_type="image/jpeg") == "Photo25.jpg"
    assert name_of("Content-Location: http://example.org/", content_type="image/jpeg") == "image-1.jpg"


def test_two_files_of_one_name_are_both_kept() -> None:
    found = attachments(file("a.pdf", b"one"), file("a.pdf", b"two"))
    assert [(one.filename, one.data) for one in found] == [("a.pdf", b"one"), ("a.pdf", b"two")]


def test_a_text_with_a_file_name_is_an_attachment() -> None:
    mail = parse(
        multipart(
            "mixed",
            part("text/plain", "see"),
            part("text/plain; name=log.txt", "log"),
            part("text/html", "<p>x", "Content-Disposition: inline; filename=x.html"),
        )
    )
    assert mail.text == "see"
    assert [one.filename for one in mail.attachments] == ["log.txt", "x.html"]


def test_an_inline_file_is_read_where_there_is_no_other_text() -> None:
    inline = part("text/plain; charset=utf-8", "from a phone", "Content-Disposition: inline; filename=text_0.txt")
    mail = parse(multipart("mixed", inline, file("a.jpg", b"x", "image/jpeg")))
    assert (mail.text, [one.filename for one in mail.attachments]) == ("from a phone", ["text_0.txt", "a.jpg"])
    assert parse(multipart("mixed", part("text/plain", "see"), inline)).text == "see"
    named = part("text/html; name=body.html", "<p>from a script")
    assert parse(multipart("mixed", named, file("a.jpg", b"x", "image/jpeg"))).text == "from a script"


def test_a_text_that_is_said_to_be_an_attachment_is_one() -> None:
    mail = parse(letter("x", "Content-Type: text/plain", "Content-Disposition: attachment"))
    assert (mail.text, [one.filename for one in mail.attachments]) == ("", ["attachment-1.txt"])


def test_a_named_body_is_still_the_body() -> None:
    assert parse(letter("x", "Content-Type: text/plain; name=body.txt")).text == "x"
    mail = parse(
        multipart("alternative", part("text/plain; name=a.txt", "plain"), part("text/html; name=a.html", "<p>x"))
    )
    assert (mail.text, len(mail.attachments)) == ("plain", 0)


def test_inline_pictures_are_kept_and_marked() -> None:
    picture = part(
        "image/png; name=logo.png", "x", "Content-ID: <logo@x>", "Content-Disposition: inline; filename=logo.png"
    )
    unmarked = part("image/png", "y", "Content-ID: <two@x>")
    attached = part("image/png", "z", "Content-ID: <three@x>", "Content-Disposition: attachment; filename=z.png")
    mail = parse(
        multipart(
            "mixed",
            nested(
                "related", part("text/html", "<p>hi<img src=cid:logo@x>"), picture, unmarked, attached, boundary="r"
            ),
            file("a.pdf", b"x"),
        )
    )
    assert mail.text == "hi"
    assert [(one.filename, one.inline, one.content_id) for one in mail.attachments] == [
        ("logo.png", True, "logo@x"),
        ("image-2.png", True, "two@x"),
        ("z.png", False, "three@x"),
        ("a.pdf", False, None),
    ]


def test_messages_are_named_after_their_subject() -> None:
    inner = letter("inner text", subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?= / aus: Köln")
    (found,) = attachments(part("message/rfc822", inner))
    assert (found.filename, found.content_type, found.data) == ("Grüße - aus Köln.eml", "message/rfc822", inner)
    assert name_of(content_type="message/rfc822") == "message.eml"
    assert name_of('Content-Disposition: attachment; filename="x.eml"', content_type="message/rfc822") == "x.eml"


def test_a_message_in_base64_is_decoded() -> None:
    inner = letter("inner text", subject="Inner")
    (found,) = attachments(part("message/rfc822", base64.encodebytes(inner), "Content-Transfer-Encoding: base64"))
    assert (found.filename, found.data) == ("Inner.eml", inner)


def test_digest() -> None:
    mail = parse(multipart("digest", b"\r\n" + letter(subject="One"), b"\r\n" + letter(subject="Two")))
    assert [one.filename for one in mail.attachments] == ["One.eml", "Two.eml"]


def test_signed_and_encrypted_parts_are_kept_as_they_are() -> None:
    signed = parse(
        multipart(
            "signed", part("text/plain", "text"), part("application/pgp-signature; name=signature.asc", "-----BEGIN")
        )
    )
    assert (signed.text, [one.filename for one in signed.attachments]) == ("text", ["signature.asc"])
    encrypted = parse(
        multipart(
            "encrypted",
            part("application/pgp-encrypted", "Version: 1"),
            part("application/octet-stream; name=encrypted.asc", "x"),
        )
    )
    assert [one.filename for one in encrypted.attachments] == ["version.pgp", "encrypted.asc"]
    smime = parse(
        letter(
            base64.encodebytes(b"\x30\x82"),
            "Content-Type: application/pkcs7-mime; name=smime.p7m",
            "Content-Transfer-Encoding: base64",
        )
    )
    assert [(one.filename, one.data) for one in smime.attachments] == [("smime.p7m", b"\x30\x82")]


def test_invitations_are_kept() -> None:
    mail = parse(
        multipart(
            "alternative",
            part("text/plain", "Meeting"),
            part("text/html", "<p>Meeting"),
            part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR"),
        )
    )
    assert (mail.text, [one.filename for one in mail.attachments]) == ("Meeting", ["invite.ics"])


@pytest.mark.parametrize("encoding", ["base64", "BASE64", " base64 ", "base64; x=y", '"base64"', "base-64"])
def test_base64_by_any_spelling(encoding: str) -> None:
    (found,) = attachments(
        part("application/pdf", base64.encodebytes(b"content"), f"Content-Transfer-Encoding: {encoding}")
    )
    assert found.data == b"content"


DATA = bytes(range(256)) * 40


@pytest.mark.parametrize(
    "body",
    [
        base64.b64encode(DATA),
        base64.encodebytes(DATA).replace(b"\n", b"\r\n"),
        b"\r\n \r\n" + base64.encodebytes(DATA).replace(b"\n", b" \n\n"),
        base64.b64encode(DATA).replace(b"A", b"A!*\xff"),
        base64.b64encode(DATA).rstrip(b"="),
        base64.b64encode(DATA) + b"=====",
        base64.encodebytes(DATA[:100]) + base64.encodebytes(DATA[100:]),
        base64.encodebytes(DATA) + b"\r\n_______\r\nlist mailing list\r\nhttp://example.org/list\r\n",
    ],
)
def test_base64_that_is_not_quite_right(body: bytes) -> None:
    (found,) = attachments(part("application/pdf", body, "Content-Transfer-Encoding: base64"))
    assert found.data == DATA


def test_base64_cut_short_saves_what_is_there_and_all_else() -> None:
    cut = base64.b64encode(DATA)[:1001]
    mail = parse(
        multipart(
            "mixed",
            part("text/plain", "see"),
            part("application/pdf; name=a.pdf", cut, "Content-Transfer-Encoding: base64"),
            file("b.pdf", b"whole"),
        )
    )
    assert mail.text == "see"
    assert [(one.filename, one.data) for one in mail.attachments] == [("a.pdf", DATA[:750]), ("b.pdf", b"whole")]
    assert "base64 cut short" in mail.repairs


def test_large_broken_base64_is_read_in_pieces() -> None:
    data = DATA * 300
    body = base64.b64encode(data)[:-2] + b"!" + b"\r\n"
    (found,) = attachments(part("application/pdf", body, "Content-Transfer-Encoding: base64"))
    assert data.startswith(found.data)
    assert len(data) - len(found.data) <= 3


@given(st.binary(max_size=300), st.integers(0, 400))
def test_cut_base64_gives_a_beginning(data: bytes, length: int) -> None:
    encoded = base64.b64encode(data).rstrip(b"=")[:length]
    found = attachments(part("application/pdf", encoded, "Content-Transfer-Encoding: base64"))
    assert data.startswith(found[0].data)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Gr=C3=BC=C3=9Fe", "Grüße"),
        ("soft=\nbreak and soft= \t\nbreak", "softbreak and softbreak"),
        ("lower =c3=a4", "lower ä"),
        ("not =XY, not = , at the end =", "not =XY, not = , at the end"),
        ("line=0Aend=0D=0Ax", "line\nend\nx"),
        ("cut =C3=A4 =C", "cut ä =C"),
    ],
)
def test_quoted_printable(body: str, expected: str) -> None:
    assert parse(letter(body, "Content-Transfer-Encoding: quoted-printable")).text == expected


@pytest.mark.parametrize("encoding", ["7-bit", "8BIT", "binary", "", "none such", "plain"])
def test_other_encodings_are_taken_as_they_are(encoding: str) -> None:
    assert parse(letter("Grüße =C3=A4", f"Content-Transfer-Encoding: {encoding}")).text == "Grüße =C3=A4"


def uuencoded(data: bytes, name: str = "a.bin") -> bytes:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return f"begin 644 {name}\n".encode() + lines + b"`\nend\n"


def test_uuencode() -> None:
    (found,) = attachments(
        part("application/octet-stream; name=x.bin", uuencoded(DATA), "Content-Transfer-Encoding: x-uuencode")
    )
    assert (found.filename, found.data) == ("x.bin", DATA)
    mail = parse(letter(b"see below\n\n" + uuencoded(DATA) + b"\nand above\n", "Content-Type: text/plain"))
    assert mail.text.split() == ["see", "below", "and", "above"]
    assert [(one.filename, one.data) for one in mail.attachments] == [("a.bin", DATA)]


def test_prose_with_begin_stays_text() -> None:
    assert parse(letter("begin 644 things\nat the end\nend\n")).attachments == ()


def test_the_digest_of_the_content_is_told() -> None:
    (found,) = attachments(file("a.pdf", b"abc"))
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.size == 3
