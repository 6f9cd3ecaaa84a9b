"""Mailboxes behind one protocol: IMAP, POP3, Maildir. Knows mail stores and TLS, not issues."""

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.sources.source import (
    CancelledError,
    Certificate,
    ConnectError,
    DeadlineError,
    Download,
    Entry,
    FolderError,
    Listing,
    LoginError,
    RefusedError,
    Settlement,
    Source,
    SourceError,
    Step,
    StepName,
    TlsError,
)

__all__ = [
    "CancelledError",
    "Certificate",
    "ConnectError",
    "DeadlineError",
    "Download",
    "Entry",
    "FolderError",
    "Listing",
    "LoginError",
    "RefusedError",
    "Settlement",
    "Source",
    "SourceError",
    "Step",
    "StepName",
    "TlsError",
    "open_source",
]


def open_source(mailbox: Mailbox, password: str | None) -> Source:
    """Return the source for a mailbox's settings; nothing is connected yet. Only the protocol needed is imported."""
    match mailbox.protocol:
        case Protocol.IMAP:
            from allegra_tui.sources.imap import ImapSource

            return ImapSource(mailbox, password)
        case Protocol.POP3:
            from allegra_tui.sources.pop3 import Pop3Source

            return Pop3Source(mailbox, password)
        case Protocol.MAILDIR:
            from allegra_tui.sources.maildir import MaildirSource

            return MaildirSource(mailbox)
