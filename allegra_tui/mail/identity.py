"""What makes two downloads the same message: a hash that POP3, IMAP and Maildir agree on."""

import hashlib

from allegra_tui.mail.header import Header, unfold

_FIELDS = (b"from", b"date", b"subject", b"message-id")
_PIECE = 1 << 20


def content_hash(raw: bytes, header: Header) -> str:
    """Hex SHA-256 over the raw From, Date, Subject and Message-ID values and the bytes after the header.

    Other fields change on the way (Received) or with the download. Line endings and blank lines at the end do too, so
    neither CR nor white space at the end of the body counts. Lengths in between keep one value from running into the
    next.
    """
    digest = hashlib.sha256()
    for name in _FIELDS:
        values = header.raw(name)
        digest.update(b"%s %d\n" % (name, len(values)))
        for value in values:
            flat = unfold(value)
            digest.update(b"%d\n%s\n" % (len(flat), flat))
    end = len(raw.rstrip(b"\r\n"))
    for at in range(header.body, end, _PIECE):
        digest.update(raw[at : min(at + _PIECE, end)].translate(None, b"\r"))
    return digest.hexdigest()
