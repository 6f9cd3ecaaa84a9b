"""Servers that repeat what they were given in confidence: whole, in part, and long after."""

import base64
import json
from contextlib import suppress
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers.authorization import CLIENT, AuthorizationServer, Form, Reply
from tests.servers.scripted import FakeImap, FakePop3, Talk


class Echo(FakeImap):
    """A server that quotes what it does not like, as some do: the log-in with its password."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "LOGIN":
            talk.send(f"{tag} BAD what is {command}?\r\n".encode())
        else:
            super().answer(talk, tag, name, command)


class Garbage(FakeImap):
    """A server that repeats the log-in as a terminal would."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "LOGIN":
            talk.send(f"{tag} {command}\r\n".encode())
            talk.hang_up()
        super().answer(talk, tag, name, command)


class EchoPop3(FakePop3):
    """The same in POP3."""

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name == "PASS":
            talk.send(b"-ERR what is " + talk._received[-1] + b"\r\n")
        else:
            super().answer(talk, name, numbers)


class Late(FakeImap):
    """Lets everybody in, and repeats the log-in when the folder is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._given = ""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name in ("SELECT", "EXAMINE"):
            talk.send(f"{tag} NO you said {self._given}\r\n".encode())
            return
        if name in ("LOGIN", "AUTHENTICATE"):
            self._given = command
        super().answer(talk, tag, name, command)


class Parting(Late):
    """Lets everybody in, and says good-bye with the log-in."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name in ("SELECT", "EXAMINE"):
            talk.send(f"* BYE remember {self._given}\r\n".encode())
            talk.hang_up()
        super().answer(talk, tag, name, command)


class TokenImap(FakeImap):
    """Refuses every token and repeats it: decoded within its JSON, and as it came in its answer; from a place on."""

    capabilities = "IMAP4rev1 UIDPLUS SASL-IR AUTH=XOAUTH2"

    def __init__(self, begins: int = 0) -> None:
        super().__init__()
        self._begins = begins

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name != "AUTHENTICATE":
            return super().answer(talk, tag, name, command)
        given = command.split()[-1]
        with suppress(ValueError):
            said = base64.b64decode(given)[self._begins :].replace(b"\1", b" ")
            talk.send(b"+ " + base64.b64encode(b'{"status": "' + said + b'"}') + b"\r\n")
            talk.line()
        return talk.send(f"{tag} NO what is {given[self._begins :]}?\r\n".encode())


class TokenImapToTheLast(Late):
    """Takes every token, and repeats it when the folder is opened."""

    capabilities = TokenImap.capabilities


class TokenPop3(FakePop3):
    """The same in POP3."""

    capabilities: ClassVar[tuple[str, ...]] = ("UIDL", "TOP", "SASL XOAUTH2")  # type: ignore[misc]

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name != "AUTH":
            return super().answer(talk, name, numbers)
        talk.send(b"+ \r\n")
        given = talk.line()
        talk.send(b"+ " + base64.b64encode(base64.b64decode(given).replace(b"\1", b" ")) + b"\r\n")
        talk.line()
        return talk.send(b"-ERR what is " + given + b"?\r\n")


class EchoProvider(AuthorizationServer):
    """Repeats what it is asked as its error; with `tokens`, it gives these instead to whom it knows."""

    def reset(self) -> None:
        super().reset()
        self.status = 400
        self.tokens: Form = {}

    def _answer(self, path: str, form: Form) -> Reply:
        if self.tokens and form.get("client_id") == CLIENT:
            self.answers = [lambda: _json({**self.tokens, "token_type": "Bearer", "expires_in": 3600})]
        elif not self.answers:
            asked = urlencode(form)
            plain = " ".join(form.values())
            self.answers = [lambda: _json({"error": plain, "error_description": f"{plain} {asked}"}, self.status)]
        return super()._answer(path, form)


def _json(told: object, status: int = 200) -> Reply:
    return status, json.dumps(told).encode()
