"""What a mailbox is logged in to with. Never stored, shown or logged in this form."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Password:
    """A password, sent with the user name."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """An OAuth2 access token (RFC 6750): whoever holds it is let in, until it expires."""

    text: str = field(repr=False)


Credential = Password | BearerToken
Obtain = Callable[[BearerToken | None], Credential | None]
"""Asked at every log-in, since a token does not last as long as a source; None where there is nothing to log in with.

It is asked a second time with a token that the server refused, and then gives another one, or the same where there
is no other.
"""
