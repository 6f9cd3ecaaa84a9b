"""Who a message says it is from, and whether the form of From leaves one reading (the grammar is in `address`)."""

from allegra_tui.address import AddressError, parse_sender, reading
from allegra_tui.mail.header import Header
from allegra_tui.mail.repairs import Repairs
from allegra_tui.mail.words import decode_line
from allegra_tui.model.mail import Sender
from allegra_tui.model.verdict import Reason


def read_sender(header: Header, repairs: Repairs, hint: str | None = None) -> Sender:
    """The sender by the From fields of a header; without one, Sender or Return-Path give a reading, never trust."""
    values = [value for value in header.all(b"from") if value]
    if not values:
        return _without_from(header, repairs, hint)
    name, address = _readable(values[0], repairs, hint)
    if len(header.raw(b"from")) > 1:
        detail = f"There are {len(header.raw(b'from'))} From fields."
        return Sender(reading=address, name=name, problem=Reason.SENDER_AMBIGUOUS, detail=detail)
    try:
        raw_name, trusted = parse_sender(values[0].decode("ascii", "surrogateescape"))
    except AddressError as error:
        return Sender(reading=address, name=name, problem=error.reason, detail=str(error))
    name = decode_line(raw_name.encode("ascii", "surrogateescape"), repairs, hint)
    return Sender(address=trusted, reading=str(trusted), name=name)


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
    """The likeliest name and address of a value: the address found before encoded words are decoded, if there."""
    name, address = reading(value.decode("latin-1"))
    if address is None:
        return reading(decode_line(value, repairs, hint))
    return decode_line(name.encode("latin-1", "replace"), repairs, hint), address
