"""Signing in to a mailbox by OAuth2: a person does it with a browser, wherever that is, and this program waits."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from allegra_tui.model.settings import Auth, Mailbox
from allegra_tui.secrets import Vault
from allegra_tui.sources.oauth2 import Client, DeviceCode, Refused, Tokens
from allegra_tui.sources.source import CancelledError, ConnectError, DeadlineError
from allegra_tui.sources.source import SignInError as SignInError  # so that callers need not know the sources
from allegra_tui.store import Store
from allegra_tui.usecases import errors, tokens

_SLOWER = 5
"""Seconds that are added each time the provider asks for it (RFC 8628 3.5)."""
_SLOWEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a person needs to sign in."""

    address: str
    """To be opened in a browser. Foreign text where there is a code, since the provider tells it then."""
    code: str | None = None
    """To be typed there. None where instead the address at which the browser ends is to be given to `finish`."""
    seconds: int | None = field(default=None)
    """How long the code is good for."""


class Attempt:
    """One attempt to sign in. Only `cancel` is for other threads; after it the others raise `CancelledError`.

    `pause` waits for some seconds and tells whether to stop then.
    """

    def __init__(
        self, store: Store, vault: Vault, mailbox: Mailbox, *, pause: Callable[[float], bool] | None = None
    ) -> None:
        if mailbox.auth is not Auth.OAUTH2:
            raise errors.Refused(
                f"mailbox {mailbox.name} is logged in to with a password; to sign in instead: "
                f"allegra-tui mailbox edit {mailbox.name} --auth oauth2 --provider PROVIDER --client-id ID"
            )
        self._store, self._vault, self._mailbox = store, vault, mailbox
        self._client = Client(mailbox, tokens.client_secret(store, vault, mailbox))
        self._stopped = threading.Event()
        self._pause = pause or self._stopped.wait
        self._device: DeviceCode | None = None

    def begin(self) -> Shown:
        """Begin, and return what the person needs. Raises `SourceError`."""
        if not self._client.by_device:
            return Shown(address=self._client.browser_address())
        self._device = self._client.ask_code()
        return Shown(address=self._device.address, code=self._device.user_code, seconds=self._device.seconds)

    def wait(self, *, who: str) -> None:
        """Wait until the person has typed the code and agreed, and store what comes of it. Raises `SourceError`."""
        assert self._device is not None
        self._keep(self._waited(self._device), who)

    def finish(self, pasted: str, *, who: str) -> None:
        """Store what comes of the address at which the browser ended. Raises `SourceError`; then try another one."""
        self._keep(self._client.redeem(pasted), who)

    def cancel(self) -> None:
        """Stop waiting, and store nothing."""
        self._stopped.set()
        self._client.cancel()

    def _waited(self, device: DeviceCode) -> Tokens:
        interval: float = device.interval
        end = time.monotonic() + device.seconds
        while time.monotonic() < end:
            if self._pause(interval):
                raise CancelledError("signing in was cancelled: nothing was stored")
            try:
                return self._client.ask_whether(device)
            except Refused as error:
                match error.error:
                    case "authorization_pending":
                        pass
                    case "slow_down":
                        interval = min(interval + _SLOWER, _SLOWEST)
                    case "access_denied":
                        raise SignInError(f"somebody declined to let this program read the mail ({error})") from error
                    case "expired_token":
                        break
                    case _:
                        raise
            except (ConnectError, DeadlineError):  # it may pass, and is asked less often meanwhile (RFC 8628 3.5)
                if self._stopped.is_set():
                    raise
                interval = min(interval * 2, _SLOWEST)
        raise SignInError("the code has expired before somebody signed in with it: begin again")

    def _keep(self, found: Tokens, who: str) -> None:
        if self._stopped.is_set():
            raise CancelledError("signing in was cancelled: nothing was stored")
        tokens.keep(self._store, self._vault, self._mailbox, found, who=who)
