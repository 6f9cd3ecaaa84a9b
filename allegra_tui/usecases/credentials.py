"""What a mailbox is logged in to with: the one place that obtains it."""

from functools import partial

from allegra_tui.model.credential import BearerToken, Credential, Obtain, Password
from allegra_tui.model.settings import Auth, Mailbox, Secret, SecretKind
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import tokens


def obtain(store: Store, vault: Vault, mailbox: Mailbox, *, password: str | None = None) -> Obtain:
    """Return what a source asks at its log-in. Nothing is fetched before; then it may raise `SecretError`.

    `password` is one that was typed and is not stored. With OAuth2 it may raise `SourceError` as well, where the
    provider cannot be asked or somebody has to sign in.
    """
    if mailbox.auth is Auth.OAUTH2:
        return partial(tokens.access, store, vault, mailbox)

    def given(refused: BearerToken | None) -> Credential | None:
        text = vault.password(_as_stored(store, mailbox)) if password is None else password
        return None if text is None else Password(text)

    return given


def nothing(refused: BearerToken | None) -> Credential | None:
    """Stand in where nobody is to log in."""


def _as_stored(store: Store, mailbox: Mailbox) -> Secret:
    """Return a password as it is stored now: a source may be old, and the key been changed meanwhile.

    Not that of another account, which its former server must not see.
    """
    if mailbox.secret.kind is not SecretKind.STORED:
        return mailbox.secret
    with store.read() as tx:
        now = mailboxes.get(tx, mailbox.id)
    same = now is not None and now.account == mailbox.account and now.secret.kind is SecretKind.STORED
    return now.secret if now is not None and same else mailbox.secret
