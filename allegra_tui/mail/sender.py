"""Who a message says it is from, and whether the form of From leaves one reading (the grammar is in `address`)."""

import re

from allegra_tui.address import AddressError, parse_sender, reading
from allegra_tui.mail.header import Header
from allegra_tui.mail.repairs import Repairs
from allegra_tui.mail.words import decode_line
from allegra_tui.model.mail import Sender
from allegra_tui.model.verdict import Reason

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_IN_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
_QUOTED_LOCAL = re.compile(r'("(?:[^"\\]|\\.){1,64}"@[^\s<>,;]{1,255})')
_ROUTE = re.compile(r"\A(?:@[^:]*:|mailto:)+", re.IGNORECASE)


def read_sender(header: Header, repairs: Repairs, hint: str | None = None) -> Sender:
    """The sender by the From fields of a header; without one, Sender or Return-Path give a reading, never trust."""
    fields = header.all(b"from")
    values = [value for value in fields if value]
    if not values:
        return _without_from(header, repairs, hint)
    if len(fields) > 1:
        problem, detail = Reason.SENDER_AMBIGUOUS, f"There are {len(fields)} From fields."
    else:
        try:
            raw_name, address = parse_sender(values[0].decode("ascii", "surrogateescape"))
        except AddressError as error:
            problem, detail = error.reason, str(error)
        else:
            name = decode_line(raw_name.encode("ascii", "surrogateescape"), repairs, hint)
            return Sender(address=address, reading=str(address), name=name)
    name, reading_ = _readable(values[0], repairs, hint)
    return Sender(reading=reading_, name=name, problem=problem, detail=detail)


def _without_from(header: Header, repairs: Repairs, hint: str | None) -> Sender:
    detail = "From is empty." if header.raw(b"from") else "There is no From field."
    for field in (b"sender", b"return-path"):
        value = header.get(field)
        if value:
            name, address = _readable(value, repairs, hint)
            if address:
                return Sender(reading=address, name=name, problem=Reason.SENDER_MISSING, detail=detail)
    return Sender(problem=Reason.SENDER_MISSING, detail=detail)


def _readable(value: bytes, repairs: Repairs, hint: str | None) -> tuple[str, str | None]:
    """The likeliest name and address of a value, for people: found before encoded words are decoded where possible."""
    text = _COMMENT.sub("", value.decode("latin-1")) if b"(" in value else value.decode("latin-1")
    found = _IN_BRACKETS.search(text) or _QUOTED_LOCAL.search(text)
    if found is not None:
        name, address = text[: found.start()].strip(' "'), found[1]
    else:
        name, bare = reading(value.decode("latin-1"))
        if bare is None:
            return reading(decode_line(value, repairs, hint))
        address = bare
    address = _ROUTE.sub("", "".join(address.split())).strip("'[]")
    return (
        decode_line(name.encode("latin-1", "replace"), repairs, hint),
        decode_line(address.encode("latin-1", "replace"), repairs, hint),
    )
