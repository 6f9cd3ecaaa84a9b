"""What the administrator's own mail server found out about a sender (RFC 8601, RFC 7489)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import authres

from allegra_tui.model.mail import Address

_PREFIX = "Authentication-Results: "


class Dmarc(StrEnum):
    """What is known of DMARC for a message."""

    ABSENT = "absent"
    UNREADABLE = "unreadable"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer, and where it comes from in words."""

    dmarc: Dmarc
    detail: str


def read_results(fields: Sequence[str], authserv_id: str, sender: Address | None) -> Result:
    """Read the topmost Authentication-Results field of the configured server.

    Any other field could have been written by the sender: RFC 8601, section 5 has the server remove those that claim
    to be its own, and it adds its field on top.
    """
    own = next((value for value in fields if _server(value) == authserv_id.casefold()), None)
    if own is None:
        return Result(Dmarc.ABSENT, f"{authserv_id} has left no result")
    try:
        header = authres.AuthenticationResultsHeader.parse(_PREFIX + " ".join(own.split()))
    except authres.AuthResError:
        return Result(Dmarc.UNREADABLE, f"the result of {authserv_id} cannot be read")
    for result in header.results:
        if (result.method or "").lower() != "dmarc":
            continue
        about = next((prop.value for prop in result.properties if (prop.type, prop.name) == ("header", "from")), None)
        if about and sender and about.lower().rpartition("@")[2] != sender.domain:
            continue  # told of another domain than the one that decides
        verdict = (result.result or "").lower()
        dmarc = {"pass": Dmarc.PASS, "fail": Dmarc.FAIL}.get(verdict, Dmarc.OTHER)
        return Result(dmarc, f"{authserv_id} says dmarc={verdict}" + (f" for {about}" if about else ""))
    return Result(Dmarc.ABSENT, f"{authserv_id} says nothing of DMARC")


def _server(value: str) -> str:
    """Tell who wrote a field: the authserv-id before the first semicolon, without version and comments."""
    return value.partition(";")[0].partition("(")[0].strip().partition(" ")[0].casefold()
