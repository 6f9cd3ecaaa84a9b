"""Mailboxes behind one protocol: IMAP, POP3, Maildir. Knows mail stores and TLS, not issues."""

from allegra_tui.model.credential import Obtain
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


def open_source(mailbox: Mailbox, obtain: Obtain) -> Source:
    """Return the source for a mailbox's settings; nothing is connected yet. Only the protocol needed is imported.

    `obtain` is asked for what to log in with once a server waits for it; what it raises goes on to the caller.
    """
    match mailbox.protocol:
        case Protocol.IMAP:
            from allegra_tui.sources.imap import ImapSource

            return ImapSource(mailbox, obtain)
        case Protocol.POP3:
            from allegra_tui.sources.pop3 import Pop3Source

            return Pop3Source(mailbox, obtain)
        case Protocol.MAILDIR:
            from allegra_tui.sources.maildir import MaildirSource

            return MaildirSource(mailbox)
