"""E-mail addresses: the one grammar for intake, register and playground, and the From rule that decides trust.

Strict on purpose. A value that two mail programs could read differently is refused, because the domain found
here is what the allowed-domain pattern is asked about.
"""

import re

from allegra_tui.model.mail import Address
from allegra_tui.model.verdict import Reason

MAX_ADDRESS_BYTES = 254
"""RFC 5321 section 4.5.3.1.3 (a path of 256 octets with its angle brackets)."""
MAX_LOCAL_BYTES = 64
MAX_FROM_CHARACTERS = 1000

_LOCAL = re.compile(r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*")
"""dot-atom of RFC 5322 section 3.2.3 without `%` and `!`, which relays once read as routes."""
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_BLANKS = re.compile(r"[ \t]+")
_NAMED = re.compile(
    r"""(?P<name>(?: [^"<>@,;:()\[\]\\] | "(?:[^"\\]|\\.)*" )*)  # a display name, parts of it quoted
        <(?P<spec>[^<>]*)>""",
    re.VERBOSE,
)
_QUOTING = re.compile(r'\\(.)|"')


class AddressError(ValueError):
    """An address or From value that cannot be trusted; `str()` is one sentence for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def parse(text: str) -> Address:
    """Return the address that `text` is, as a whole: one clean addr-spec, nothing around it.

    The domain is brought into A-label form (UTS 46, RFC 5891) and lower case first and has to be letters, digits
    and hyphens in two labels or more then; the local part stays as written.

    Raises AddressError with SENDER_MISSING for an empty text, else with SENDER_MALFORMED.
    """
    if not text:
        raise AddressError(Reason.SENDER_MISSING, "There is no address.")
    if len(text) > MAX_ADDRESS_BYTES:
        raise _malformed(f"The address is longer than {MAX_ADDRESS_BYTES} bytes.")
    if re.search(r"\s", text) or _CONTROL.search(text):
        raise _malformed("The address holds a blank or a control character.")
    if text.count("@") != 1:
        raise _malformed("An address has exactly one @, as in name@example.org.")
    local, _, domain = text.partition("@")
    if not _LOCAL.fullmatch(local) or "=?" in local:
        raise _malformed("The part before the @ is no plain name of letters, digits and single dots.")
    if len(local) > MAX_LOCAL_BYTES:
        raise _malformed(f"The part before the @ is longer than {MAX_LOCAL_BYTES} bytes.")
    address = Address(local=local, domain=_domain(domain))
    if len(str(address)) > MAX_ADDRESS_BYTES:
        raise _malformed(f"The address is longer than {MAX_ADDRESS_BYTES} bytes.")
    return address


def parse_sender(value: str) -> tuple[str, Address]:
    """Return display name and address of a From value that leaves exactly one reading.

    `value` is the field body as it stands in the header: folded or not, encoded words (RFC 2047) not yet decoded,
    raw 8-bit bytes as lone surrogates or decoded. The name comes back without its quotes, encoded words still in it.
    The value has to be `addr` or `display-name <addr>` as a whole; comments, groups and lists are refused.

    Raises AddressError: SENDER_MISSING where nobody is named, SENDER_MALFORMED for one unusable address,
    SENDER_AMBIGUOUS for everything that mail programs read differently.
    """
    if len(value) > MAX_FROM_CHARACTERS:
        raise _ambiguous(f"From is longer than {MAX_FROM_CHARACTERS} characters.")
    line = _BLANKS.sub(" ", _FOLD.sub("", value)).strip(" ")
    if _CONTROL.search(line):
        raise _malformed("From holds a control character.")
    if "@" not in line:
        raise AddressError(Reason.SENDER_MISSING, "From names no address.")
    if "<" not in line and ">" not in line:
        return "", _bare(line)
    if named := _NAMED.fullmatch(line):
        return _unquote(named["name"].strip(" ")), parse(named["spec"])
    name, _, spec = line.rpartition("<")
    if spec.endswith(">") and name.strip(" ").lower() == spec[:-1].lower():
        return name.strip(" "), parse(spec[:-1])
    raise _ambiguous("From can be read as more than one address.")


def reading(value: str) -> tuple[str, str | None]:
    """Return the likeliest display name and address of any From value, for people to look at only.

    Never raises and takes linear time. Of a very long value only the beginning is looked at.
    """
    line = " ".join(value[: 4 * MAX_FROM_CHARACTERS].split())
    opening = line.rfind("<")
    closing = line.find(">", opening)
    if 0 <= opening < closing and "@" in line[opening:closing]:
        return _unquote(line[:opening].strip()), line[opening + 1 : closing].strip()
    at = line.find("@")
    if at < 0:
        return line, None
    start = at
    while start and line[start - 1] not in ' <>()",;:':
        start -= 1
    end = at
    while end < len(line) and line[end] not in ' <>()",;':
        end += 1
    name = f"{line[:start]} {line[end:]}".strip(' <>()",;:')
    return name, line[start:end]


def key(address: Address) -> str:
    """Return the form under which a sender is registered and compared.

    RFC 5321 leaves the case of the local part to the receiving system; in practice none tells Anna@ from anna@,
    so a registered sender is recognised whatever the case.
    """
    return str(address).lower()


def _bare(line: str) -> Address:
    """Return the address of a From without angle brackets; what is more than one word is not one address."""
    if re.search(r'[ ,;:()\[\]"\\]', line) or line.count("@") > 1:
        raise _ambiguous("From is neither one address nor a name and one address in angle brackets.")
    return parse(line)


def _unquote(name: str) -> str:
    """Take quotes and escapes off a display name's quoted parts."""
    return _QUOTING.sub(lambda quoting: quoting[1] or "", name)


def _domain(domain: str) -> str:
    labels = domain.split(".")
    if not labels[-1]:
        raise _malformed("The domain is empty or ends with a dot.")
    if len(labels) < 2:
        raise _malformed("The domain has one label only; a full one such as example.org is needed.")
    return ".".join(_label(label) for label in labels)


def _label(label: str) -> str:
    lowered = label.lower() if label.isascii() else _a_label(label)
    if not _LABEL.fullmatch(lowered):
        raise _malformed("The domain holds something else than letters, digits, dots and inner hyphens.")
    return _a_label(lowered) if lowered.startswith("xn--") and label.isascii() else lowered


def _a_label(label: str) -> str:
    """Return the A-label of an international label; one that reads as plain ASCII once mapped is a disguise."""
    import idna  # large tables that ordinary domains never need

    try:
        mapped = idna.uts46_remap(label)
        if mapped.isascii() and not label.isascii():
            raise _malformed("The domain is written in letters that only look like plain ones.")
        return idna.alabel(mapped).decode("ascii")
    except idna.IDNAError as error:
        raise _malformed("The domain is no valid international name.") from error


def _malformed(message: str) -> AddressError:
    return AddressError(Reason.SENDER_MALFORMED, message)


def _ambiguous(message: str) -> AddressError:
    return AddressError(Reason.SENDER_AMBIGUOUS, message)
