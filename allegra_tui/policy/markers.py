"""Which issue a subject names: `[#12]`, `[Ticket 12]`, `[SUP-12]`, and `#12` after `Re:` or at the end."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from allegra_tui.model.settings import MARKER_TEMPLATES

_REPLY = (
    "re", "aw", "antw", "antwort", "sv", "vs", "res", "resp", "rif", "r", "odp", "ref", "ynt", "bls", "vá", "atb",
    "回复", "答复", "回覆", "返信", "отв", "відп",
)  # fmt: skip
_FORWARD = ("fwd", "fw", "wg", "tr", "rv", "enc", "i", "pd", "wtr", "doorst", "vl", "vb", "vs", "továbbítás", "转发")
_PREFIX = re.compile(
    rf"\s*({'|'.join(sorted({*_REPLY, *_FORWARD}, key=len, reverse=True))})"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:\uFF1A]",
    re.IGNORECASE,
)
_AFTER_CHAIN = re.compile(r"\s*#(\d{1,18})(?![\w#])")
_AT_END = re.compile(r"(?:^|(?<=[\s(,;:]))#(\d{1,18})[).\s]*$")
_PLACEHOLDER = re.compile(r"\{(\w*)\}|([^{}\s]+)|(\s+)|([{}])")


class TemplateError(ValueError):
    """A marker template cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Marker:
    """An issue number in a subject, as it is written there."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The `Re:`, `AW:`, `WG:`, `Fwd:` a subject begins with."""

    end: int
    forward: bool
    """Whether the outermost prefix says that somebody passed the mail on instead of answering."""


def chain(subject: str) -> Chain:
    """Read the prefixes a subject begins with."""
    end, first = 0, ""
    while match := _PREFIX.match(subject, end):
        first = first or match[1].lower()
        end = match.end()
    # "VS" answers in Finnish and passes on in Danish: taken as an answer, which changes nothing but the record.
    return Chain(end, first in _FORWARD and first not in _REPLY)


class Markers:
    """The templates, words and project keys that make a number in a subject the number of an issue."""

    def __init__(self, words: Sequence[str], keys: Iterable[str], templates: Sequence[str] = MARKER_TEMPLATES) -> None:
        """Raise `TemplateError` where a template names no `{number}` or something unknown."""
        choices = {"word": _one_of(words), "key": _one_of(keys)}
        parts = [part for template in templates if (part := _expression(template, choices))]
        self._expression = re.compile("|".join(f"(?:{part})" for part in parts) or r"(?!)", re.IGNORECASE)

    def find(self, subject: str) -> list[Marker]:
        """List the markers from left to right; which of them is an issue, the caller knows."""
        found = [(match.start(), match) for match in self._expression.finditer(subject)]
        prefixes = chain(subject)
        if prefixes.end and (match := _AFTER_CHAIN.match(subject, prefixes.end)):
            found.append((match.start(), match))
        if match := _AT_END.search(subject):
            found.append((match.start(), match))
        found.sort(key=itemgetter(0))
        markers = (Marker(int(next(filter(None, match.groups()))), match[0].strip()) for _, match in found)
        return list(dict.fromkeys(markers))


def _one_of(values: Iterable[str]) -> str:
    return "|".join(re.escape(value) for value in values if value)


def _expression(template: str, choices: dict[str, str]) -> str | None:
    """Translate a template; None where it asks for a word or key and there is none."""
    parts: list[str] = []
    named: set[str] = set()
    for placeholder, literal, _, brace in (match.groups() for match in _PLACEHOLDER.finditer(template)):
        if brace or (placeholder is not None and placeholder not in ("number", *choices)):
            raise TemplateError(f"{template!r}: only {{number}}, {{word}} and {{key}} may stand in braces")
        if placeholder == "number":
            parts.append(r"(\d{1,18})")
        elif placeholder:
            if not choices[placeholder]:
                return None
            parts.append(f"(?:{choices[placeholder]})")
        else:
            parts.append(re.escape(literal) if literal else r"\s+")
        if placeholder:
            named.add(placeholder)
    if template.count("{number}") != 1:
        raise TemplateError(f"{template!r}: {{number}} has to stand in a marker template once")
    if not named - {"number"} and not re.sub(r"[\s#]|\{number\}", "", template):
        raise TemplateError(f"{template!r}: a bare number is no marker; put it in brackets or beside a word")
    return "".join(parts)
