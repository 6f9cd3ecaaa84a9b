"""Who a message says it is from: trusted in one form only, readable in most."""

import pytest

from allegra_tui.mail import envelope, parse
from allegra_tui.model.verdict import Reason
from tests.mail.letters import letter


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("anna@example.org", "anna@example.org", ""),
        ("Anna Meier <anna@Example.ORG>", "anna@example.org", "Anna Meier"),
        ('"Meier, Anna" <anna@example.org>', "anna@example.org", "Meier, Anna"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "j@example.org", "Jürgen"),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@example.org>', "j@example.org", "Jürgen"),
        ("Jürgen <j@example.org>", "j@example.org", "Jürgen"),
        ("Anna\r\n Meier\r\n <anna@example.org>", "anna@example.org", "Anna Meier"),
        ("anna@example.org <anna@example.org>", "anna@example.org", "anna@example.org"),
        (
            "=?utf-8?q?evil=40x=2Eorg=20=3Cevil=40x=2Eorg=3E?= <anna@example.org>",
            "anna@example.org",
            "evil@x.org <evil@x.org>",
        ),
    ],
)
def test_trusted(value: str, address: str, name: str) -> None:
    sender = parse(letter(sender=value)).sender
    assert sender.trusted
    assert (str(sender.address), sender.reading, sender.name) == (address, address, name)
    assert envelope(letter(sender=value)).sender == sender


@pytest.mark.parametrize(
    ("value", "reason", "reading"),
    [
        ("alice@good.example)bob@evil.example", Reason.SENDER_AMBIGUOUS, None),
        ("a@good.example, b@evil.example", Reason.SENDER_AMBIGUOUS, None),
        ("good@good.example <b@evil.example>", Reason.SENDER_AMBIGUOUS, "b@evil.example"),
        ("Group: a@b.org;", Reason.SENDER_AMBIGUOUS, "a@b.org"),
        ("Pete (comment) <pete(his account)@silly.example>", Reason.SENDER_AMBIGUOUS, "pete@silly.example"),
        ("MAILER-DAEMON", Reason.SENDER_MISSING, None),
        ("undisclosed:;", Reason.SENDER_MISSING, None),
        ("", Reason.SENDER_MISSING, None),
        ("=?utf-8?q?anna=40example=2Eorg?=", Reason.SENDER_MISSING, "anna@example.org"),
        ("Anna <anna@>", Reason.SENDER_MALFORMED, "anna@"),
        ("Anna <jürgen@example.org>", Reason.SENDER_MALFORMED, "jürgen@example.org"),
        ("<@relay.org,@mx.org:anna@example.org>", Reason.SENDER_MALFORMED, "anna@example.org"),
        ("Anna <mailto:anna@example.org>", Reason.SENDER_MALFORMED, "anna@example.org"),
        ("Anna <anna@example.org>; Bob <bob@example.org>", Reason.SENDER_AMBIGUOUS, "anna@example.org"),
        ("Anna <anna @ example. org>", Reason.SENDER_MALFORMED, "anna@example.org"),
        ('"Anna Meier"@example.org', Reason.SENDER_AMBIGUOUS, '"AnnaMeier"@example.org'),
        ("!an??:=m==fr2@[C", Reason.SENDER_AMBIGUOUS, None),
        ("a\x00b@example.org", Reason.SENDER_MALFORMED, None),
    ],
)
def test_refused(value: str, reason: Reason, reading: str | None) -> None:
    sender = parse(letter(sender=value)).sender
    assert not sender.trusted
    assert sender.problem is reason
    assert sender.detail
    if reading is not None:
        assert sender.reading == reading


def test_a_from_field_is_not_taken_for_an_mbox_line() -> None:
    assert str(parse(b"From : Anna <anna@example.org>\r\nSubject: x\r\n\r\n").sender.address) == "anna@example.org"


def test_two_from_fields_decide_nothing() -> None:
    sender = parse(letter("x", "From: evil@x.org")).sender
    assert (sender.address, sender.problem, sender.reading) == (None, Reason.SENDER_AMBIGUOUS, "anna@example.org")
    assert sender.detail == "There are 2 From fields."


def test_two_from_fields_of_which_one_is_empty_decide_nothing_either() -> None:
    assert parse(letter("x", "From:")).sender.problem is Reason.SENDER_AMBIGUOUS


def test_without_from_other_fields_give_a_reading_only() -> None:
    sender = parse(b"Sender: Anna <anna@example.org>\r\n\r\nx").sender
    assert (sender.address, sender.problem, sender.reading) == (None, Reason.SENDER_MISSING, "anna@example.org")
    assert sender.detail == "There is no From field."
    assert parse(b"Subject: x\r\n\r\n").sender.reading is None
