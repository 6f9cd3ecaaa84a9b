"""The whole of reading a message: bytes to `Mail`, and the quick look at its header alone."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from allegra_tui.mail import body, machine, mime, quote
from allegra_tui.mail.header import Header, parse_header
from allegra_tui.mail.identity import content_hash
from allegra_tui.mail.repairs import Repairs
from allegra_tui.mail.sender import read_sender
from allegra_tui.mail.words import decode_line
from allegra_tui.model.mail import Envelope, Mail

MAX_TITLE = 250
NO_SUBJECT = "(no subject)"
MAX_REFERENCES = 100

_MAX_ID = 998
_ID = re.compile(rf"<[^<>\s]{{1,{_MAX_ID}}}>")


def parse(raw: bytes) -> Mail:
    """The message in `raw`, whatever the bytes are; what had to be mended is in `repairs`."""
    repairs = Repairs()
    raw = _lines(raw)
    root = mime.split(raw, repairs)
    header = root.header
    if not header:
        repairs.add("no header")
    hint = _text_charset(root)
    subject = _subject(header, repairs, hint)
    sender = read_sender(header, repairs, hint)
    text, attachments = body.read(raw, root, repairs, hint)
    visible = quote.visible(text, subject or "")
    return Mail(
        subject=subject,
        title=title(subject, visible),
        sender=sender,
        date=_date(header),
        message_id=_message_id(header),
        references=_references(header),
        text=text,
        visible_text=visible,
        attachments=attachments,
        machine=machine.detect(header, root.parameters, sender),
        authentication_results=_authentication_results(header),
        repairs=repairs.as_tuple(),
    )


def envelope(raw: bytes) -> Envelope:
    """What the header alone tells, and the content hash."""
    repairs = Repairs()
    raw = _lines(raw)
    header = parse_header(raw, 0, len(raw), message=True)
    return Envelope(
        content_hash=content_hash(raw, header),
        subject=_subject(header, repairs) or "",
        sender=read_sender(header, repairs),
        message_id=_message_id(header),
        date=_date(header),
    )


def header_source(raw: bytes) -> bytes:
    """The header of a message as it came, with what stood before it and without the empty line after it."""
    raw = _lines(raw)
    header = parse_header(raw, 0, len(raw), message=True)
    return raw[: header.body].rstrip(b"\r\n") + b"\n" if header else b""


def title(subject: str | None, text: str) -> str:
    """What an issue is called: the subject, else the first line of the text, cut to `MAX_TITLE` characters."""
    found = subject or _first_line(text) or NO_SUBJECT
    return found if len(found) <= MAX_TITLE else found[: MAX_TITLE - 1].rstrip() + "…"


def _first_line(text: str) -> str:
    """The first line with a word in it, without quote marks and Markdown's marks around it."""
    for line in text.split("\n", 200):
        words = " ".join(line[: 4 * MAX_TITLE].split()).strip("*#>_|- ")
        if any(character.isalnum() for character in words):
            return words
    return ""


def _text_charset(root: mime.Part) -> str | None:
    """The charset of the first text part, which is likely that of raw 8-bit bytes in the header as well."""
    pending = [root]
    while pending:
        part = pending.pop()
        if part.content_type.startswith("text/") and (label := part.parameters.token(b"charset")):
            return label
        pending.extend(reversed(part.children))
    return None


def _lines(raw: bytes) -> bytes:
    """A message whose lines end in CR alone gets LF, which everything here looks for."""
    return raw.replace(b"\r", b"\n") if b"\n" not in raw and b"\r" in raw else raw


def _subject(header: Header, repairs: Repairs, hint: str | None = None) -> str | None:
    value = header.get(b"subject")
    return None if value is None else decode_line(value, repairs, hint)


def _date(header: Header) -> datetime | None:
    """The Date field in UTC; None where it cannot be read."""
    value = header.get(b"date")
    if not value:
        return None
    try:
        parsed = parsedate_tz(value[:200].decode("latin-1"))
        if parsed is None:
            return None
        moment = datetime(*parsed[:6], tzinfo=UTC)
        return moment - timedelta(seconds=parsed[9] or 0)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _message_id(header: Header) -> str | None:
    """The Message-ID with its angle brackets, which are added where they are missing."""
    value = header.get(b"message-id")
    if not value:
        return None
    text = _plain(value)
    if found := _ID.search(text):
        return found[0]
    bare = "".join(text.strip("<> ").split())
    return f"<{bare[:_MAX_ID]}>" if bare else None


def _authentication_results(header: Header) -> tuple[str, ...]:
    return tuple(_plain(value) for value in header.all(b"authentication-results"))


def _references(header: Header) -> tuple[str, ...]:
    """The Message-IDs of the parents, nearest first: In-Reply-To, then References from its end."""
    found: dict[str, None] = {}
    for value in header.all(b"in-reply-to"):
        found.update(dict.fromkeys(_ID.findall(_plain(value))))
    for value in header.all(b"references"):
        found.update(dict.fromkeys(reversed(_ID.findall(_plain(value)))))
    found.pop(_message_id(header) or "", None)
    return tuple(found)[:MAX_REFERENCES]


def _plain(value: bytes) -> str:
    """A value that is ASCII by nature."""
    return value.decode("utf-8", "replace").replace("\0", "\ufffd")
