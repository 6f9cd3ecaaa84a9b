"""What an administrator sets: intake, projects, senders and mailboxes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

MARKER_WORDS = ("Allegra", "Genji", "Ticket", "Issue", "Vorgang")
MARKER_TEMPLATES = ("[#{number}]", "[{word} {number}]", "[{word} #{number}]", "[{key}-{number}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """Settings of the whole intake; the defaults are those of a fresh data directory."""

    enabled: bool = True
    allow_unknown_senders: bool = False
    allowed_pattern: str = ""
    must_accept: Sequence[str] = ()
    """Addresses that the allowed pattern has to accept, else it is not saved."""
    must_refuse: Sequence[str] = ()
    """Texts that it has to refuse."""
    default_project: str | None = None
    poll_seconds: int = 300
    overdue_seconds: int = 3600
    max_message_mb: int = 25
    keep_originals_days: int = 90
    marker_words: Sequence[str] = MARKER_WORDS
    marker_templates: Sequence[str] = MARKER_TEMPLATES
    """How a subject names an issue: `{number}` with a `{word}` of the list or the `{key}` of a project."""
    unknown_comment_own_only: bool = True
    """Unknown senders comment only on issues they take part in."""
    reject_subjects: Sequence[str] = ()
    """Perl 5 patterns, as in the lists that follow: searched anywhere, ignoring case."""
    reject_senders: Sequence[str] = ()
    reject_bodies: Sequence[str] = ()
    cut_passages: Sequence[str] = ()
    """What is left out of the visible text; the whole text keeps it."""
    drop_file_names: Sequence[str] = ()
    drop_file_hashes: Sequence[str] = ()
    """SHA-256 of attachments to leave out, such as a logo in every signature."""
    authserv_id: str = ""
    """The mail server whose Authentication-Results are trusted; empty for none."""
    rate_messages: int = 0
    """Messages of one sender within `rate_minutes`; what exceeds it waits in quarantine. 0 for no limit."""
    rate_minutes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Where issues live."""

    key: str
    name: str
    archived: bool = False
    id: int = 0
    """0 until it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredSender:
    """A registered person; addresses in the form of `str(Address)`."""

    name: str
    addresses: Sequence[str]
    enabled: bool = True
    id: int = 0
    """0 until it is stored."""


class Protocol(StrEnum):
    """How a mailbox is read."""

    IMAP = "imap"
    POP3 = "pop3"
    MAILDIR = "maildir"


class Security(StrEnum):
    """How a connection is encrypted."""

    SSL = "ssl"
    STARTTLS = "starttls"
    STARTTLS_IF_AVAILABLE = "starttls-if-available"
    NONE = "none"


class Auth(StrEnum):
    """How a mailbox is logged in to."""

    PASSWORD = "password"  # noqa: S105  (a way of logging in)
    OAUTH2 = "oauth2"


class Provider(StrEnum):
    """Who gives the tokens of OAuth2."""

    MICROSOFT365 = "microsoft365"
    GOOGLE = "google"
    CUSTOM = "custom"


class SecretKind(StrEnum):
    """Where a password, or another secret, comes from."""

    NONE = "none"
    COMMAND = "command"
    ENV = "env"
    FILE = "file"
    STORED = "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a mailbox's password, or another secret, comes from; never the secret itself in clear.

    `value` is the argument list of a command, or one element: the variable's name, the file's path, the ciphertext.
    """

    kind: SecretKind = SecretKind.NONE
    value: Sequence[str] = field(default=(), repr=False)


FirstContact = Literal["all", "new"] | int
"""What is taken of the mail a mailbox holds when it is first met: all, nothing, or that of the last N days."""

DEFAULT_PORTS = {
    (Protocol.IMAP, True): 993,
    (Protocol.IMAP, False): 143,
    (Protocol.POP3, True): 995,
    (Protocol.POP3, False): 110,
}


DEFAULT_HOSTS = {
    (Provider.MICROSOFT365, Protocol.IMAP): "outlook.office365.com",
    (Provider.MICROSOFT365, Protocol.POP3): "outlook.office365.com",
    (Provider.GOOGLE, Protocol.IMAP): "imap.gmail.com",
    (Provider.GOOGLE, Protocol.POP3): "pop.gmail.com",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Connection settings of a mailbox; global when `project` is None. Times are in seconds."""

    name: str
    protocol: Protocol = Protocol.IMAP
    project: str | None = None
    host: str = ""
    port: int | None = None
    security: Security = Security.SSL
    username: str = ""
    auth: Auth = Auth.PASSWORD
    secret: Secret = Secret()
    """The password; with OAuth2 there is none."""
    provider: Provider | None = None
    """With OAuth2, as all that follows up to `scope`."""
    client_id: str = ""
    """What this program is registered as with the provider."""
    client_secret: Secret = Secret()
    """Where the provider demands one."""
    tenant: str = ""
    """Of Microsoft 365: the organisation, by its id or domain; empty for any."""
    device_endpoint: str = ""
    """Of a provider of one's own, as the two that follow: an https address (RFC 8628 3.1)."""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    scope: str = ""
    """Empty for what the provider needs."""
    folder: str = "INBOX"
    path: str = ""
    leave_on_server: bool = False
    move_to: str | None = None
    ca_pem: str | None = None
    pin: str | None = None
    """SHA-256 of the server's leaf certificate, lower-case hex."""
    first_contact: FirstContact = "all"
    connect_timeout: float = 15
    read_timeout: float = 60
    run_seconds: float = 600
    poll_seconds: int | None = None
    overdue_seconds: int | None = None
    addresses: Sequence[str] = ()
    take_auto_generated: bool = False
    enabled: bool = True
    id: int = 0
    """0 until it is stored."""

    @property
    def effective_port(self) -> int:
        """The port set, or the one that follows from protocol and security; 0 for a Maildir."""
        return self.port or DEFAULT_PORTS.get((self.protocol, self.security is Security.SSL), 0)

    @property
    def needs_password(self) -> bool:
        """Whether it is logged in to with a password."""
        return self.protocol is not Protocol.MAILDIR and self.auth is Auth.PASSWORD

    @property
    def account(self) -> str:
        """What makes it another account when it changes: protocol, host, user and folder, or the path."""
        if self.protocol is Protocol.MAILDIR:
            return f"maildir:{self.path}"
        folder = self.folder if self.protocol is Protocol.IMAP else ""
        return f"{self.protocol}://{self.username}@{self.host.lower()}/{folder}"
