"""Messages made to cost time or memory; shared by the tests and the benchmark."""

import struct
from collections.abc import Callable

HEAD = b"From: Anna <anna@example.org>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"


def plain(text: str | bytes) -> bytes:
    """A plain message with that text."""
    body = text.encode() if isinstance(text, str) else text
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body


def html(source: str) -> bytes:
    """A message with that HTML and nothing else."""
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + source.encode()


def with_header(name: bytes, value: bytes) -> bytes:
    """A message with that field in its header."""
    return HEAD + name + b": " + value + b"\r\n\r\ntext\r\n"


def parts(count: int) -> bytes:
    """A message of that many parts side by side."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def levels(count: int) -> bytes:
    """Parts nested that deep, each with a boundary of its own."""
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(count)
    )
    closing = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(count)))
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\ndeep\r\n" + closing


def one_boundary(count: int) -> bytes:
    """Parts nested that deep that all say the same boundary."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * count + b"\r\ntext\r\n"


def similar_boundaries(count: int) -> bytes:
    """Lines that begin like the boundary and are none."""
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--bx\r\n" * count
        + b"--b\r\n\r\ntext\r\n--b--\r\n"
    )


def attachment(megabytes: int) -> bytes:
    """A message with an attachment of that size in base64."""
    line = b"QUJD" * 19 + b"\r\n"
    lines = megabytes * (1 << 20) // 57
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\n"
        + b'Content-Type: application/octet-stream; name="big.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + line * lines
        + b"--b--\r\n"
    )


def encoded(encoding: bytes, body: bytes) -> bytes:
    """A message whose only part is a file in that transfer encoding."""
    return (
        HEAD
        + b"Content-Type: application/octet-stream; name=file.bin\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
        + body
    )


def rich_text(run: bytes) -> bytes:
    """A message's text in compressed RTF, 20 MB when it is expanded."""
    packed = struct.pack("<II4sI", 0, 20_000_000, b"LZFu", 0) + b"\0{\\rtf1  " + run * 200_000
    properties = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed
    return struct.pack("<BHHI", 1, 0x9003, 0, len(properties)) + properties


def winmail(body: bytes) -> bytes:
    """A winmail.dat with that after its signature and key."""
    content = b"\x78\x9f\x3e\x22\x01\x00" + body
    return (
        HEAD
        + b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: binary\r\n\r\n'
        + content
    )


