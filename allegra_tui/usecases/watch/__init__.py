"""Watch: one process that keeps taking mail in, all enabled mailboxes side by side."""

from allegra_tui.usecases.watch.presence import AlreadyWatched, claim, watching
from allegra_tui.usecases.watch.supervisor import Report, Watch

__all__ = ["AlreadyWatched", "Report", "Watch", "claim", "watching"]
