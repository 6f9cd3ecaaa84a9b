"""The configuration file: TOML to plain values that know their lines, and the whole configuration to TOML."""

import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from allegra_tui.model.settings import Auth, Mailbox, SecretKind
from allegra_tui.usecases import records
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.records import Values
from allegra_tui.usecases.rules import Configuration

LISTS = ("projects", "mailboxes", "senders")
_HEADER = re.compile(r"\s*\[\s*(\[)?\s*(\w+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+|\"[\w-]+\"|'[\w-]+')\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A configuration file, read and not yet understood."""

    intake: Values
    projects: Sequence[Values]
    mailboxes: Sequence[Values]
    senders: Sequence[Values]
    base: Path
    """Where relative paths in it begin."""
    lines: Mapping[str, int]
    """Places such as `mailboxes[0].port`, and the lines they stand in."""

    def located(self, place: str, mistake: Mistake) -> Mistake:
        """Return the mistake with its whole place and its line, or the line of what it belongs to."""
        whole = f"{place}.{mistake.place}" if mistake.place else place
        return Mistake(whole, mistake.message, self.lines.get(whole) or self.lines.get(place))


def parse(text: str, base: Path) -> Document:
    """Read a file. Raises `Invalid` where it is no TOML or has other tables than it should."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([Mistake("", f"this is no TOML: {error}")]) from None
    lines = _lines(text)
    mistakes = []
    for key, value in found.items():
        if key not in ("intake", *LISTS):
            mistakes.append(Mistake(key, f"unknown table; there are intake, {', '.join(LISTS)}", lines.get(key)))
        elif key == "intake" and not isinstance(value, dict):
            mistakes.append(Mistake(key, "a table is expected: [intake]", lines.get(key)))
        elif key != "intake" and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            mistakes.append(Mistake(key, f"a list of tables is expected: [[{key}]]", lines.get(key)))
    if mistakes:
        raise Invalid(mistakes)
    return Document(
        intake=found.get("intake", {}),
        projects=found.get("projects", []),
        mailboxes=found.get("mailboxes", []),
        senders=found.get("senders", []),
        base=base,
        lines=lines,
    )


def render(configuration: Configuration) -> str:
    """Write the whole configuration. Passwords in the database are left out, everything else comes back by `parse`."""
    intake = {key: getattr(configuration.settings, key) for key in records.INTAKE}
    parts = ["[intake]\n" + _pairs(intake.items(), empty=True)]
    for project in sorted(configuration.projects, key=lambda project: project.key):
        keys: dict[str, object] = {"key": project.key, "name": project.name}
        if project.archived:
            keys["archived"] = True
        parts.append("[[projects]]\n" + _pairs(keys.items()))
    mailboxes = sorted(configuration.mailboxes, key=lambda mailbox: (mailbox.project or "", mailbox.name))
    parts += ["[[mailboxes]]\n" + _mailbox(mailbox) for mailbox in mailboxes]
    for sender in sorted(configuration.senders, key=lambda sender: (sender.name.casefold(), sorted(sender.addresses))):
        keys = {"name": sender.name, "addresses": sender.addresses}
        if not sender.enabled:
            keys["enabled"] = False
        parts.append("[[senders]]\n" + _pairs(keys.items()))
    return "\n".join(parts)


def _mailbox(mailbox: Mailbox) -> str:
    found = records.mailbox_values(mailbox)
    text = _pairs((key, value) for key, value in found.items() if key == "name" or records.fits(mailbox, key))
    name = shlex.quote(mailbox.name)
    if mailbox.needs_password and mailbox.secret.kind in (SecretKind.NONE, SecretKind.STORED):
        text += f"# password: not exported; to set it: allegra-tui mailbox password {name}\n"
    if mailbox.auth is Auth.OAUTH2:
        if mailbox.client_secret.kind in (SecretKind.NONE, SecretKind.STORED):
            text += f"# client_secret, where there is one: allegra-tui mailbox password --client-secret {name}\n"
        text += f"# who signed in is not exported: allegra-tui mailbox sign-in {name}\n"
    return text


def _pairs(pairs: Iterable[tuple[str, object]], *, empty: bool = False) -> str:
    """Write keys and values; what is not set is left out, or with `empty` written as an empty text."""
    lines = []
    for key, value in pairs:
        if value in (None, "") and not empty:
            continue
        if isinstance(value, list | tuple) and not value and not empty:
            continue
        lines.append(_pair(key, "" if value is None else value))
    return "".join(lines)


def _pair(key: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return f"{key} = [{', '.join(_value(item) for item in value)}]\n"
    return f"{key} = {_value(value)}\n"


def _value(value: object) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        return f"'{value}'"  # a pattern is easier to read without every backslash doubled
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    plain = str(value) if isinstance(value, str) else value  # words of an enumeration are texts
    lines = isinstance(plain, str) and plain.startswith("-----BEGIN")
    return tomli_w.dumps({"_": plain}, multiline_strings=lines).removeprefix("_ = ").removesuffix("\n")


def _lines(text: str) -> dict[str, int]:
    """Find the lines of tables and keys. What looks like a key inside a text of several lines does no harm."""
    found: dict[str, int] = {}
    counts = dict.fromkeys(LISTS, 0)
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[2]
            if header[1] and table in counts:
                counts[table] += 1
                table = f"{table}[{counts[table] - 1}]"
            found.setdefault(header[2], number)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            name = key[1].strip("\"'")
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found