def forwarded(count: int) -> bytes:
    """A winmail.dat with so many attached messages, each of a megabyte of RTF once it is expanded."""
    words = b"{\\rtf1\\ansi\\ansicpg1 " + b"\\'e4{}" * 8
    said = b"".join(b"\0" + words[at : at + 8] for at in range(0, len(words) // 8 * 8, 8))
    start = 207 + len(words) // 8 * 8
    again = (struct.pack(">H", ((start - 18 + 17 * number) % 4096) << 4 | 15) for number in range(60_000))
    said += b"".join(b"\xff" + b"".join(next(again) for _ in range(8)) for _ in range(7_500))
    packed = struct.pack("<II4sI", 0, 20_000_000, b"LZFu", 0) + said
    text = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed
    message = b"\x78\x9f\x3e\x22\x01\x00" + struct.pack("<BHHI", 1, 0x9003, 0, len(text)) + text + b"\0\0"
    data = bytes.fromhex("0703020000000000c000000000000046") + message
    padded = data + bytes(-len(data) % 4)
    file = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(data)) + padded
    start_of_file = struct.pack("<BHHI", 2, 0x9002, 0, 0) + b"\0\0"
    return winmail((start_of_file + struct.pack("<BHHI", 2, 0x9005, 0, len(file)) + file + b"\0\0") * count)


CASES: dict[str, Callable[[], bytes]] = {
    "From of 80 KB": lambda: b"From: " + b"a@b.c, " * 11_700 + b"\r\nSubject: x\r\n\r\ntext",
    "From of 80 KB, quotes": lambda: b"From: " + b'"' * 80_000 + b"<a@b.c>\r\n\r\ntext",
    "From of 80 KB, comments": lambda: b"From: " + b"(" * 40_000 + b")" * 40_000 + b"<a@b.c>\r\n\r\ntext",
    "100,000 semicolons": lambda: with_header(b"Content-Type", b"text/plain" + b";" * 100_000),
    "quote and 100,000 semicolons": lambda: with_header(b"Content-Type", b'text/plain; name="' + b";" * 100_000),
    "parameters": lambda: with_header(b"Content-Type", b"text/plain" + b"; a*1*=%41" * 10_000),
    "5,000 encoded words": lambda: with_header(b"X-Subject", b"x").replace(
        b"Subject: Hello", b"Subject: " + b"=?utf-8?q?x?= =?iso-8859-1?b?4Q==?=\r\n " * 2_500
    ),
    "encoded words never closed": lambda: HEAD.replace(b"Hello", b"=?utf-8?q?" * 6_000) + b"\r\ntext",
    "subject of 100 KB": lambda: HEAD.replace(b"Hello", b"=" * 100_000) + b"\r\ntext",
    "100,000 fields": lambda: HEAD + b"X: y\r\n" * 100_000 + b"\r\ntext",
    "200,000 broken header lines": lambda: HEAD + b"broken\r\n" * 200_000 + b"\r\ntext",
    "broken and known header lines": lambda: HEAD + b"broken line\r\nX-A: b\r\n" * 50_000 + b"\r\ntext",
    "folds": lambda: HEAD + b"X-A: a" + b"\r\n b" * 200_000 + b"\r\n\r\ntext",
    "references": lambda: with_header(b"References", b"<a@b> " * 20_000 + b"<" * 20_000),
    "50,000 parts": lambda: parts(50_000),
    "5,000 levels": lambda: levels(5_000),
    "50,000 levels of one boundary": lambda: one_boundary(50_000),
    "similar boundaries": lambda: similar_boundaries(500_000),
    "1 MB of HTML": lambda: html("<p>Hello <b>world</b>, this is text.</p>\n" * 25_000),
    "1 MB of HTML tables": lambda: html("<table>" + "<tr><td>a</td><td>b</td></tr>\n" * 34_000 + "</table>"),
    "10 MB of HTML": lambda: html("<p>Hello <b>world</b>, this is text.</p>\n" * 250_000),
    "100,000 nested div": lambda: html("<div>" * 100_000 + "text"),
    "100,000 nested tables": lambda: html("<table><tr><td>" * 100_000 + "text"),
    "comments never closed": lambda: html("<!--" * 50_000),
    "comments": lambda: html("<!-- x -->" * 50_000 + "text"),
    "HTML of <": lambda: html("<" * 1_000_000),
    "HTML of <p>": lambda: html("<p>" * 330_000),
    "HTML of <a>": lambda: html("<a href=x>" * 100_000 + "text"),
    "HTML of <pre>": lambda: html("<pre>\n" * 160_000),
    "HTML of &": lambda: html("&#" + "9" * 1_000_000 + ";"),
    "HTML of brackets": lambda: html("[" * 300_000 + "](" * 300_000),
    "HTML of links": lambda: html("<p>" + "[a](javascript:" * 60_000),
    "HTML of data": lambda: html("data:" * 60_000 + ";base64," + "A" * 600_000),
    "text/enriched of <": lambda: plain("<a" * 500_000).replace(b"text/plain", b"text/enriched"),
    "200 KB of >": lambda: plain(">" * 200_000),
    "lines of >": lambda: plain("text\n" + ">\n" * 100_000),
    "200 KB of On": lambda: plain("On " * 70_000),
    "lines of On": lambda: plain("On " * 100 + "\n" + "On a:\n" * 40_000),
    "lines of attributions": lambda: plain("On 3 May 2026 at 10:00, A <a@b.c> wrote:\n" * 5_000),
    "attributions and quotes": lambda: plain("On 3 May 2026 at 10:00, A <a@b.c> wrote:\n> x\ntext\n\n" * 5_000),
    "200 KB of Am": lambda: plain("Am " * 70_000),
    "lines of Am": lambda: plain("text\n" + "Am\n" * 70_000),
    "200 KB of -": lambda: plain("-" * 200_000),
    "lines of -": lambda: plain("text\n" + "---\n" * 50_000),
    "lines of -- ": lambda: plain("text\n" + "-- \n" * 50_000),
    "lines of _": lambda: plain("text\n" + "_____\na\n\n" * 25_000),
    "200 KB of blanks": lambda: plain("text" + " " * 200_000 + "text"),
    "lines of blanks": lambda: plain("text\n" + " \n" * 100_000 + "text"),
    "lines of From:": lambda: plain("text\n" + "From: a\n" * 25_000),
    "200 KB of `": lambda: plain("```\n" * 50_000),
    "1 MB in one line": lambda: plain("x" * 1_000_000),
    "notice beside HTML": lambda: (
        HEAD
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nHTML only\r\n"
        + b"--b\r\nContent-Type: text/html\r\n\r\n"
        + b"<p>Hello <b>world</b></p>\r\n" * 30_000
        + b"--b--\r\n"
    ),
    "500 parts of HTML": lambda: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>" * 5_000 + b"\r\n") * 490
    ),
    "quoted-printable of =": lambda: encoded(b"quoted-printable", b"=" * 2_000_000),
    "quoted-printable of = and blanks": lambda: encoded(b"quoted-printable", b"= " * 500_000 + b"=" + b" " * 500_000),
    "base64 of =": lambda: encoded(b"base64", b"QQ==" * 500_000),
    "10 MB of padded base64": lambda: encoded(b"base64", b"QQ==" * 2_500_000),
    "base64 of noise": lambda: encoded(b"base64", b"\x00\xff!" * 700_000),
    "uuencode": lambda: encoded(b"x-uuencode", b"begin 644 a\n" * 100_000),
    "uuencoded text": lambda: plain("begin 644 a\n" * 60_000 + "\nend\n"),
    "charset unknown, 2 MB": lambda: plain(bytes(range(128, 256)) * 16_000).replace(b"utf-8", b"x-nothing"),
    "winmail.dat with counts": lambda: winmail(
        b"\x01\x03\x90\x06\x00\x10\x00\x00\x00\xff\xff\xff\xff\x02\x10\x01\x00\xff\xff\xff\xff" + b"\x00" * 8
    ),
    "winmail.dat of attributes": lambda: winmail(b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00" * 100_000),
    "winmail.dat of RTF groups": lambda: winmail(rich_text(b"\xff" + struct.pack(">H", 0x000F) * 8)),
    "winmail.dat of RTF words": lambda: winmail(rich_text(b"\0\\u1?\\f1 ")),
    "winmail.dat of messages": lambda: forwarded(20),
    "attachment of 25 MB": lambda: attachment(25),
}
"""What each costs has to stay below two seconds and 300 MB."""
