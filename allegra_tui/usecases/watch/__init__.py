"""Watch: one process that keeps taking mail in, all enabled mailboxes side by side."""

from allegra_tui.usecases.watch.supervisor import Report, Watch

__all__ = ["Report", "Watch"]
