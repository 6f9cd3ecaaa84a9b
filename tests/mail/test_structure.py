"""Which part is the text: structures of real and broken multiparts."""

import pytest

from allegra_tui.mail import parse
from tests.mail.letters import file, letter, multipart, nested, part

PLAIN = part("text/plain; charset=utf-8", "plain words")
HTML = part("text/html; charset=utf-8", "<p>rich <b>words</b></p>")
FILE = file("a.pdf", b"%PDF")


def test_plain_is_read_beside_html() -> None:
    assert parse(multipart("alternative", PLAIN, HTML)).text == "plain words"
    assert parse(multipart("alternative", HTML, PLAIN)).text == "plain words"


def test_html_is_read_where_it_is_all_there_is() -> None:
    assert parse(multipart("alternative", HTML)).text == "rich **words**"
    assert parse(letter("<p>rich", "Content-Type: text/html")).text == "rich"


@pytest.mark.parametrize("empty", ["", "\n\n", " \u00a0\n"])
def test_an_empty_plain_part_gives_way(empty: str) -> None:
    assert parse(multipart("alternative", part("text/plain; charset=utf-8", empty), HTML)).text == "rich **words**"


@pytest.mark.parametrize(
    "notice",
    [
        "This message is in HTML. Please view it in an HTML capable mail client.",
        "Bitte öffnen Sie die Nachricht im Browser, um sie richtig anzuzeigen.",
        "Votre messagerie ne permet pas d'afficher ce message.",
        "To view this email as a web page, go to http://example.org/x",
    ],
)
def test_a_mere_notice_gives_way_to_the_full_text(notice: str) -> None:
    full = part("text/html; charset=utf-8", "<p>" + "The whole story is told here. " * 20)
    assert parse(multipart("alternative", part("text/plain; charset=utf-8", notice), full)).text.startswith(
        "The whole story"
    )


def test_a_short_plain_part_that_is_no_notice_stays() -> None:
    full = part("text/html", "<p>Yes, do it.</p>" + "<p>Disclaimer and quoted history.</p>" * 30)
    assert parse(multipart("alternative", part("text/plain", "Yes, do it."), full)).text == "Yes, do it."


def test_a_notice_beside_html_that_says_no_more_stays() -> None:
    assert (
        parse(
            multipart("alternative", part("text/plain", "Open it in a browser"), part("text/html", "<p>Open it"))
        ).text
        == "Open it in a browser"
    )


def test_several_texts_in_a_row_are_joined() -> None:
    mail = parse(
        multipart("mixed", part("text/plain", "one\n"), part("text/plain", "two"), FILE, part("text/plain", "three"))
    )
    assert mail.text == "one\n\ntwo\n\nthree"
    assert [one.filename for one in mail.attachments] == ["a.pdf"]


def test_plain_and_the_same_in_html_side_by_side_are_one() -> None:
    assert parse(multipart("mixed", part("text/plain", "rich words"), HTML)).text == "rich words"
    assert parse(multipart("mixed", PLAIN, HTML)).text == "plain words\n\nrich **words**"


def test_alternatives_that_are_none_are_both_read() -> None:
    assert parse(multipart("alternative", part("text/plain", "one"), part("text/plain", "two"))).text == "one\n\ntwo"
    assert parse(multipart("alternative", part("text/plain", "one"), part("text/enriched", "<bold>one"))).text == "one"


def test_related_in_alternative_in_mixed() -> None:
    picture = part("image/png", "x", "Content-ID: <1>")
    related = nested("related", HTML, picture, boundary="r")
    alternative = nested("alternative", PLAIN, related, boundary="a")
    mail = parse(multipart("mixed", alternative, FILE))
    assert mail.text == "plain words"
    assert [one.filename for one in mail.attachments] == ["image-1.png", "a.pdf"]


def test_alternative_in_related() -> None:
    mail = parse(
        multipart(
            "related", nested("alternative", PLAIN, HTML, boundary="a"), part("image/png", "x", "Content-ID: <1>")
        )
    )
    assert (mail.text, [one.inline for one in mail.attachments]) == ("plain words", [True])


def test_enriched_text_is_read_without_its_tags() -> None:
    assert parse(letter("<bold>Hello</bold> 1 << 2", "Content-Type: text/enriched")).text == "Hello 1 < 2"


def test_accelerated_pages_are_no_text_and_no_file() -> None:
    mail = parse(multipart("alternative", PLAIN, part("text/x-amp-html", "<html amp4email>"), HTML))
    assert (mail.text, mail.attachments) == ("plain words", ())


