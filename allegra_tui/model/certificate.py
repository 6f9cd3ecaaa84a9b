"""What a server shows of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a person needs to see before pinning a server's leaf certificate."""

    subject: str
    names: Sequence[str]
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    """Lower-case hex, over the DER form."""
    problem: str = ""
    """Why ordinary verification refuses it; empty where it does not."""
