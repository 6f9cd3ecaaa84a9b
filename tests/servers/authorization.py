"""An authorisation server: device codes, browser codes with PKCE, refresh tokens, and a look at tokens for Dovecot.

It speaks TLS under the tests' own authority; mail servers ask it over plain HTTP, as on one host they may.
"""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from allegra_tui.model.settings import Auth, Provider
from tests.servers.certificates import Authority
from tests.servers.ports import HOST

CLIENT = "intake"
Form = dict[str, str]
Reply = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]


@dataclass
class Device:
    """A device code, and what the person did with it so far."""

    status: str = "authorization_pending"
    username: str = ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what tests are about."""


class AuthorizationServer:
    """What a test may set and see. Only one client is registered, `CLIENT`, with a secret where one is set."""

    def __init__(self, base: Path) -> None:
        self.authority = Authority(base, "Login Authority")
        self._issued = self.authority.issue("login", [HOST])
        self._lock = threading.Lock()
        self._servers: list[ThreadingHTTPServer] = []
        self.reset()

    def reset(self) -> None:
        """Forget everything, for the next test."""
        self.client_secret: str | None = None
        self.rotating = True
        """Whether a refresh token is good for one time."""
        self.lifetime = 3600
        self.interval = 1
        self.answers: list[Callable[[], Reply]] = []
        """Said to the next requests instead of what is true."""
        self.asked: list[tuple[str, Form]] = []
        """Path and form of every request of a client."""
        self.devices: dict[str, Device] = {}
        self.refresh_tokens: dict[str, str] = {}
        """Those that are good, and whose they are."""
        self.access_tokens: dict[str, tuple[str, float]] = {}
        """Those that were given, whose they are, and until when they are good."""
        self.busy = 0.0
        """Seconds that a renewal takes."""
        self.redeemed: list[str] = []
        """Refresh tokens, whenever one was exchanged."""
        self._codes: dict[str, Form] = {}

    def start(self) -> None:
        """Listen."""
        for secure in (True, False):
            server = _Server(("127.0.0.1", 0), self._handler())
            if secure:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._issued.cert_file, self._issued.key_file)
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._servers.append(server)

    def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def address(self, path: str) -> str:
        """Return the address of an endpoint for clients."""
        return f"https://{HOST}:{self._servers[0].server_port}/{path}"

    @property
    def introspection(self) -> str:
        """The address at which a mail server asks what a token is good for."""
        return f"http://127.0.0.1:{self._servers[1].server_port}/introspect"

    def settings(self, *, device: bool = True) -> dict[str, Any]:
        """Return the settings of a mailbox that is logged in to by this server; its authority is `ca_pem` besides."""
        how = {"device_endpoint": self.address("device")}
        return {
            "auth": Auth.OAUTH2,
            "provider": Provider.CUSTOM,
            "client_id": CLIENT,
            "token_endpoint": self.address("token"),
            "scope": "mail offline",
            **(how if device else {"authorization_endpoint": self.address("authorize")}),
        }

    # --- what a person does

    def decide(self, status: str, username: str = "") -> None:
        """Let the person do something with the one device code there is: `approved`, or an error of RFC 8628."""
        (device,) = self.devices.values()
        device.status, device.username = status, username

    def browse(self, address: str, username: str) -> str:
        """Sign in with a browser, and return the address at which it ends."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        code = secrets.token_urlsafe()
        self._codes[code] = {**asked, "username": username}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def revoke(self, username: str) -> None:
        """Withdraw the consent: no token of theirs is good any more."""
        with self._lock:
            self.refresh_tokens = {token: name for token, name in self.refresh_tokens.items() if name != username}
            self.access_tokens = {token: one for token, one in self.access_tokens.items() if one[0] != username}

    def grant(self, username: str) -> dict[str, Any]:
        """Give tokens, as a successful answer holds them."""
        with self._lock:
            access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
            self.access_tokens[access] = (username, time.monotonic() + self.lifetime)
            self.refresh_tokens[refresh] = username
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": self.lifetime}

    # --- what is answered

    def _answer(self, path: str, form: Form) -> Reply:
        if path == "/introspect":
            return self._introspect(form.get("token", ""))
        self.asked.append((path, form))
        if self.answers:
            return self.answers.pop(0)()
        if form.get("client_id") != CLIENT or form.get("client_secret") != self.client_secret:
            return _error("invalid_client", 401)
        match path, form.get("grant_type", ""):
            case "/device", _:
                return self._device()
            case "/token", "urn:ietf:params:oauth:grant-type:device_code":
                return self._by_device(form["device_code"])
            case "/token", "authorization_code":
                return self._by_code(form)
            case "/token", "refresh_token":
                return self._by_refresh_token(form["refresh_token"])
        return 404, b"not here"

    def _device(self) -> Reply:
        code = secrets.token_urlsafe()
        self.devices[code] = Device()
        return _ok(
            {
                "device_code": code,
                "user_code": "WDJB-MJHT",
                "verification_uri": self.address("activate"),
                "expires_in": 900,
                "interval": self.interval,
            }
        )

    def _by_device(self, code: str) -> Reply:
        device = self.devices.get(code)
        if device is None:
            return _error("invalid_grant")
        if device.status != "approved":
            status = device.status
            if status == "slow_down":
                device.status = "authorization_pending"
            return _error(status)
        del self.devices[code]
        return _ok(self.grant(device.username))

    def _by_code(self, form: Form) -> Reply:
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or challenge.decode() != asked["code_challenge"]:
            return _error("invalid_grant")
        if asked["redirect_uri"] != form["redirect_uri"]:
            return _error("invalid_grant")
        return _ok(self.grant(asked["username"]))

    def _by_refresh_token(self, token: str) -> Reply:
        with self._lock:
            username = self.refresh_tokens.get(token)
            if username is not None and self.rotating:
                del self.refresh_tokens[token]
            self.redeemed.append(token)
        time.sleep(self.busy)
        if username is None:
            return _error("invalid_grant", description="The consent was withdrawn.\nTrace: 0123")
        found = self.grant(username)
        if not self.rotating:
            del self.refresh_tokens[found.pop("refresh_token")]
        return _ok(found)

    def _introspect(self, token: str) -> Reply:
        username, until = self.access_tokens.get(token, ("", 0.0))
        return _ok({"active": time.monotonic() < until, "username": username})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            timeout = 60

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
                status, body, *more = answer(self.path, form)
                with suppress(OSError):  # the client may have heard enough
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(body)), **(more[0] if more else {})}.items():
                        if value:
                            self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Tests look at what was asked."""

        return Handler


def _ok(told: dict[str, Any]) -> Reply:
    return 200, json.dumps(told).encode()


def _error(error: str, status: int = 400, description: str = "") -> Reply:
    told = {"error": error} | ({"error_description": description} if description else {})
    return status, json.dumps(told).encode()


@contextmanager
def serving(base: Path) -> Iterator[AuthorizationServer]:
    """Run a server."""
    server = AuthorizationServer(base)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def dovecot_config(server: AuthorizationServer, base: Path) -> str:
    """Return the lines with which Dovecot takes this server's tokens."""
    file = base / "oauth2.conf.ext"
    file.write_text(
        f"introspection_mode = post\nintrospection_url = {server.introspection}\n"
        "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
    )
    return f"""\
auth_mechanisms = plain login oauthbearer xoauth2
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {file}
}}
"""
