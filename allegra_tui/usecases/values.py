"""Single values as configuration files, options and forms hold them, checked and brought into the model's form.

Each function takes what was given and returns what is stored, or raises `WrongValue` with what is expected instead.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from allegra_tui import address
from allegra_tui.model.settings import FirstContact
from allegra_tui.policy.markers import Markers, TemplateError

E = TypeVar("E", bound=StrEnum)

MAX_LINE = 1000
"""Characters of a name, path or other text on one line."""
DAY = 86_400
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
_HOST = re.compile(r"[^\s/@\[\]]+")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s.+?\s-----END CERTIFICATE-----", re.DOTALL)


class WrongValue(ValueError):  # noqa: N818  (it reads as what happened)
    """A value that cannot be taken; the text says what is expected."""


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise WrongValue("true or false is expected")
    return value


def line(value: object) -> str:
    """One line of text, blanks around it dropped, not empty."""
    found = line_or_empty(value)
    if not found:
        raise WrongValue("it must not be empty")
    return found


def line_or_empty(value: object) -> str:
    """One line of text, blanks around it dropped."""
    if not isinstance(value, str):
        raise WrongValue("a text in quotes is expected")
    found = value.strip()
    if not found.isprintable():
        raise WrongValue("it holds a control or invisible character")
    if len(found) > MAX_LINE:
        raise WrongValue(f"it is longer than {MAX_LINE} characters")
    return found


def folder(value: object) -> str:
    """The name of a folder. INBOX is the same however it is written (RFC 3501 5.1), and stored in capitals."""
    found = line(value)
    return found.upper() if found.upper() == "INBOX" else found


def optional_folder(value: object) -> str | None:
    """The name of a folder, or nothing."""
    return folder(value) if line_or_empty(value) else None


def password(value: object) -> str:
    """A password; empty for none. Control characters would end the line it is sent in."""
    if not isinstance(value, str):
        raise WrongValue("a text in quotes is expected")
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in value):
        raise WrongValue("it holds a control character")
    return value


def pattern(value: object) -> str:
    """A pattern as it was written; whether it can be used is another question."""
    if not isinstance(value, str):
        raise WrongValue("a text in quotes is expected")
    return "" if not value.strip() else value


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return a check for whole numbers of a range."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise WrongValue(f"a whole number from {least} to {most} is expected")
        return value

    return read


def optional_whole(least: int, most: int) -> Callable[[object], int | None]:
    """Return a check for whole numbers of a range; 0 stands for nothing set."""
    check = whole(least, most)

    def read(value: object) -> int | None:
        return None if value == 0 and not isinstance(value, bool) else check(value)

    return read


def seconds(value: object) -> float:
    """A time limit."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= DAY:
        raise WrongValue(f"a number of seconds above 0 and up to {DAY} is expected")
    return value


def optional_choice(kind: type[E]) -> Callable[[object], E | None]:
    """Return a check for one of a few words, or nothing."""
    check = choice(kind)
    return lambda value: None if value == "" else check(value)


def choice(kind: type[E]) -> Callable[[object], E]:
    """Return a check for one of a few words."""

    def read(value: object) -> E:
        try:
            return kind(str(value))
        except ValueError:
            raise WrongValue(f"one of {', '.join(kind)} is expected") from None

    return read


def texts(value: object) -> Sequence[str]:
    """A list of texts, each on one line and not empty."""
    if not isinstance(value, list | tuple):
        raise WrongValue("a list of texts is expected")
    return tuple(dict.fromkeys(line(item) for item in value))


def patterns(value: object) -> Sequence[str]:
    """A list of patterns as they were written; whether they can be used is another question."""
    if not isinstance(value, list | tuple):
        raise WrongValue("a list of patterns is expected")
    return tuple(dict.fromkeys(found for item in value if (found := pattern(item))))


def sha256s(value: object) -> Sequence[str]:
    """A list of SHA-256 sums in hex."""
    return tuple(dict.fromkeys(found for item in texts(value) if (found := sha256(item))))


def templates(value: object) -> Sequence[str]:
    """Templates of subject markers."""
    found = texts(value)
    try:
        Markers((), (), found)
    except TemplateError as error:
        raise WrongValue(str(error)) from None
    return found


