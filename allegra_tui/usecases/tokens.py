"""The tokens of mailboxes that are logged in to by OAuth2: kept encrypted, renewed in time, by one process at a time.

Refresh tokens may change whenever they are used, and then the former one is void. So whoever renews says so in the
database before it asks the provider, outside any transaction, and the others wait for what comes of it.
"""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allegra_tui.model.credential import BearerToken
from allegra_tui.model.settings import Auth, Mailbox, Provider, Secret, SecretKind
from allegra_tui.model.sign_in import SignIn
from allegra_tui.secrets import KeyFileError, Vault
from allegra_tui.sources.source import SignInError, SourceError
from allegra_tui.store import Store, Transaction, audit, mailboxes, sealed, sign_ins
from allegra_tui.usecases import configure, keys
from allegra_tui.usecases.errors import Changed, NotFound

if TYPE_CHECKING:
    from allegra_tui.sources.oauth2 import Tokens

_AHEAD_SECONDS = 300
_AHEAD_SHARE = 0.2
"""How long before its end an access token is renewed: five minutes, or a fifth of a short life."""
_RENEWAL_SECONDS = 90
"""Longer than a request may take; after that, whoever was renewing is taken for dead."""
_LOOK_SECONDS = 0.2
_VOID = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
"""Answers after which only a person can go on."""


def access(store: Store, vault: Vault, mailbox: Mailbox, refused: BearerToken | None = None) -> BearerToken:
    """Return an access token, renewed where it is about to expire or the mail server `refused` it.

    Raises `SignInError` where a person has to sign in, `SourceError` where the provider cannot be asked, `SecretError`
    where what is stored does not open. What is renewed is stored even where the store was opened read-only: the
    former token may be void by then.
    """
    with store.read() as tx:
        found, now = _required(tx, mailbox), tx.now()
    try:
        token = _good(vault, found, refused, now)
    except KeyFileError:  # the key may have been changed since it was read; what is wrong is told below
        token = None
    if token is not None:
        return token
    with _writable(store) as writable:
        return _renewed(writable, vault, mailbox, refused)


def keep(store: Store, vault: Vault, mailbox: Mailbox, tokens: "Tokens", *, who: str) -> None:
    """Store what a person signed in for. Raises `Changed` where the mailbox is another one by now."""
    if tokens.refresh is None:
        raise SignInError(
            "the provider gave no refresh token, so the log-in would end within the hour: the scope has to ask for one "
            "(often offline_access)"
        )
    with store.write() as tx:
        current = mailboxes.get(tx, mailbox.id)
        if current is None or _client(current) != _client(mailbox):
            raise Changed(f"somebody else changed mailbox {mailbox.name} meanwhile: sign in again", current)
        own: tuple[sealed.Kind, ...] = ("refresh token", "access token")
        keys.check_new(vault, sealed.every(tx), replaced=[(kind, mailbox.id) for kind in own])
        sign_ins.save(tx, _sealed(vault, mailbox, tokens, tokens.refresh, since=tx.now(), now=tx.now()))
        mailboxes.due(tx, mailbox.id)
        audit.record(tx, who=who, action="sign in", subject=f"mailbox {mailbox.name}", changes={})


def forget(store: Store, name: str, *, who: str) -> None:
    """Forget who signed in to a mailbox. Raises `NotFound`."""
    with store.write() as tx:
        mailbox = configure.find_mailbox(tx, name)
        if not sign_ins.forget(tx, mailbox.id):
            raise NotFound(f"nobody has signed in to mailbox {name}")
        audit.record(tx, who=who, action="sign out", subject=f"mailbox {name}", changes={})


def told(mailbox: Mailbox, found: SignIn | None) -> str | None:
    """Tell why a person has to sign in, and how; None where the log-in holds as far as is known."""
    again = f"allegra-tui mailbox sign-in {mailbox.name}"
    if found is None:
        return f"nobody has signed in to mailbox {mailbox.name} yet: {again}"
    if found.client != _client(mailbox):
        return f"the settings of mailbox {mailbox.name} changed since somebody signed in; sign in again: {again}"
    if found.lost:
        return (
            f"the log-in of mailbox {mailbox.name} has expired or was withdrawn ({found.lost}); sign in again: {again}"
        )
    return None


def to_sign_in(mailbox: Mailbox, found: SignIn | None) -> str | None:
    """Tell why a person has to sign in, and how; None also where a mailbox is not logged in to by OAuth2."""
    return told(mailbox, found) if mailbox.auth is Auth.OAUTH2 else None


def _client(mailbox: Mailbox) -> str:
    """Return to whom, as what and for what one signs in."""
    kind = mailbox.protocol if mailbox.provider is Provider.MICROSOFT365 else ""
    return json.dumps(
        [
            *(mailbox.provider, mailbox.tenant, mailbox.client_id, mailbox.token_endpoint, mailbox.scope),
            *(kind, mailbox.username),
        ]
    )


