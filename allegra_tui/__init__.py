"""Mail from POP3, IMAP and Maildir mailboxes becomes issues; administered in a terminal."""

__version__ = "0.1.0"
