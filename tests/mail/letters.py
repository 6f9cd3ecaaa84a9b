"""Small messages for the tests, put together from their parts."""

import base64

CRLF = "\r\n"


def letter(
    body: str | bytes = "text", *fields: str, subject: str | None = "Hello", sender: str = "Anna <anna@example.org>"
) -> bytes:
    """A message of those header fields and that body; without a Content-Type among `fields` it is plain UTF-8."""
    lines = [f"From: {sender}"]
    if subject is not None:
        lines.append(f"Subject: {subject}")
    lines.append("MIME-Version: 1.0")
    lines.extend(fields)
    if not any(field.lower().startswith("content-type") for field in fields):
        lines.append("Content-Type: text/plain; charset=utf-8")
    content = body.replace("\n", CRLF).encode() if isinstance(body, str) else body
    return CRLF.join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content


def part(content_type: str, body: str | bytes, *fields: str) -> bytes:
    """A part of a multipart: header and body."""
    content = body.replace("\n", CRLF).encode() if isinstance(body, str) else body
    return (
        CRLF.join([f"Content-Type: {content_type}", *fields]).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content
    )


def file(name: str, data: bytes, content_type: str = "application/pdf") -> bytes:
    """A part that is an attachment in base64."""
    return part(
        content_type,
        base64.encodebytes(data).replace(b"\n", b"\r\n"),
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    )


def multipart(kind: str, *parts: bytes, boundary: str = "=_b", fields: tuple[str, ...] = ()) -> bytes:
    """A message of several parts."""
    return letter(joined(parts, boundary), f'Content-Type: multipart/{kind}; boundary="{boundary}"', *fields)


def nested(kind: str, *parts: bytes, boundary: str) -> bytes:
    """A multipart that is a part itself."""
    return part(f'multipart/{kind}; boundary="{boundary}"', joined(parts, boundary))


def joined(parts: tuple[bytes, ...], boundary: str) -> bytes:
    """Parts between their boundaries."""
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + one + b"\r\n" for one in parts) + line + b"--\r\n"