def _required(tx: Transaction, mailbox: Mailbox) -> SignIn:
    found = sign_ins.find(tx, mailbox.id)
    trouble = told(mailbox, found)
    if trouble is not None or found is None:
        raise SignInError(trouble or "")
    return found


def _good(vault: Vault, found: SignIn, refused: BearerToken | None, now: datetime) -> BearerToken | None:
    """Return the access token there is, unless it is time to renew it."""
    return None if now >= found.renew_at else _unexpired(vault, found, refused, now)


def _unexpired(vault: Vault, found: SignIn, refused: BearerToken | None, now: datetime) -> BearerToken | None:
    if found.access is None or now >= found.expires_at:
        return None
    token = BearerToken(_open(vault, found.access))
    return None if token == refused else token


def _renewed(store: Store, vault: Vault, mailbox: Mailbox, refused: BearerToken | None) -> BearerToken:
    """Renew, or wait for whoever does."""
    patience = time.monotonic() + _RENEWAL_SECONDS
    while True:
        with store.write() as tx:  # in which nobody changes the key
            found, now = _required(tx, mailbox), tx.now()
            token = _good(vault, found, refused, now)
            if token is not None:
                return token
            last, refresh = _unexpired(vault, found, refused, now), _open(vault, found.refresh)
            until = now + timedelta(seconds=_RENEWAL_SECONDS)
            mine = sign_ins.begin_renewal(tx, mailbox.id, until)
        if mine:
            break
        if time.monotonic() >= patience:
            raise SourceError(f"another process is renewing the log-in of mailbox {mailbox.name}, and does not end")
        time.sleep(_LOOK_SECONDS)
    kept = False
    try:
        tokens = _asked(store, vault, mailbox, refresh)
        kept = _replace(store, vault, mailbox, refresh, tokens)
    except SignInError:
        raise
    except SourceError:
        if last is None:
            raise
        return last  # it still holds; the next log-in tries again
    finally:
        if not kept:
            with store.write() as tx:
                sign_ins.end_renewal(tx, mailbox.id, until)
    return BearerToken(tokens.access)


def _asked(store: Store, vault: Vault, mailbox: Mailbox, refresh: str) -> "Tokens":
    """Ask the provider. What it will never take again is noted."""
    from allegra_tui.sources.oauth2 import Client, Refused

    try:
        return Client(mailbox, client_secret(store, vault, mailbox)).renew(refresh)
    except Refused as error:
        if error.error not in _VOID:
            raise
        with store.write() as tx:
            found = sign_ins.find(tx, mailbox.id)
            # Unless somebody signed in anew meanwhile, or another process was quicker after all.
            if found is not None and _open(vault, found.refresh) == refresh:
                sign_ins.save(tx, replace(found, access=None, lost=str(error)))
            found = sign_ins.find(tx, mailbox.id)
        raise SignInError(told(mailbox, found) or f"{error}; try again") from error


def client_secret(store: Store, vault: Vault, mailbox: Mailbox) -> str | None:
    """Return the secret that the provider gave this program, None where it gave none. Raises `SecretError`."""
    secret = mailbox.client_secret
    if secret.kind is SecretKind.STORED:  # as it is stored now: the key may have been changed
        with store.read() as tx:
            current = mailboxes.get(tx, mailbox.id)
        secret = secret if current is None else current.client_secret
    return vault.password(secret)


def _replace(store: Store, vault: Vault, mailbox: Mailbox, refresh: str, tokens: "Tokens") -> bool:
    """Store new tokens in place of those they were had for; False where others are there by now."""
    with store.write() as tx:
        found = sign_ins.find(tx, mailbox.id)
        if found is None or _open(vault, found.refresh) != refresh:
            return False
        now = tx.now()
        sign_ins.save(tx, _sealed(vault, mailbox, tokens, tokens.refresh or refresh, since=found.since, now=now))
    return True


def _sealed(
    vault: Vault, mailbox: Mailbox, tokens: "Tokens", refresh: str, *, since: datetime, now: datetime
) -> SignIn:
    """Encrypt tokens; within a transaction that writes, so that nobody changes the key meanwhile."""
    ahead = min(_AHEAD_SECONDS, tokens.seconds * _AHEAD_SHARE)
    return SignIn(
        mailbox_id=mailbox.id,
        client=_client(mailbox),
        since=since,
        refresh=vault.encrypt(refresh),
        access=vault.encrypt(tokens.access),
        renew_at=now + timedelta(seconds=tokens.seconds - ahead),
        expires_at=now + timedelta(seconds=tokens.seconds),
    )


def _open(vault: Vault, sealed: Secret) -> str:
    try:
        text = vault.password(sealed)
    except KeyFileError as error:
        raise KeyFileError(f"{error}; of a log-in by OAuth2, sign in again: allegra-tui mailbox sign-in NAME") from None
    assert text is not None
    return text


@contextmanager
def _writable(store: Store) -> Iterator[Store]:
    """Give the store, or where it was opened read-only another one of the same database."""
    if store.writable:
        yield store
        return
    with closing(Store.open(store.path)) as other:
        yield other
