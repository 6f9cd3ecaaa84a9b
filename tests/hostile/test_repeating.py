"""Servers that repeat passwords and tokens in what they answer are not quoted there, whatever part they repeat."""

import base64
import secrets
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.credential import BearerToken
from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.sources import SourceError, open_source
from allegra_tui.sources.concealed import Concealed
from allegra_tui.sources.oauth2 import Client, DeviceCode
from tests.hostile.repeating import (
    Echo,
    EchoPop3,
    EchoProvider,
    Garbage,
    Late,
    Parting,
    TokenImap,
    TokenImapToTheLast,
    TokenPop3,
)
from tests.servers.scripted import FakeImap, FakePop3, Script, scripted
from tests.sources.using import steps

PASSWORDS = ['c4n4ry-"stored\\', "c4n4ry-of-a-file", "c4n4ry of many words that nobody could remember"]
TOKEN = "c4n4ry." + "".join(f"{number:06x}" for number in range(0, 16_000_000, 41_467))
"""As long as those of the big providers, so that what is quoted of an answer ends within it; no part occurs twice."""


def name(script: object) -> str:
    return type(script).__name__


def parts(secret: str) -> Iterator[str]:
    """Yield what nobody may read of a long secret, also in the form in which it travels."""
    for before in range(3):
        written = base64.b64encode(b"\0" * before + secret.encode())[4:-4].decode()
        yield from (written[at : at + 16] for at in range(len(written) - 15))
    yield from (secret[at : at + 16] for at in range(len(secret) - 15))


def protocol(script: Script) -> Protocol:
    return Protocol.POP3 if isinstance(script, FakePop3) else Protocol.IMAP


@pytest.mark.parametrize("script", [Echo(), Garbage(), EchoPop3(), Late(), Parting()], ids=name)
@pytest.mark.parametrize("password", PASSWORDS)
def test_the_password_is_not_quoted(script: FakeImap | FakePop3, password: str) -> None:
    with scripted(script) as server, pytest.raises(SourceError) as caught:
        steps(server.mailbox(protocol(script)), password)
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    assert not [form for form in (password, quoted, repr(quoted)[1:-1]) if form in str(caught.value)]
    assert "***" in str(caught.value)


@pytest.mark.parametrize(
    "script", [TokenImap(), TokenImap(61), TokenImap(150), TokenImapToTheLast(), TokenPop3()], ids=name
)
def test_no_part_of_a_token_is_quoted(script: FakeImap | FakePop3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegra_tui.sources.wire.Wire.encrypted", True)
    with scripted(script) as server:
        source = open_source(server.mailbox(protocol(script)), lambda _: BearerToken(TOKEN))
        with source, pytest.raises(SourceError) as caught:
            list(source.connect())
    assert [part for part in parts(TOKEN) if part in str(caught.value)] == []
    assert "***" in str(caught.value)


# --- those of OAuth2


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EchoProvider]:
    server = EchoProvider(tmp_path_factory.mktemp("provider"))
    server.start()
    yield server
    server.stop()


def _redeem(client: Client) -> object:
    state = client.browser_address().partition("state=")[2].partition("&")[0]
    return client.redeem(f"http://127.0.0.1:51773/?code={TOKEN}&state={state}")


def _ask(client: Client) -> object:
    code = DeviceCode(code=TOKEN, user_code="x", address="https://x", interval=1, seconds=1)
    return client.ask_whether(code)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("act", [lambda client: client.renew(TOKEN), _ask, _redeem], ids=["renew", "ask", "redeem"])
def test_a_provider_that_repeats_what_it_is_given_is_not_quoted(
    provider: EchoProvider, act: Callable[[Client], object], status: int
) -> None:
    provider.reset()
    provider.status = status
    settings = provider.settings(device=act is not _redeem)
    box = Mailbox(name="box", username="u", ca_pem=provider.authority.pem, **settings)
    secret = secrets.token_urlsafe(40)
    with pytest.raises(SourceError) as caught:
        act(Client(box, secret))
    assert provider.asked
    assert [part for hidden in (TOKEN, secret) for part in parts(hidden) if part in str(caught.value)] == []
    assert "***" in str(caught.value)


# --- what is hidden


TEXT = st.characters(codec="utf-8", exclude_characters="*…")


@given(st.text(TEXT, max_size=300), st.text(TEXT, min_size=1, max_size=60), st.text(TEXT, max_size=300))
def test_a_secret_is_in_no_words(before: str, secret: str, after: str) -> None:
    concealed = Concealed()
    concealed.add(secret)
    told = concealed.words(before + secret + after)
    assert [part for part in told.split("***") if secret in part] == []


@given(st.text(alphabet="ab c", max_size=40), st.integers(0, 30))
def test_what_is_no_secret_stays(text: str, count: int) -> None:
    concealed = Concealed()
    concealed.add("z" * count)
    assert concealed.words(text) == text.strip()


def test_secrets_are_added_up() -> None:
    concealed = Concealed()
    concealed.add("one", "")
    concealed.add("two words")
    assert concealed.words(b"one, two words, three\r\n") == "***, ***, three"
    assert concealed.words("two%20words two+words") == "two%20words ***"
    concealed.forget()
    assert concealed.words("one") == "one"
