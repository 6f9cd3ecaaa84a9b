"""Logging in with an OAuth2 access token: OAUTHBEARER (RFC 7628), or XOAUTH2, which the big providers had before it.

Neither is ever to be used without encryption: whoever reads the token is let in as well.
"""

import json
from collections.abc import Callable, Container

OAUTHBEARER = "OAUTHBEARER"
XOAUTH2 = "XOAUTH2"
_CONTROL = frozenset(map(chr, range(32))) | {"\x7f"}


def mechanism(offered: Container[str]) -> str | None:
    """Choose one that the server offers, the standard's first; None where it offers neither."""
    return next((name for name in (OAUTHBEARER, XOAUTH2) if name in offered), None)


def initial(name: str, *, user: str, host: str, port: int, token: str) -> bytes:
    """Return what the client says first (RFC 7628 3.1). Raises ValueError where a part would end it early."""
    if _CONTROL & {*user, *host, *token}:
        raise ValueError("a control character in the user name or the token")
    if name == XOAUTH2:
        return f"user={user}\1auth=Bearer {token}\1\1".encode()
    authzid = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={authzid},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


def acknowledgement(name: str) -> bytes:
    """Return what the client says to the error, so that the server can end the exchange (RFC 7628 3.2.3)."""
    return b"" if name == XOAUTH2 else b"\1"


def reason(challenge: bytes, words: Callable[[bytes | str], str]) -> str:
    """Return the error that a server told in JSON (RFC 7628 3.2.2) in words; empty where it says nothing of use."""
    try:
        told = json.loads(challenge)
    except (ValueError, RecursionError):
        return words(challenge)
    if not isinstance(told, dict):
        return ""
    parts = [f"{key} {told[key]}" for key in ("status", "scope") if isinstance(told.get(key), str) and told[key]]
    return words(", ".join(parts))
