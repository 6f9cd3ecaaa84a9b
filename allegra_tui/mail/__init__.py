"""Mail from bytes: total functions that turn whatever arrived into a `Mail`."""

from allegra_tui.mail.message import envelope, header_source, parse

__all__ = ["envelope", "header_source", "parse"]
