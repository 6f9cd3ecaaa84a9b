"""The mail that the benchmarks measure: a support mailbox's mixture, the same bytes for the same count and seed.

Of 100 messages 60 are short plain replies, 25 are HTML of 20 to 60 KB, 10 carry an attachment of 50 KB to 1 MB and
5 are odd. 2,000 messages come to about 98 MB.
"""

import base64
import binascii
import quopri
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

CRLF = b"\r\n"
DOMAIN = "mix.example"
SENDERS = tuple(f"person{number}@{DOMAIN}" for number in range(40))
"""Everybody who writes; a benchmark may register them."""

_BLOCK = 100
_START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_WORDS = """
    printer door invoice order delivery server password login window update network cable screen error report
    customer meeting Monday contract please thanks broken again since yesterday cannot open the a and with for not
    Rechnung Lieferung Störung Anmeldung Büro seit gestern wieder bitte Grüße für möglich größer Straße
""".split()  # noqa: SIM905  (text reads better than a list of words)


@dataclass(frozen=True)
class Parent:
    """An earlier message that a reply may answer."""

    message_id: str
    subject: str


class Mixer:
    """Makes messages one after the other from a seeded source of chance."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._parents: list[Parent] = []
        self._number = 0

    def random_bytes(self, size: int) -> bytes:
        """Return bytes that do not compress."""
        return self._random.randbytes(size)

    def words(self, count: int) -> str:
        """Return that many words in one line."""
        return " ".join(self._random.choices(_WORDS, k=count))

    def paragraph(self, count: int) -> str:
        """Return that many words in lines of a dozen."""
        return "\r\n".join(self.words(min(12, count - start)) for start in range(0, count, 12))

    def header(self, subject: str, *, parent: Parent | None = None, extra: str = "", remember: bool = True) -> bytes:
        """Return the fields every message has, without the content's."""
        self._number += 1
        message_id = f"<{self._number}.{self._random.getrandbits(48):x}@{DOMAIN}>"
        if remember:
            self._parents.append(Parent(message_id, subject))
        sender = self._random.choice(SENDERS)
        date = format_datetime(_START + timedelta(minutes=7 * self._number))
        relays = "".join(
            f"Received: from relay{hop}.{DOMAIN} (relay{hop}.{DOMAIN} [192.0.2.{hop}])\r\n"
            f"\tby mx{hop}.{DOMAIN} with ESMTPS id {self._random.getrandbits(60):x}; {date}\r\n"
            for hop in range(3)
        )
        thread = f"In-Reply-To: {parent.message_id}\r\nReferences: {parent.message_id}\r\n" if parent else ""
        name = sender.partition("@")[0].capitalize()
        return (
            f"{relays}From: {name} <{sender}>\r\nTo: Support <support@{DOMAIN}>\r\nSubject: {encoded(subject)}\r\n"
            f"Date: {date}\r\nMessage-ID: {message_id}\r\n{thread}{extra}MIME-Version: 1.0\r\n"
        ).encode("ascii")

    def reply(self) -> bytes:
        """A short plain answer with a quote and a signature."""
        parent = self._random.choice(self._parents) if self._parents else None
        subject = f"Re: {parent.subject}" if parent else self.words(5)
        text = (
            f"{self.paragraph(self._random.randint(8, 60))}\r\n\r\n"
            f"On Mon, 5 Jan 2026 at 09:12, Support <support@{DOMAIN}> wrote:\r\n"
            f"> {self.words(11)}\r\n> {self.words(9)}\r\n\r\n-- \r\n{self.words(2)}\r\n"
        )
        return self.header(subject, parent=parent, remember=False) + text_part(text)

    def html(self) -> bytes:
        """A message in text and HTML, the HTML of 20 to 60 KB as mail programs write it."""
        goal = self._random.randint(20_000, 60_000)
        rows: list[str] = []
        size = 0
        while size < goal * 0.78:
            row = (
                f'<tr><td style="padding:0 4px;font-family:Calibri,sans-serif;font-size:11pt">'
                f"<p class=MsoNormal><span>{self.words(14)}</span></p></td><td>{self.words(4)}</td></tr>\r\n"
            )
            rows.append(row)
            size += len(row)
        html = f"<html><head><style>p{{margin:0}}</style></head><body><table>{''.join(rows)}</table></body></html>"
        boundary = self._boundary()
        parts = [text_part(self.paragraph(120)), text_part(html, subtype="html")]
        return self.header(self.words(6)) + multipart("alternative", boundary, parts)

    def attachment(self) -> bytes:
        """A text with one attachment, so that the message is of 50 KB to 1 MB; mostly of bytes that do not compress."""
        size = int(46_000 * 18 ** self._random.random())
        if self._random.random() < 0.8:
            data, content_type, name = self._random.randbytes(size), "application/pdf", "scan.pdf"
        else:
            line = f"{self.words(12)}\n".encode()
            data, content_type, name = (line * (size // len(line) + 1))[:size], "text/x-log", "server.log"
        parts = [text_part(self.paragraph(40)), file_part(data, content_type, name)]
        return self.header(self.words(5)) + multipart("mixed", self._boundary(), parts)

    def odd(self) -> bytes:
        """One of the messages that are not as the standards want them."""
        makers: tuple[Callable[[], bytes], ...] = (
            lambda: self.header("") + b"\r\nno subject, no content type\r\n",
            lambda: self.header(self.words(4)) + text_part(self.paragraph(30), charset="iso-8859-1", label="x-nowhere"),
            lambda: self.header(self.words(4)) + text_part("Grüße", charset="cp1252", label="us-ascii"),
            lambda: self.header(self.words(4)) + multipart("mixed", self._boundary(), [self.reply()]),
            lambda: self.header(self.words(4), extra="Auto-Submitted: auto-replied\r\n") + text_part("I am away."),
            lambda: self.header(self.words(4)) + _nested(self.html()),
            lambda: self.header(self.words(4)) + multipart("mixed", self._boundary(), [text_part("cut")])[:-20],
            lambda: self.header(self.words(40), extra=f"X-Long: {'x' * 5_000}\r\n") + text_part(self.paragraph(300)),
            lambda: self.header(self.words(4)) + _broken_base64(self._random.randbytes(3_000)),
            lambda: b"Subject: no sender\r\n\r\n" + self.paragraph(20).encode() + CRLF,
        )
        return self._random.choice(makers)()

    def block(self) -> list[bytes]:
        """Return 100 messages in the proportions named above, in mixed order."""
        kinds = [self.reply] * 60 + [self.html] * 25 + [self.attachment] * 10 + [self.odd] * 5
        self._random.shuffle(kinds)
        return [kind() for kind in kinds]

    def _boundary(self) -> str:
        return f"=_{self._random.getrandbits(80):x}"


def messages(count: int = 2_000, seed: int = 1) -> Iterator[bytes]:
    """Yield `count` messages with CRLF line ends. The proportions hold for each hundred."""
    mixer = Mixer(seed)
    for start in range(0, count, _BLOCK):
        yield from mixer.block()[: count - start]


def text_part(text: str, *, subtype: str = "plain", charset: str = "utf-8", label: str | None = None) -> bytes:
    """Return content fields and a quoted-printable text; `label` is the charset named where it is another one."""
    body = quopri.encodestring(text.replace("\r\n", "\n").encode(charset)).replace(b"\n", CRLF)
    head = f'Content-Type: text/{subtype}; charset="{label or charset}"\r\n'
    return f"{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + body + CRLF


def file_part(data: bytes, content_type: str, name: str) -> bytes:
    """Return content fields and a file in base64."""
    head = (
        f'Content-Type: {content_type}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode("ascii") + base64_lines(data)


def multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    """Return content fields and the parts between their boundaries."""
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    line = f"--{boundary}".encode("ascii")
    return head + b"".join(line + CRLF + part + CRLF for part in parts) + line + b"--" + CRLF


def base64_lines(data: bytes) -> bytes:
    """Return base64 in lines of 76 characters with CRLF."""
    return base64.encodebytes(data).replace(b"\n", CRLF)


def encoded(subject: str) -> str:
    """Return a subject as header text: encoded words where it is not ASCII, folded."""
    if subject.isascii():
        return subject
    pieces = (subject[start : start + 24] for start in range(0, len(subject), 24))
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(piece.encode(), newline=False).decode('ascii')}?=" for piece in pieces
    )


def _nested(message: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" + message


def _broken_base64(data: bytes) -> bytes:
    body = base64_lines(data)
    return b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body[:700] + b"?=*" + body[701:]
