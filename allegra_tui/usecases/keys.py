"""The key file, as far as what is stored encrypted needs it."""

from collections.abc import Collection, Iterable

from allegra_tui.model.settings import Mailbox, SecretKind
from allegra_tui.secrets import KeyFileError, Vault
from allegra_tui.store import Store, audit, sealed
from allegra_tui.store.sealed import Kind, Sealed
from allegra_tui.usecases.errors import Refused

_NAMED = 3
"""How much of what would be lost is named."""


def trouble(vault: Vault, mailboxes: Collection[Mailbox]) -> KeyFileError | None:
    """Tell what is wrong with the key file, if one of these mailboxes has a password that it opens."""
    if not _encrypted(mailboxes):
        return None
    try:
        vault.check_key()
    except KeyFileError as error:
        return error
    return None


def check_new(vault: Vault, stored: Iterable[Sealed], *, replaced: Collection[tuple[Kind, int]] = ()) -> None:
    """Refuse to make a new key while something that is stored opens with a missing one only.

    `replaced` says of what, and of the mailbox by which number, that does not matter. Raises `KeyFileError`.
    """
    if vault.has_key:
        return
    lost = [each.place for each in stored if (each.kind, each.row) not in replaced]
    if lost:
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        raise KeyFileError(
            f"the key file {vault.key_path} is missing, and a new one would not open the {', '.join(lost[:_NAMED])}"
            f"{more}: restore it from a backup; where it is lost for good, first forget what it opened "
            "(mailbox password NAME --remove, mailbox sign-in NAME --forget)"
        )


def replaced(new: Mailbox, password: str | None, client_secret: str | None) -> Collection[tuple[Kind, int]]:
    """Return what is no longer stored as it was once a mailbox is saved with these secrets, None where one stays."""
    found: list[tuple[Kind, int]] = []
    if password is not None or new.secret.kind is not SecretKind.STORED:
        found.append(("password", new.id))
    if client_secret is not None or new.client_secret.kind is not SecretKind.STORED:
        found.append(("client secret", new.id))
    return found


def rotate(store: Store, vault: Vault, *, who: str) -> int:
    """Encrypt everything that is stored encrypted with a new key, forget the former one, and return how much it was.

    Killed at any point it leaves a key file that opens everything; called again it does the whole. Raises
    `KeyFileError` where something does not open or the key file cannot be written, and `Refused` where nothing is
    stored encrypted: without a ciphertext that changes, whoever encrypts meanwhile would not notice.
    """
    with store.write() as tx:
        found = sealed.every(tx)
        if not found:
            raise Refused("no password is stored encrypted, so there is no key to change")
        opened = [(each, _open(vault, each)) for each in found]
        vault.add_key()
        for each, clear in opened:
            sealed.put(tx, each, vault.encrypt(clear))
        audit.record(tx, who=who, action="rotate", subject="key", changes={})
    with store.write() as tx:  # so that nobody encrypts or changes the key meanwhile
        vault.drop_former_keys(each.secret for each in sealed.every(tx))
    return len(found)


def _open(vault: Vault, each: Sealed) -> str:
    try:
        clear = vault.password(each.secret)
    except KeyFileError as error:
        raise KeyFileError(f"{each.place}: {error}") from None
    assert clear is not None
    return clear


def _encrypted(mailboxes: Collection[Mailbox]) -> bool:
    return any(SecretKind.STORED in (mailbox.secret.kind, mailbox.client_secret.kind) for mailbox in mailboxes)