def addresses(value: object) -> Sequence[str]:
    """A list of e-mail addresses, each once, in the form in which they are stored."""
    return tuple(dict.fromkeys(str(_address(item)) for item in texts(value)))


def _address(text: str) -> object:
    try:
        return address.parse(text)
    except address.AddressError as error:
        raise WrongValue(f"{text}: {error}") from None


def project_key(value: object) -> str:
    """The key of a project, in upper case."""
    found = line(value).upper()
    if not _PROJECT_KEY.fullmatch(found):
        raise WrongValue("a key of up to 20 letters A-Z, digits and _ that begins with a letter is expected")
    return found


def optional_project(value: object) -> str | None:
    """The key of a project, or nothing."""
    return project_key(value) if line_or_empty(value) else None


def host(value: object) -> str:
    """The name or IP address of a server."""
    found = line(value)
    if "://" in found:
        raise WrongValue(f"a server's name alone is expected, not an address such as {found}")
    bare = found[1:-1] if found.startswith("[") and found.endswith("]") else found
    if not _HOST.fullmatch(bare):
        raise WrongValue("a server's name or IP address is expected")
    if bare.count(":") == 1:
        raise WrongValue("the port has a setting of its own: port")
    return bare


def tenant(value: object) -> str:
    """The organisation at Microsoft 365, by its id or domain, or nothing."""
    found = line_or_empty(value)
    if found and not _TENANT.fullmatch(found):
        raise WrongValue("the id or the domain of an organisation is expected")
    return found


def endpoint(value: object) -> str:
    """An address at which tokens are given, or nothing. Without encryption whoever listens gets them as well."""
    found = line_or_empty(value)
    try:
        parts = urlsplit(found)
        usable = parts.scheme == "https" and parts.hostname and parts.port != 0
        usable = usable and parts.username is None and not parts.fragment
    except ValueError:  # the host or the port is none
        usable = False
    if found and (not usable or not found.isascii() or " " in found):
        raise WrongValue("an address that begins with https:// is expected")
    return found


def first_contact(value: object) -> FirstContact:
    """What is taken of the mail that is there at the first contact."""
    if value == "all" or value == "new":
        return "all" if value == "all" else "new"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 36_500:
        return value
    raise WrongValue('"all", "new" or a number of days is expected')


def sha256(value: object) -> str | None:
    """A SHA-256 sum in hex, with or without colons."""
    found = line_or_empty(value).replace(":", "").replace(" ", "").lower()
    if found and not re.fullmatch(r"[0-9a-f]{64}", found):
        raise WrongValue("a SHA-256 of 64 hex digits is expected")
    return found or None


def certificates(value: object) -> str | None:
    """The certificates of a PEM text, and nothing else that stands there, such as a private key."""
    from allegra_tui.sources import tls
    from allegra_tui.sources.source import TlsError

    if not isinstance(value, str):
        raise WrongValue("a text in quotes is expected")
    if not value.strip():
        return None
    found = "".join(f"{block}\n" for block in _CERTIFICATE.findall(value.replace("\r\n", "\n")))
    if not found:
        raise WrongValue("there is no certificate in PEM form (-----BEGIN CERTIFICATE-----) in it")
    try:
        tls.check_authorities(found)
    except TlsError as error:
        raise WrongValue(str(error)) from None
    return found


def command(value: object) -> Sequence[str]:
    """A password command: a list of arguments, or a text split as a shell splits words."""
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError as error:
            raise WrongValue(f"it cannot be split into words: {error}") from None
    if not isinstance(value, list | tuple) or not value or not all(isinstance(item, str) for item in value):
        raise WrongValue("a program and its arguments, as a list of texts, are expected")
    if not value[0] or any("\0" in item for item in value):
        raise WrongValue("the program must be named, and no argument may hold NUL")
    return tuple(value)


def absolute(value: object, base: Path) -> str:
    """A path; a relative one begins at `base`."""
    try:
        return str(base / Path(line(value)).expanduser())
    except RuntimeError:
        raise WrongValue("there is nobody of that name whose home directory it could begin at") from None
