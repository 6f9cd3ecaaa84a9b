"""Logging in with a token: what goes over the wire, and what of a server's answer is told."""

import base64
from typing import ClassVar

import pytest

from allegra_tui.model.credential import BearerToken, Credential
from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.sources import LoginError, SourceError, open_source, sasl
from tests.servers.scripted import FakeImap, FakePop3, Script, Talk, scripted

XOAUTH2 = b"user=user\1auth=Bearer t0ken\1\1"


def bearer(host: str, port: int, user: bytes = b"user") -> bytes:
    return b"n,a=%s,\1host=%s\1port=%d\1auth=Bearer t0ken\1\1" % (user, host.encode(), port)


class Imap(FakeImap):
    """Takes one token; any other is refused with a JSON error, or whatever a test puts there."""

    def __init__(self, capabilities: str, error: bytes = b'{"status":"invalid_token","scope":"mail"}') -> None:
        super().__init__()
        self.capabilities = f"IMAP4rev1 {capabilities}"
        self.error = error
        self.said: list[bytes] = []

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name != "AUTHENTICATE":
            return super().answer(talk, tag, name, command)
        initial = command.split()[2:]
        if not initial:
            talk.send(b"+ \r\n")
            initial = [talk.line().decode()]
        self.said.append(base64.b64decode(initial[0]))
        if b"t0ken" in self.said[-1]:
            return talk.send(f"{tag} OK in\r\n".encode())
        talk.send(b"+ " + base64.b64encode(self.error) + b"\r\n")
        self.said.append(base64.b64decode(talk.line()))
        return talk.send(f"{tag} NO [AUTHENTICATIONFAILED] not you\r\n".encode())


class Pop3(FakePop3):
    """The same over POP3."""

    capabilities: ClassVar[tuple[str, ...]] = ("UIDL", "TOP", "SASL PLAIN XOAUTH2")  # type: ignore[misc]

    def __init__(self) -> None:
        super().__init__()
        self.said: list[bytes] = []

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name != "AUTH":
            return super().answer(talk, name, numbers)
        talk.send(b"+ \r\n")
        self.said.append(base64.b64decode(talk.line()))
        if b"t0ken" in self.said[-1]:
            return talk.send(b"+OK in\r\n")
        talk.send(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        self.said.append(talk.line())
        return talk.send(b"-ERR [AUTH] not you\r\n")


class Gives:
    """Gives these tokens, one after the other, and notes for which it was asked for another one."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = [BearerToken(token) for token in tokens]
        self.refused: list[BearerToken | None] = []

    def __call__(self, refused: BearerToken | None) -> Credential | None:
        self.refused.append(refused)
        return self._tokens.pop(0) if len(self._tokens) > 1 else self._tokens[0]


@pytest.fixture(autouse=True)
def encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted servers have no TLS: let the connection pass for encrypted."""
    monkeypatch.setattr("allegra_tui.sources.wire.Wire.encrypted", True)


def log_in(script: Script, obtain: Gives, user: str = "user") -> Mailbox:
    protocol = Protocol.POP3 if isinstance(script, FakePop3) else Protocol.IMAP
    with scripted(script) as server:
        box = server.mailbox(protocol, username=user)
        with open_source(box, obtain) as source:
            for _ in source.connect():
                pass
    return box


@pytest.mark.parametrize("at_once", ["", "SASL-IR "])
def test_imap_by_the_standard_where_it_is_offered(at_once: str) -> None:
    script = Imap(f"{at_once}AUTH=XOAUTH2 AUTH=OAUTHBEARER")
    box = log_in(script, Gives("t0ken"))
    assert script.said == [bearer(box.host, box.effective_port)]
    script = Imap(f"{at_once}AUTH=XOAUTH2 AUTH=PLAIN")
    log_in(script, Gives("t0ken"))
    assert script.said == [XOAUTH2]


def test_pop3() -> None:
    script = Pop3()
    log_in(script, Gives("t0ken"))
    assert script.said == [XOAUTH2]


def test_names_with_commas_are_written_as_the_standard_wants() -> None:
    script = Imap("AUTH=OAUTHBEARER")
    box = log_in(script, Gives("t0ken"), user="a=b,c")
    assert script.said == [bearer(box.host, box.effective_port, b"a=3Db=2Cc")]


@pytest.mark.parametrize("at_once", ["", "SASL-IR "])
def test_the_reason_of_a_refusal_is_heard_and_told(at_once: str) -> None:
    script = Imap(f"{at_once}AUTH=OAUTHBEARER")
    obtain = Gives("wrong")
    with pytest.raises(LoginError, match=r"\[AUTHENTICATIONFAILED\] not you; status invalid_token, scope mail; look"):
        log_in(script, obtain)
    assert script.said[1:] == [b"\1"]
    assert obtain.refused == [None, BearerToken("wrong")]
    pop3 = Pop3()
    with pytest.raises(LoginError, match=r"\[AUTH\] not you; status 400; look"):
        log_in(pop3, Gives("wrong"))
    assert pop3.said[1:] == [b""]


@pytest.mark.parametrize("script", [Imap("AUTH=XOAUTH2"), Pop3()], ids=["imap", "pop3"])
def test_another_token_is_tried_once(script: Imap | Pop3) -> None:
    obtain = Gives("wrong", "t0ken")
    log_in(script, obtain)
    assert obtain.refused == [None, BearerToken("wrong")]
    assert script.said[0] == XOAUTH2.replace(b"t0ken", b"wrong")
    assert script.said[-1] == XOAUTH2


@pytest.mark.parametrize(
    "error", [b"", b"no JSON", b"[]", b'{"status": 5}', b"\xff\x1b[2J", b'{"status":"' + b"x" * 9_000]
)
def test_whatever_a_server_says_instead_of_a_reason(error: bytes) -> None:
    with pytest.raises(LoginError) as caught:
        log_in(Imap("AUTH=XOAUTH2", error), Gives("wrong"))
    assert len(str(caught.value)) < 600
    assert "wrong" not in str(caught.value)


def test_what_takes_no_tokens_and_what_is_no_token() -> None:
    for script in (Imap("AUTH=PLAIN"), FakePop3()):
        with pytest.raises(LoginError, match="takes no OAuth2 tokens"):
            log_in(script, Gives("t0ken"))
    with pytest.raises(LoginError, match="control character"):
        log_in(Imap("AUTH=XOAUTH2"), Gives("t0ken\1"))


def test_a_server_that_goes_on_asking_is_left() -> None:
    class Asking(Imap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "AUTHENTICATE":
                while True:
                    talk.send(b"+ !!\r\n")
                    talk.line()
            super().answer(talk, tag, name, command)

    with pytest.raises(SourceError):
        log_in(Asking("AUTH=XOAUTH2"), Gives("t0ken"))


def test_the_choice_of_a_mechanism() -> None:
    assert sasl.mechanism(["PLAIN", "XOAUTH2", "OAUTHBEARER"]) == "OAUTHBEARER"
    assert sasl.mechanism(["PLAIN"]) is None


def test_unencrypted_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with scripted(Imap("AUTH=XOAUTH2")) as server:
        source = open_source(server.mailbox(security=Security.NONE), Gives("t0ken"))
        with source, pytest.raises(LoginError, match="is not encrypted, so no token is sent"):
            list(source.connect())
        assert not any(b"AUTH" in line for line in server.received)
