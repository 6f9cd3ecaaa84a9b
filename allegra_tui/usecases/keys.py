"""The key file, as far as the stored passwords need it."""

from collections.abc import Collection

from allegra_tui.model.settings import Mailbox, SecretKind
from allegra_tui.secrets import KeyFileError, Vault


def trouble(vault: Vault, mailboxes: Collection[Mailbox]) -> KeyFileError | None:
    """Tell what is wrong with the key file, if one of these mailboxes has a password that it opens."""
    if not _encrypted(mailboxes):
        return None
    try:
        vault.check_key()
    except KeyFileError as error:
        return error
    return None


def check_new(vault: Vault, others: Collection[Mailbox]) -> None:
    """Refuse to make a new key while the passwords of others open with a missing one only. Raises `KeyFileError`."""
    if not vault.has_key and _encrypted(others):
        vault.check_key()


def _encrypted(mailboxes: Collection[Mailbox]) -> bool:
    return any(mailbox.secret.kind is SecretKind.STORED for mailbox in mailboxes)
