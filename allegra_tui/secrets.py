"""Passwords: fetched when needed from where they are kept, or encrypted with a key file outside the database.

The key file holds one key, while it is being changed for another one two: the first encrypts, every one decrypts. So
each state that a crash can leave behind is one in which all passwords open.

No message of this module holds a password, the output of a password command, or its arguments.
"""

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.model.settings import Secret, SecretKind

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The variable in which systemd tells a service where its credentials are."""
COMMAND_SECONDS = 30.0
_FILE_BYTES = 65_536
_HARMLESS = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"})
_HARMLESS_KINDS = ("LC_", "PYTHON")
_KEY_BYTES = 65_536


class SecretError(Exception):
    """A password cannot be had: one line, with what to do next."""

    code = "secret"
    exit_code = 2


class KeyFileError(SecretError):
    """The key file is missing, open to others, or not the one the passwords were encrypted with."""

    code = "key_file"


class Vault:
    """Gives the passwords that `Secret`s stand for. Making this object touches nothing."""

    def __init__(self, key_path: Path, *, command_seconds: float = COMMAND_SECONDS) -> None:
        self.key_path = key_path
        """The key file, which may not be there."""
        self._command_seconds = command_seconds

    def password(self, secret: Secret) -> str | None:
        """Return the password, None where there is none. Raises `SecretError`."""
        match secret.kind:
            case SecretKind.NONE:
                return None
            case SecretKind.COMMAND:
                return _from_command(secret.value, self._command_seconds)
            case SecretKind.ENV:
                return _from_environment(secret.value[0])
            case SecretKind.FILE:
                return _from_file(secret.value[0])
            case SecretKind.STORED:
                return self._decrypt(secret.value[0], self._keys())

    def encrypt(self, password: str) -> Secret:
        """Return the password in the form that may be stored. Makes the key file on first need."""
        if not self.has_key:
            self._make_key()
        ciphertext = self._fernet(self._keys()).encrypt(password.encode()).decode("ascii")
        return Secret(kind=SecretKind.STORED, value=(ciphertext,))

    @property
    def has_key(self) -> bool:
        """Whether there is a key file, usable or not."""
        return os.path.lexists(self.key_path)

    @property
    def has_former_key(self) -> bool:
        """Whether a change of the key was cut off: the key file still holds the former one. Raises `KeyFileError`."""
        return len(self._keys()) > 1

    def check_key(self) -> None:
        """Raise `KeyFileError` unless the key file is there, private and well-formed."""
        self._fernet(self._keys())

    def export_keys(self) -> str:
        """Return what the key file holds, for a backup that is to hold it, too. Raises `KeyFileError`."""
        self.check_key()
        return "\n".join(key.decode() for key in self._keys())

    def import_keys(self, exported: str, *, aside: Path) -> bool:
        """Put the key file of a backup in place, and keep another one that is there as `aside`; whether one was.

        Raises `KeyFileError`.
        """
        there = self.key_path.resolve()
        try:
            other = there.exists() and there.read_bytes().split() != exported.encode().split()
            if other:
                os.link(there, aside)
        except OSError as error:
            raise self._unwritable(error) from None
        self._replace_keys(exported.encode().split())
        return other

    def add_key(self) -> None:
        """Begin to change the key: a new one encrypts from now on, what is encrypted already still opens.

        Raises `KeyFileError`; then the key file is as it was.
        """
        from cryptography.fernet import Fernet

        self._replace_keys([Fernet.generate_key(), *self._keys()])

    def drop_former_keys(self, stored: Iterable[Secret]) -> None:
        """End the change of the key. `stored` is everything that has to open from then on.

        Raises `KeyFileError`, and keeps the former keys, where something of it opens with one of them alone.
        """
        newest = self._keys()[:1]
        for secret in stored:
            self._decrypt(secret.value[0], newest)
        self._replace_keys(newest)

    def _decrypt(self, ciphertext: str, keys: Sequence[bytes]) -> str:
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(keys).decrypt(ciphertext).decode()
        except InvalidToken:
            raise KeyFileError(
                f"the stored password was not encrypted with {self.key_path}: restore the key file that belongs to "
                "this database, or set the mailbox's password again"
            ) from None

    def _fernet(self, keys: Sequence[bytes]) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        try:
            return MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise KeyFileError(f"{self.key_path} holds no key: restore it from a backup") from None

    def _keys(self) -> list[bytes]:
        """Read the key file, the newest key first."""
        try:
            with self.key_path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                keys = file.read(_KEY_BYTES).split()
        except FileNotFoundError:
            raise KeyFileError(
                f"the key file {self.key_path} is missing: restore it from a backup, or set the stored passwords "
                "of the mailboxes again"
            ) from None
        except OSError as error:
            raise KeyFileError(f"the key file {self.key_path} cannot be read: {error.strerror}") from None
        if mode & 0o077:
            raise KeyFileError(
                f"the key file {self.key_path} is open to others (mode {mode:04o}): chmod 600 {self.key_path}"
            )
        return keys

    def _make_key(self) -> None:
        """Write a new key. It appears under its name whole or not at all, and never replaces another process's."""
        from cryptography.fernet import Fernet

        try:
            with tempfile.NamedTemporaryFile(dir=self.key_path.parent, prefix=".secret-") as file:  # mode 0600
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                os.link(file.name, self.key_path)
        except FileExistsError:
            return
        except OSError as error:
            raise self._unwritable(error) from None

    def _replace_keys(self, keys: Sequence[bytes]) -> None:
        """Write the key file anew: at any time it is there whole, as before or as after. The caller sees to it that
        nobody else does the same meanwhile."""
        target = self.key_path.resolve()  # where it is a link, the file stays where the administrator put it
        new = target.with_name(f".{target.name}.new")
        try:
            new.unlink(missing_ok=True)  # a crash may have left it
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(b"".join(key + b"\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
            _sync_directory(target.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> KeyFileError:
        return KeyFileError(f"the key file {self.key_path} cannot be written: {error.strerror}")


def _sync_directory(path: Path) -> None:
    """Make sure that a file's new name outlives a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def surroundings() -> dict[str, str]:
    """Return the environment of a child that reads what strangers wrote: without anything that may hold a secret."""
    return {name: value for name, value in os.environ.items() if name in _HARMLESS or name.startswith(_HARMLESS_KINDS)}


def _from_command(arguments: Sequence[str], seconds: float) -> str:
    """Run a password command, without a shell, and return the first line it prints."""
    name = Path(arguments[0]).name
    try:
        # A session of its own, so that whatever the command started ends with it.
        child = subprocess.Popen(
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise SecretError(f"the password command {name} cannot be run: {error.strerror}") from None
    with child:
        try:
            output, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise SecretError(
                f"the password command {name} did not end within {seconds:g} s; does it ask for something?"
            ) from None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode != 0:
        raise SecretError(f"the password command {name} ended with {child.returncode}; run it by hand to see why")
    return _first_line(output, f"the password command {name} printed")


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"the environment variable {name} for the password is not set")
    return value


def _from_file(name: str) -> str:
    """Return the first line of a file; a relative name is that of a systemd credential."""
    path = Path(os.path.expanduser(name))
    if not path.is_absolute():
        directory = os.environ.get(CREDENTIALS)
        if not directory:
            raise SecretError(
                f"the password file {name} is relative, and ${CREDENTIALS} is not set: give its whole path, "
                "or run as a systemd service with LoadCredential="
            )
        path = Path(directory) / path
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES)
    except OSError as error:
        raise SecretError(f"the password file {path} cannot be read: {error.strerror}") from None
    return _first_line(data, f"the password file {path} holds")


def _first_line(data: bytes, what: str) -> str:
    try:
        line = data.split(b"\n", 1)[0].removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise SecretError(f"{what} something that is not UTF-8") from None
    if not line:
        raise SecretError(f"{what} an empty first line instead of a password")
    return line
