"""A mail server each word of which is hostile: greeting, capabilities, folder names, refusals, headers and bodies."""

import itertools

from tests.console.world import letter
from tests.hostile.strings import STRINGS
from tests.servers.scripted import FakeImap, Talk

LINES = [text.translate({10: " ", 13: " ", 0: " "}).encode("utf-8", "surrogatepass") for text in STRINGS.values()]
"""The hostile strings as a line of a protocol can hold them."""


def letters() -> list[bytes]:
    """Messages with each hostile string in every field that people are shown, raw and in encoded words."""
    found: list[bytes] = []
    for text in STRINGS.values():
        raw = text.translate({10: " ", 13: " ", 0: " "}).encode("utf-8", "surrogatepass").decode("latin-1")
        word = "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))[:300] + "?="
        for subject in (raw, word):
            name = subject.replace('"', "")
            found.append(
                letter(
                    subject,
                    text.encode("utf-8", "surrogatepass").decode("latin-1"),
                    f'"{name}" <mallory@example.org>',
                    message_id=f"<{len(found)}@example.org>",
                    headers=(f"X-{len(found)}: {raw}",),
                    files=((f"{name}.txt", b"x"),),
                )
            )
        found.append(letter("Refused", text.encode("utf-8", "replace").decode("latin-1"), f"{raw} nobody at all"))
    return [one.decode().encode("latin-1", "replace") for one in found]


class HostileImap(FakeImap):
    """Says every sentence with another hostile string, logs everybody in or nobody, and has hostile mail."""

    def __init__(self, *, refuse: str = "") -> None:
        super().__init__(dict(enumerate(letters(), 1)))
        self._lines = itertools.cycle(LINES)
        self._refuse = refuse

    @property
    def _line(self) -> bytes:
        return next(self._lines)

    def __call__(self, talk: Talk) -> None:
        self.greeting = b"* OK [X-" + self._line + b"] " + self._line + b"\r\n"
        super().__call__(talk)

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == self._refuse:
            talk.send(f"{tag} NO ".encode() + self._line + b"\r\n")
        elif name == "CAPABILITY":
            talk.send(b"* CAPABILITY IMAP4rev1 UIDPLUS X-" + self._line.replace(b" ", b"-") + b"\r\n")
            self.complete(talk, tag, name, command)
        elif name == "LIST":
            for _ in LINES:
                talk.send(b'* LIST () "/" "' + self._line.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"\r\n')
            self.complete(talk, tag, name, command)
        else:
            super().answer(talk, tag, name, command)

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        talk.send(f"{tag} OK ".encode() + self._line + b"\r\n")
