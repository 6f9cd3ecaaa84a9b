"""How the sample mail is put together: letters as mail programs write them, and odd ones byte by byte."""

import io
import random
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

DOMAIN = "nordwind.example"


def message_id(name: str) -> str:
    """Return the Message-ID of the letter with this name, so that others can answer it."""
    return f"<{name}@{DOMAIN}>"


class Mailbag:
    """The letters to one address, in the order in which they arrive, a few minutes apart."""

    def __init__(self, to: str, start: datetime) -> None:
        self._to = to
        self._sent = start
        self._letters: list[EmailMessage | bytes] = []

    def letter(
        self,
        sender: str,
        subject: str,
        text: str,
        *,
        name: str = "",
        answers: str = "",
        html: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> EmailMessage:
        """Add a letter and return it, to be given attachments. `answers` is the name of the letter it replies to."""
        letter = EmailMessage(policy=SMTP)
        letter["From"] = sender
        letter["To"] = self._to
        letter["Subject"] = subject
        letter["Date"] = self._next_time()
        letter["Message-ID"] = message_id(name or f"letter-{len(self._letters)}.{self._to.partition('@')[0]}")
        if answers:
            letter["In-Reply-To"] = letter["References"] = message_id(answers)
        for field, value in (headers or {}).items():
            letter[field] = value
        if text:
            letter.set_content(text)
        if html and text:
            letter.add_alternative(html, subtype="html")
        elif html:
            letter.set_content(html, subtype="html")
        self._letters.append(letter)
        return letter

    def odd(self, head: str, body: str, charset: str = "utf-8") -> None:
        """Add a message as it stands; only To and Date are added. Lines end in LF here and in CRLF in the message."""
        date = format_datetime(self._next_time())
        whole = f"To: {self._to}\nDate: {date}\n{head.strip()}\n\n{body}"
        self._letters.append(whole.encode(charset).replace(b"\n", b"\r\n"))

    def again(self, name: str) -> None:
        """Deliver a letter a second time, by another way: the Received field differs, the content does not."""
        whole = next(raw for raw in self.messages() if f"Message-ID: {message_id(name)}".encode() in raw)
        self._letters.append(b"Received: from backup-relay.nordwind.example by mx2.nordwind.example\r\n" + whole)

    def messages(self) -> list[bytes]:
        """Return every letter as bytes with CRLF line ends."""
        return [letter if isinstance(letter, bytes) else letter.as_bytes() for letter in self._letters]

    def _next_time(self) -> datetime:
        self._sent += timedelta(minutes=7)
        return self._sent


def attach(letter: EmailMessage, data: bytes, content_type: str, filename: str) -> None:
    """Attach a file to a letter."""
    maintype, _, subtype = content_type.partition("/")
    letter.add_attachment(data, maintype=maintype, subtype=subtype, filename=filename)


def embed(letter: EmailMessage, data: bytes, name: str) -> None:
    """Put a PNG into a letter's HTML, which shows it as `cid:name`."""
    for part in letter.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            part.add_related(data, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
            return
    raise ValueError("a letter without HTML shows no picture")


def picture(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Return a PNG that shades from a colour to white (PNG specification, colour type 2)."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            share = (x + y) / (width + height)
            rows += bytes(round(part + (255 - part) * share) for part in colour)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pdf(line: str) -> bytes:
    """Return a PDF of one page that says one line of ASCII."""
    page = f"BT /F1 18 Tf 72 720 Td ({line}) Tj ET".encode("ascii")
    font = b"<< /F1 4 0 R >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font %s >> >>" % font,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
    )
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def recording(size: int) -> bytes:
    """Return bytes that do not compress, the same each time."""
    return random.Random(size).randbytes(size)  # noqa: S311  (sample data)
