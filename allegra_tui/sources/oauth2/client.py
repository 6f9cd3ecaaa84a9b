"""The requests of OAuth2 and what comes of them."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import urlencode, urlsplit

from oauthlib.oauth2 import Client as AnyClient
from oauthlib.oauth2 import DeviceClient, MismatchingStateError, OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import MissingCodeError

from allegra_tui.model.settings import Mailbox, Provider
from allegra_tui.sources.cancellation import Cancellation
from allegra_tui.sources.concealed import Concealed
from allegra_tui.sources.oauth2.endpoints import endpoints
from allegra_tui.sources.oauth2.http import Answer, post
from allegra_tui.sources.source import ConnectError, SignInError, SourceError

REDIRECT = "http://127.0.0.1:51773/"
"""Where the browser is sent at the end (RFC 8252 7.3). Nothing listens there: the person copies the address."""
INTERVAL = 5
"""Seconds between two questions where the provider names none (RFC 8628 3.2)."""
_LONGEST_INTERVAL = 60
_LONGEST_CODE = 3_600
_HOUR = 3_600
_LONGEST_TOKEN = 16_384
_LONGEST_ADDRESS = 500
_TOKEN = re.compile(r"[\x21-\x7e]+")
"""Nothing that would end a header or command early."""


class Refused(SignInError):  # noqa: N818  (it reads as what happened)
    """The provider says no. `error` is its code (RFC 6749 5.2, RFC 8628 3.5)."""

    def __init__(self, message: str, error: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a provider gives."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    """None where the one there is stays good."""
    seconds: int
    """How long the access token is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a person is shown to sign in with (RFC 8628 3.2)."""

    code: str = field(repr=False)
    user_code: str
    address: str
    interval: int
    """Seconds to wait before each question."""
    seconds: int
    """How long it is good for."""


class Client:
    """This program towards a provider. Its methods raise `SourceError`; only `cancel` is for other threads."""

    def __init__(self, mailbox: Mailbox, secret: str | None) -> None:
        self._mailbox = mailbox
        self._secret = {"client_secret": secret} if secret else {}
        self._endpoints = endpoints(mailbox)
        self._cancellation = Cancellation()
        self._concealed = Concealed()
        self._concealed.add(secret or "")
        self._state = ""

    def cancel(self) -> None:
        """Cut off what waits for the provider."""
        self._cancellation.cancel()

    @property
    def by_device(self) -> bool:
        """Whether a person signs in with a code; otherwise by the address at which a browser ends."""
        return bool(self._endpoints.device)

    def ask_code(self) -> DeviceCode:
        """Ask for a code to sign in with (RFC 8628 3.1)."""
        form = {"client_id": self._mailbox.client_id, "scope": self._endpoints.scope, **self._secret}
        told = _told(self._post(self._endpoints.device, urlencode({key: form[key] for key in form if form[key]})))
        try:
            if "error" in told:
                DeviceClient(self._mailbox.client_id).parse_request_body_response(json.dumps(told))
            return DeviceCode(
                code=_secret(told, "device_code"),
                user_code=self._concealed.words(_text(told, "user_code")),
                # Before the standard it had another name, which Google still uses.
                address=_web(told.get("verification_uri") or told.get("verification_url")),
                interval=min(max(_number(told, "interval", INTERVAL), 1), _LONGEST_INTERVAL),
                seconds=min(max(_number(told, "expires_in", 0), 1), _LONGEST_CODE),
            )
        except OAuth2Error as error:
            raise self._refused(error) from None
        except ValueError as error:
            raise self._unreadable(error) from None

    def ask_whether(self, code: DeviceCode) -> Tokens:
        """Ask whether somebody signed in with the code. Raises `Refused`, also with `authorization_pending`."""
        self._concealed.add(code.code)
        client = DeviceClient(self._mailbox.client_id)
        return self._tokens(client, client.prepare_request_body(code.code, include_client_id=True, **self._secret))

    def browser_address(self) -> str:
        """Return the address at which a person signs in with a browser (RFC 6749 4.1, with PKCE by RFC 7636)."""
        browser = WebApplicationClient(self._mailbox.client_id)
        self._state, self._verifier = secrets.token_urlsafe(24), browser.create_code_verifier(64)
        address: str = browser.prepare_request_uri(
            self._endpoints.authorization,
            redirect_uri=REDIRECT,
            scope=self._endpoints.scope or None,
            state=self._state,
            code_challenge=browser.create_code_challenge(self._verifier, "S256"),
            code_challenge_method="S256",
            **self._endpoints.extra,
        )
        return address

    def redeem(self, pasted: str) -> Tokens:
        """Exchange what a person copied, the address at which the browser ended, for tokens.

        Raises `SignInError` where it is another address.
        """
        browser = WebApplicationClient(self._mailbox.client_id)
        other = SignInError(f"this is not the address at which signing in ends, which begins with {REDIRECT}?")
        try:
            parts = urlsplit("".join(pasted.split()))  # a terminal may have broken it into lines
        except ValueError:
            raise other from None
        if "state=" not in parts.query:
            raise other
        try:
            # It is never fetched; the library wants an encrypted one all the same.
            told = browser.parse_request_uri_response(f"https://{parts.netloc}{parts.path}?{parts.query}", self._state)
        except MismatchingStateError:
            raise SignInError(
                "this address belongs to another attempt to sign in: copy the one of this attempt"
            ) from None
        except MissingCodeError:
            raise SignInError("this address holds no code: copy it whole") from None
        except OAuth2Error as error:
            raise self._refused(error) from None
        self._concealed.add(told["code"], self._verifier)
        form = browser.prepare_request_body(
            code=told["code"], redirect_uri=REDIRECT, code_verifier=self._verifier, **self._secret
        )
        return self._tokens(browser, form)

    def renew(self, refresh: str) -> Tokens:
        """Exchange a refresh token for a new access token (RFC 6749 6). `Refused` with `invalid_grant`: it is void."""
        self._concealed.add(refresh)
        browser = WebApplicationClient(self._mailbox.client_id)
        form = browser.prepare_refresh_body(refresh_token=refresh, client_id=self._mailbox.client_id, **self._secret)
        return self._tokens(browser, form)

    def _tokens(self, client: AnyClient, form: str) -> Tokens:
        told = _told(self._post(self._endpoints.token, form))
        try:
            client.parse_request_body_response(json.dumps(told))
            return Tokens(
                access=_secret(told, "access_token"),
                refresh=_secret(told, "refresh_token") if told.get("refresh_token") else None,
                seconds=max(_number(told, "expires_in", _HOUR), 0),
            )
        except OAuth2Error as error:
            raise self._refused(error) from None
        except ValueError as error:
            raise self._unreadable(error) from None

    def _post(self, address: str, form: str) -> Answer:
        # Authorities of the mailbox's own are for servers of one's own, not for the big providers.
        ca_pem = self._mailbox.ca_pem if self._mailbox.provider is Provider.CUSTOM else None
        answer = post(address, form, ca_pem=ca_pem, cancellation=self._cancellation, concealed=self._concealed)
        if answer.status >= 500 or answer.status == 429:
            raise ConnectError(
                f"{_host(address)} cannot answer at the moment (status {answer.status}): try again later"
            )
        return answer

    def _refused(self, error: OAuth2Error) -> Refused:
        words = self._concealed.words
        code, text = words(str(error.error)), words(str(error.description or "")).partition("\n")[0].strip()
        where = _host(self._endpoints.token)
        return Refused(f"{where} refuses: {f'{code}, {text}' if text else code}", code)

    def _unreadable(self, error: ValueError) -> SourceError:
        return ConnectError(
            f"{_host(self._endpoints.token)} sent what is not OAuth2: {self._concealed.words(str(error))}"
        )


def _told(answer: Answer) -> dict[str, Any]:
    """Return what an answer holds, simple values only; an empty one where it is no JSON object."""
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return {"error": f"status {answer.status}", "error_description": "the answer is no JSON object"}
    plain = {key: value for key, value in told.items() if isinstance(value, str | int)}
    plain |= {key: int(value) for key, value in told.items() if isinstance(value, float) and isfinite(value)}
    if answer.status >= 400 and not isinstance(plain.get("error"), str):
        plain["error"] = f"status {answer.status}"
    return plain


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is missing")
    return value


def _secret(told: Mapping[str, Any], key: str) -> str:
    value = _text(told, key)
    if len(value) > _LONGEST_TOKEN or not _TOKEN.fullmatch(value):
        raise ValueError(f"{key} is none")
    return value


def _web(value: object) -> str:
    """Return the address that a person opens."""
    if not isinstance(value, str) or not value.startswith("https://") or not _TOKEN.fullmatch(value):
        raise ValueError("verification_uri is no https address")
    if len(value) > _LONGEST_ADDRESS:
        raise ValueError("verification_uri is longer than anybody types")
    return value


def _number(told: Mapping[str, Any], key: str, default: int) -> int:
    try:
        return int(told.get(key, default))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{key} is no number") from None


def _host(address: str) -> str:
    return urlsplit(address).hostname or address