@pytest.mark.parametrize(
    "field",
    [
        "Content-Type: multipart/mixed; boundary==_b",
        'Content-Type: multipart/mixed boundary="=_b"',
        "Content-Type: multipart/mixed; BOUNDARY='=_b'",
        'Content-Type: multipart/mixed;\r\n\tboundary="=_b"',
        'Content-Type: multipart/mixed (comment); boundary="=_b" (more)',
        'Content-Type: multipart/mixed;; charset=x; boundary="=_b";',
        "Content-Type: multipart/mixed; boundary*0==; boundary*1=_b",
        'Content-Type: MULTIPART/MIXED; boundary="=_b  "',
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/mixed; boundary=another",
    ],
)
def test_boundaries(field: str) -> None:
    body = multipart("mixed", PLAIN, FILE).partition(b"\r\n\r\n")[2]
    mail = parse(letter(body, field))
    assert (mail.text, [one.data for one in mail.attachments]) == ("plain words", [b"%PDF"])


def test_similar_boundaries_are_told_apart() -> None:
    inner = nested("alternative", PLAIN, HTML, boundary="b-inner")
    mail = parse(multipart("mixed", inner, FILE, boundary="b"))
    assert (mail.text, len(mail.attachments)) == ("plain words", 1)


def test_blanks_after_a_boundary() -> None:
    raw = multipart("mixed", PLAIN, FILE).replace(b"--=_b\r\n", b"--=_b \t\r\n")
    assert [one.filename for one in parse(raw).attachments] == ["a.pdf"]


def test_preamble_and_epilogue_are_no_text() -> None:
    head, _, body = multipart("mixed", PLAIN, FILE).partition(b"\r\n\r\n")
    mail = parse(head + b"\r\n\r\nThis is a multi-part message in MIME format.\r\n" + body + b"\r\nepilogue\r\n")
    assert (mail.text, len(mail.attachments), list(mail.repairs)) == ("plain words", 1, [])


def test_closing_boundary_missing() -> None:
    mail = parse(multipart("mixed", PLAIN, part("text/plain", "cut off"))[: -len(b"\r\n--=_b--\r\n")])
    assert mail.text == "plain words\n\ncut off"
    assert "closing boundary missing" in mail.repairs


def test_inner_multipart_never_closed() -> None:
    inner = nested("alternative", PLAIN, HTML, boundary="inner").replace(b"--inner--\r\n", b"")
    mail = parse(multipart("mixed", inner, FILE))
    assert (mail.text, [one.filename for one in mail.attachments]) == ("plain words", ["a.pdf"])


def test_parts_after_the_closing_boundary_are_not_lost() -> None:
    mail = parse(multipart("mixed", PLAIN) + multipart("mixed", FILE).partition(b"\r\n\r\n")[2])
    assert [one.filename for one in mail.attachments] == ["a.pdf"]
    assert "parts after the closing boundary" in mail.repairs


def test_multipart_without_parts_is_text() -> None:
    mail = parse(letter("no parts here", "Content-Type: multipart/mixed; boundary=x"))
    assert mail.text == "no parts here"
    assert "multipart without parts" in mail.repairs
    assert parse(letter("", "Content-Type: multipart/mixed; boundary=x")).text == ""


def test_part_without_header() -> None:
    assert parse(multipart("mixed", b"\r\njust text", FILE)).text == "just text"
    assert parse(multipart("mixed", b"just text", FILE)).text == "just text"


@pytest.mark.parametrize("kind", ["text", "", "text/plain text", "no type at all", "/", "text plain; charset=utf-8"])
def test_broken_content_types_are_text(kind: str) -> None:
    assert parse(letter("words", f"Content-Type: {kind}")).text == "words"


def test_a_delivery_report_keeps_its_parts() -> None:
    report = multipart(
        "report; report-type=delivery-status",
        part("text/plain", "It failed."),
        part("message/delivery-status", "Action: failed"),
        part("message/rfc822", letter(subject="Lost")),
    )
    mail = parse(report)
    assert mail.text == "It failed."
    assert [one.filename for one in mail.attachments] == ["delivery-status.txt", "Lost.eml"]


def test_external_bodies_are_kept_and_not_fetched() -> None:
    body = "Content-Type: image/png\n\n"
    mail = parse(
        multipart("mixed", PLAIN, part("message/external-body; access-type=local-file; name=/etc/passwd", body))
    )
    assert [(one.filename, one.content_type) for one in mail.attachments] == [("passwd", "message/external-body")]
    assert b"root" not in mail.attachments[0].data
