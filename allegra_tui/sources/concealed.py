"""What a server was told in confidence, taken out of what it says."""

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote_plus

_SOME = 200
"""How much of a server's text goes into a message to people."""
_LONG = 24
_RUN = 12
"""Of a secret of `_LONG` characters, such as a token, so many in a row are hidden: a server may repeat a part."""
_HIDDEN = "***"


class Concealed:
    """What was sent and nobody else may see, should the server repeat it or a part of it."""

    def __init__(self) -> None:
        self._pieces: dict[int, set[str]] = {}

    def add(self, *secrets: str) -> None:
        """Hide these from now on."""
        for secret in filter(None, secrets):
            for written in _written(secret):
                length = _RUN if len(secret) >= _LONG else len(written)
                pieces = (written[at : at + length] for at in range(len(written) - length + 1))
                self._pieces.setdefault(length, set()).update(pieces)

    def forget(self) -> None:
        """Hide nothing any more of what was added so far."""
        self._pieces.clear()

    def words(self, text: bytes | str) -> str:
        """Return a server's text as people may read it in an error, without what is hidden; see `words`."""
        found = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        hidden = bytearray(len(found))
        for length, pieces in self._pieces.items():
            for at in range(len(found) - length + 1):
                if found[at : at + length] in pieces:
                    hidden[at : at + length] = b"\1" * length
        if not any(hidden):
            return words(found)
        runs = groupby(zip(hidden, found, strict=True), lambda each: each[0])
        return words("".join(_HIDDEN if is_hidden else "".join(char for _, char in run) for is_hidden, run in runs))


def words(text: bytes | str) -> str:
    """Return a server's text as people may read it in an error: Unicode, of bounded length, otherwise as it came."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = text.strip()
    return text if len(text) <= _SOME else f"{text[:_SOME]}…"


def _written(secret: str) -> Iterator[str]:
    """Yield how a secret may be written: also inside quotes (RFC 3501 9), by libraries, and in a form (RFC 6749 B)."""
    for text in (secret, secret.replace("\\", "\\\\").replace('"', '\\"')):
        yield text
        yield repr(text.encode())[2:-1]
    yield quote_plus(secret)
