"""What a provider may answer: nothing of it harms, and everything is told in one line."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.settings import Auth, Mailbox, Protocol, Provider
from allegra_tui.sources import SourceError
from allegra_tui.sources.oauth2 import Client, Refused, http
from allegra_tui.sources.oauth2.client import _told
from allegra_tui.sources.oauth2.endpoints import endpoints
from tests.servers.authorization import AuthorizationServer, Reply, serving


@pytest.fixture(scope="module")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorizationServer]:
    with serving(tmp_path_factory.mktemp("provider")) as server:
        yield server


@pytest.fixture
def provider(provider_process: AuthorizationServer) -> AuthorizationServer:
    provider_process.reset()
    return provider_process


@pytest.fixture
def box(provider: AuthorizationServer) -> Mailbox:
    return Mailbox(name="box", username="u", ca_pem=provider.authority.pem, **provider.settings())


TOKENS = {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "refresh_token": "r"}
CODE = {
    "device_code": "d",
    "user_code": "WDJB",
    "verification_uri": "https://login.example/",
    "expires_in": 900,
    "interval": 5,
}


def said(told: object, status: int = 200) -> Reply:
    return status, told if isinstance(told, bytes) else json.dumps(told).encode()


NO_TOKENS: list[object] = [
    b"",
    b"<html>Sign in</html>",
    b"\xff\xfe",
    b"[" * 60_000,
    [],
    "text",
    None,
    {},
    {"error": ["a", {}]},
    {**TOKENS, "access_token": ""},
    {**TOKENS, "access_token": 5},
    {**TOKENS, "access_token": "a\r\nA1 LOGOUT"},
    {**TOKENS, "access_token": "a\1b"},
    {**TOKENS, "access_token": "a b"},
    {**TOKENS, "access_token": "ä"},
    {**TOKENS, "access_token": "a" * 20_000},
    {**TOKENS, "refresh_token": "r\nr"},
    {**TOKENS, "expires_in": "soon"},
]


@pytest.mark.parametrize("told", NO_TOKENS)
def test_what_is_no_token_is_told(provider: AuthorizationServer, box: Mailbox, told: object) -> None:
    provider.answers = [lambda: said(told)]
    with pytest.raises(SourceError) as caught:
        Client(box, None).renew("secret-refresh")
    assert "localhost" in str(caught.value)
    assert len(str(caught.value)) < 500
    assert "secret-refresh" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": ""},
        {"device_code": "a\nb"},
        {"user_code": None},
        {"verification_uri": "http://login.example/"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://login.example/\x1b]0;title\x07"},
        {"verification_uri": "https://" + "a" * 5_000},
        {"interval": "often"},
        {"expires_in": {}, "interval": None, "device_code": []},
    ],
)
def test_what_is_no_device_code_is_told(provider: AuthorizationServer, box: Mailbox, change: dict[str, Any]) -> None:
    provider.answers = [lambda: said({**CODE, **change})]
    with pytest.raises(SourceError, match="localhost"):
        Client(box, None).ask_code()


def test_times_that_a_provider_names_stay_within_reason(provider: AuthorizationServer, box: Mailbox) -> None:
    provider.answers = [lambda: said({**CODE, "interval": 10**9, "expires_in": 10**12})]
    code = Client(box, None).ask_code()
    assert (code.interval, code.seconds) == (60, 3_600)
    provider.answers = [lambda: said({**CODE, "interval": -5, "expires_in": -1})]
    code = Client(box, None).ask_code()
    assert (code.interval, code.seconds) == (1, 1)
    provider.answers = [lambda: said({key: value for key, value in CODE.items() if key != "interval"})]
    assert Client(box, None).ask_code().interval == 5


def test_a_refusal_is_told_by_code_and_first_line(provider: AuthorizationServer, box: Mailbox) -> None:
    text = "AADSTS70043: The refresh token has expired.\r\nTrace ID: 1\r\n" + "x" * 5_000
    provider.answers = [lambda: said({"error": "invalid_grant", "error_description": text}, 400)]
    with pytest.raises(Refused) as caught:
        Client(box, None).renew("secret-refresh")
    assert caught.value.error == "invalid_grant"
    assert str(caught.value) == "localhost refuses: invalid_grant, AADSTS70043: The refresh token has expired."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_is_sent_where_a_provider_points_to(provider: AuthorizationServer, box: Mailbox, status: int) -> None:
    provider.answers = [lambda: (status, b"", {"Location": provider.address("token")})]
    with pytest.raises(SourceError, match=f"points elsewhere \\(status {status}\\)"):
        Client(box, None).renew("r")
    assert len(provider.asked) == 1


def test_a_huge_answer_is_not_read(provider: AuthorizationServer, box: Mailbox) -> None:
    provider.answers = [lambda: said(b"x" * 50_000_000)]
    with pytest.raises(SourceError, match="more than 65536 bytes"):
        Client(box, None).renew("r")


def test_headers_without_end_are_not_read(provider: AuthorizationServer, box: Mailbox) -> None:
    provider.answers = [lambda: (200, b"", {f"X-{number}": "x" for number in range(1_000)})]
    with pytest.raises(SourceError, match="what is not HTTP"):
        Client(box, None).renew("r")


def test_an_answer_that_drips_is_cut_off(
    provider: AuthorizationServer, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_ANSWER_SECONDS", 0.3)
    provider.answers = [lambda: (time.sleep(1), (200, b"{}"))[1]]  # type: ignore[func-returns-value]
    with pytest.raises(SourceError, match="localhost"):
        Client(box, None).renew("r")


def test_only_https_is_spoken(box: Mailbox) -> None:
    for address in ("http://localhost/token", "ftp://x/", "//x/", ""):
        with pytest.raises(SourceError, match="no https address"):
            Client(replace(box, token_endpoint=address), None).renew("r")


def test_tokens_are_in_no_representation(provider: AuthorizationServer, box: Mailbox) -> None:
    provider.answers = [lambda: said({**TOKENS, "access_token": "s3cret", "refresh_token": "s3cret"})]
    assert "s3cret" not in repr(Client(box, None).renew("r"))


@given(st.binary(max_size=20) | st.none() | st.integers() | st.text(max_size=5) | st.just([{"a": 1e400}]))
def test_any_body_makes_an_object(body: object) -> None:
    told = _told(http.Answer(400, body if isinstance(body, bytes) else json.dumps(body).encode()))
    assert isinstance(told["error"], str)


def test_presets() -> None:
    box = Mailbox(name="x", username="issues@example.org", auth=Auth.OAUTH2, client_id="id")
    microsoft = endpoints(replace(box, provider=Provider.MICROSOFT365, tenant="example.org"))
    assert microsoft.device == "https://login.microsoftonline.com/example.org/oauth2/v2.0/devicecode"
    assert microsoft.token == "https://login.microsoftonline.com/example.org/oauth2/v2.0/token"
    assert microsoft.scope == "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
    pop3 = endpoints(replace(box, provider=Provider.MICROSOFT365, protocol=Protocol.POP3))
    assert pop3.scope == "https://outlook.office.com/POP.AccessAsUser.All offline_access"
    assert "/organizations/" in pop3.token
    google = Client(replace(box, provider=Provider.GOOGLE), None)
    assert not google.by_device
    address = google.browser_address()
    assert address.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    for part in ("access_type=offline", "prompt=consent", "code_challenge_method=S256", "issues%40example.org"):
        assert part in address
