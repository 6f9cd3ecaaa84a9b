"""The same message by any way has one hash; different ones have different hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import envelope
from tests.mail.letters import file, letter, multipart, part

MESSAGE = multipart(
    "mixed",
    part("text/plain", "one\ntwo"),
    file("a.bin", bytes(range(256)) * 5_000),
    fields=("Message-ID: <a@b>", "Date: x"),
)


def content_hash(raw: bytes) -> str:
    return envelope(raw).content_hash


@pytest.mark.parametrize(
    "same",
    [
        MESSAGE.replace(b"\r\n", b"\n"),
        MESSAGE.rstrip(b"\r\n"),
        MESSAGE + b"\r\n",
        b"Received: from x by y\r\n" + MESSAGE,
        b"Return-Path: <anna@example.org>\r\nDelivered-To: x\r\nX-UID: 7\r\n" + MESSAGE,
        b"From anna Mon Jan  5 10:00:00 2026\n" + MESSAGE,
    ],
)
def test_same(same: bytes) -> None:
    assert content_hash(same) == content_hash(MESSAGE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"one", b"One"),
        (b"Subject: Hello", b"Subject: Hallo"),
        (b"<a@b>", b"<c@b>"),
        (b"anna@", b"bob@"),
        (b"Date: x", b"Date: y"),
    ],
)
def test_different(old: bytes, new: bytes) -> None:
    assert content_hash(MESSAGE.replace(old, new, 1)) != content_hash(MESSAGE)


def test_without_message_id_the_content_decides() -> None:
    assert content_hash(letter("one")) == content_hash(letter("one"))
    assert content_hash(letter("one")) != content_hash(letter("two"))


def test_values_do_not_run_into_each_other() -> None:
    one = b"From: a\r\nSubject: b\r\n\r\n"
    assert content_hash(one) != content_hash(b"From: ab\r\nSubject:\r\n\r\n")
    assert content_hash(b"Subject: a\r\nSubject: b\r\n\r\n") != content_hash(b"Subject: ab\r\n\r\n")
    assert content_hash(b"Subject: a\r\n\r\n") != content_hash(b"Date: a\r\n\r\n")


def test_a_fold_elsewhere_does_not_count_but_words_do() -> None:
    assert content_hash(b"Subject: a b\r\n\r\n") == content_hash(b"Subject: a\r\n b\r\n\r\n")


@given(st.lists(st.sampled_from([b"\r\n", b"a", b"--", b" "]), max_size=30))
def test_line_ends_never_count(pieces: list[bytes]) -> None:
    raw = b"From: a@b.org\r\n\r\n" + b"".join(pieces)
    assert content_hash(raw) == content_hash(raw.replace(b"\r\n", b"\n"))


def test_the_hash_is_hex_of_sha256() -> None:
    assert len(content_hash(b"")) == 64
    assert int(content_hash(b""), 16) >= 0
