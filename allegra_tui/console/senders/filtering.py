"""Which senders the list shows."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chosen:
    """What names or addresses are to hold, as typed."""

    search: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.search.strip()

    def words(self) -> str:
        """Say which senders these are."""
        return "Senders" if self.everything else f'Senders with "{self.search.strip()}"'

    def hits(self) -> re.Pattern[str] | None:
        """Return what to mark in the list."""
        return None if self.everything else re.compile(re.escape(self.search.strip()), re.IGNORECASE)
