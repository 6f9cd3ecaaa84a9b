"""What every test server's account offers: settings to reach it, and a look at what is really there."""

import contextlib
import imaplib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from typing import Protocol as TypingProtocol

from allegra_tui.model.settings import Mailbox, Protocol, Security
from tests.servers.ports import HOST

_UID = re.compile(rb"UID (\d+)")


@dataclass(frozen=True)
class StoredMessage:
    r"""A message as it is on the server; `flags` without `\Recent`, which is the session's and not the message's."""

    uid: int
    flags: frozenset[str]
    raw: bytes = field(repr=False)


class Server(TypingProtocol):
    """What an account needs of its server."""

    ca_pem: str | None

    def port(self, protocol: Protocol, security: Security) -> int:
        """Return the port for a protocol and a way of encrypting."""
        ...

    def imap(self) -> imaplib.IMAP4:
        """Open a plain IMAP connection, not logged in."""
        ...


@dataclass(frozen=True)
class Account:
    """A user of a test server. Folder names are ASCII in the calls that talk IMAP."""

    server: Server
    username: str
    password: str

    def mailbox(
        self,
        name: str = "box",
        protocol: Protocol = Protocol.IMAP,
        security: Security = Security.SSL,
        **changes: Any,
    ) -> Mailbox:
        """Return settings that reach this account; `changes` are fields of `Mailbox`."""
        settings: dict[str, Any] = {
            "host": HOST,
            "port": self.server.port(protocol, security),
            "username": self.username,
            "ca_pem": self.server.ca_pem,
        }
        return Mailbox(name=name, protocol=protocol, security=security, **(settings | changes))

    @contextlib.contextmanager
    def imap(self, folder: str | None = None, *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
        """Log in as somebody else who uses the same mailbox; select a folder where one is named."""
        connection = self.server.imap()
        try:
            connection.login(self.username, self.password)
            if folder is not None:
                status, data = connection.select(_quoted(folder), readonly=readonly)
                assert status == "OK", data
            yield connection
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                connection.logout()
            with contextlib.suppress(OSError):
                connection.shutdown()  # which a log-out that fails leaves undone

    def messages(self, folder: str = "INBOX") -> list[StoredMessage]:
        """Read what the folder holds, by UID, without changing a flag. Empty where there is no such folder."""
        with self.imap() as connection:
            status, _ = connection.select(_quoted(folder), readonly=True)
            if status != "OK":
                return []
            status, data = connection.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
            assert status == "OK", data
            found = []
            for item in data:
                if isinstance(item, tuple):
                    uid = _UID.search(item[0])
                    assert uid is not None, item[0]
                    flags = frozenset(flag.decode() for flag in imaplib.ParseFlags(item[0])) - {r"\Recent"}
                    found.append(StoredMessage(int(uid[1]), flags, item[1]))
            return sorted(found, key=lambda message: message.uid)

    def append(self, raw: bytes, folder: str = "INBOX", flags: str = "") -> None:
        """Put a message into a folder by IMAP APPEND (line ends become CRLF); the folder is made if missing."""
        self.append_all([raw], folder, flags)

    def append_all(self, messages: Iterable[bytes], folder: str = "INBOX", flags: str = "") -> None:
        """Put messages into a folder over one connection."""
        with self.imap() as connection:
            if folder != "INBOX":
                connection.create(_quoted(folder))
            for raw in messages:
                status, data = connection.append(_quoted(folder), f"({flags})", "", raw)
                assert status == "OK", data

    def store_flags(self, uids: str, flags: str, folder: str = "INBOX") -> None:
        r"""Add flags such as `\Deleted \Seen` to a set of UIDs such as `1:3,7`."""
        with self.imap(folder) as connection:
            status, data = connection.uid("STORE", uids, "+FLAGS.SILENT", f"({flags})")
            assert status == "OK", data

    def expunge(self, uids: str, folder: str = "INBOX") -> None:
        """Remove messages for good, as somebody else."""
        with self.imap(folder) as connection:
            connection.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
            status, data = connection.expunge()
            assert status == "OK", data


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
