"""The part of a text its writer wrote: without quoted history below it and without signature.

Own rules, a line at a time and linear: attributions (`On ... wrote:`), header blocks (`From:`, `Sent:`, ...), dividers
(`-----Original Message-----`), quote marks and signature marks. Where a rule is not sure it leaves the text alone:
the whole text stays with the message, but what is hidden here may never be read.
"""

import re
from bisect import bisect_left
from functools import cached_property
from itertools import accumulate

from allegra_tui.mail import quote_lines as line_is
from allegra_tui.mail.quote_languages import FORWARD_PREFIXES
from allegra_tui.mail.quote_lines import Attribution

_ATTRIBUTION_LINES = 5
_ATTRIBUTION_CHARACTERS = 500
_HEADER_BLOCK_LINES = 16
_WRAPPED_CHARACTERS = 68
_SIGNATURE_LINES = 15
_FOOTER_LINES = 10
_UNDERSCORED_LINES = 4

_PGP = "-----BEGIN PGP"
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_FORWARD_SUBJECT = re.compile(rf"\s*(?:\[[^\]]*\]\s*)?(?:{'|'.join(FORWARD_PREFIXES)})\s?[:\uff1a]", re.IGNORECASE)


def visible(text: str, subject: str = "") -> str:
    """The text without what is quoted below it and without its signature; never empty where the text is not.

    Answers below and between quotes are kept with the quotes they answer. Forwards are kept whole: `subject` can tell
    one too.
    """
    written = _without_pgp(text) if _PGP in text else text
    reply = _Reply(written, is_forward=_FORWARD_SUBJECT.match(subject) is not None)
    return reply.visible() or text.strip("\n")


class _Reply:
    """The lines of a text, and which of them are kept."""

    def __init__(self, text: str, *, is_forward: bool) -> None:
        raw = text.split("\n")
        self._lines = lines = [line.rstrip() for line in raw]
        self._exact_marks = {at for at, line in enumerate(raw) if line == "-- "} if "-- \n" in text else set()
        self._fenced = _fenced(lines) if "```" in text or "~~~" in text else [False] * len(lines)
        self._wrapped = _wrapped(lines) if ">" in text else set()
        self._openers = self._near_ends()
        self._has_marker = line_is.has_reply_marker(text)
        self._is_forward = is_forward
        self._kept: list[int] = []
        self._has_text = False

    def visible(self) -> str:
        """The reply, and a forward with all that is below it."""
        forward = self._read()
        self._trim()
        kept = [self._lines[at] for at in self._kept]
        if forward < len(self._lines):
            kept += ["", *self._lines[forward:]] if kept else self._lines[forward:]
        return "\n".join(kept).strip("\n")

    def _read(self) -> int:
        """Goes down to where history begins. Returns where a forward begins, the end where there is none."""
        at, end = 0, len(self._lines)
        while at < end:
            line = self._lines[at]
            if not line or at in self._wrapped:
                self._kept.append(at)
            elif self._fenced[at] or (at not in self._openers and line_is.is_prose(line) and not self._has_marker):
                self._kept.append(at)
                self._has_text = True
            elif line_is.is_forwarded(line):
                return at
            elif line_is.is_quoted(line):
                self._kept.append(at)
            elif self._has_text and (line_is.is_original(line) or self._is_marker(line)):
                return end
            elif self._is_header_block(at):
                return at if self._is_forward or not self._has_text else end
            elif length := self._attribution(at):
                at = self._after_attribution(at + length)
                continue
            elif length := self._signature(at):
                at += length
                continue
            else:
                self._kept.append(at)
                self._has_text = self._has_text or not line_is.is_rule(line)
            at += 1
        return end

    def _is_marker(self, line: str) -> bool:
        return self._has_marker and line_is.has_reply_marker(line)

    def _near_ends(self) -> set[int]:
        """The lines an attribution can begin at: those with a line near below that can end one."""
        near: set[int] = set()
        for at, line in enumerate(self._lines):
            if line_is.ends_attribution(line):
                near.update(range(at - _ATTRIBUTION_LINES + 1, at + 1))
        return near

    def _skip_blank(self, at: int) -> int:
        """The next line from `at` on that is not blank, or the end."""
        while at < len(self._lines) and not self._lines[at]:
            at += 1
        return at

    def _is_quoted(self, at: int) -> bool:
        if at in self._wrapped:
            return True
        return at < len(self._lines) and not self._fenced[at] and line_is.is_quoted(self._lines[at])

    def _is_header_block(self, at: int) -> bool:
        """Whether a header begins at `at` as mail programs quote one: From, Subject and one more field.

        Blank lines may stand between them where From is the first. Where it is not they follow each other closely. Two
        other fields do for a Subject where From names an address.
        """
        first = self._lines[at]
        if not line_is.is_from(first):
            return (line_is.is_subject(first) or line_is.is_other_label(first)) and self._is_close_block(at)
        has_subject = False
        others = 0
        blanks = 0
        for line in self._lines[at + 1 : at + _HEADER_BLOCK_LINES]:
            if not line:
                blanks += 1
            elif line_is.is_subject(line):
                has_subject = True
                blanks = 0
            elif line_is.is_other_label(line):
                others += 1
                blanks = 0
            elif blanks:
                break
            if blanks > 1 or (has_subject and others):
                break
        return others > 0 if has_subject else others > 1 and line_is.has_address(first)

    def _is_close_block(self, at: int) -> bool:
        """Whether From, Subject and one more field stand in one run of lines, in any order."""
        has_from = has_subject = False
        for length, line in enumerate(self._lines[at : at + _HEADER_BLOCK_LINES], start=1):
            is_from, is_subject = line_is.is_from(line), line_is.is_subject(line)
            if not (is_from or is_subject or line_is.is_other_label(line)):
                break
            has_from, has_subject = has_from or is_from, has_subject or is_subject
            if has_from and has_subject and length > 2:
                return True
        return False

    def _attribution(self, at: int) -> int:
        """How many lines an attribution at `at` takes, 0 for none."""
        if at not in self._openers:
            return 0
        joined = ""
        for length in range(1, _ATTRIBUTION_LINES + 1):
            here = at + length - 1
            if here >= len(self._lines) or len(self._lines[here]) > _ATTRIBUTION_CHARACTERS:
                return 0
            line = self._lines[here]
            if not line and not self._is_address_next(here):
                return 0
            if length > 1 and line_is.is_quoted(line) and not line_is.closes_address(joined, line):
                return 0
            joined = f"{joined} {line.strip()}".strip()
            found = line_is.attribution(joined, may_begin=length == 1)
            if found is Attribution.SURE:
                return length
            if found is Attribution.IF_QUOTED:
                return length if self._is_quoted(self._skip_blank(here + 1)) else 0
            if found is Attribution.NO:
                return 0
        return 0

    def _is_address_next(self, at: int) -> bool:
        following = self._skip_blank(at)
        return following < len(self._lines) and self._lines[following].startswith("<")

    def _after_attribution(self, at: int) -> int:
        """Where reading goes on after an attribution: past the quote it introduces where the reply is all below it,
        at the end where unquoted history follows.
        """
        following = self._skip_blank(at)
        if self._has_text:
            return at if self._is_quoted(following) else len(self._lines)
        if not self._is_quoted(following):
            return at
        below = following
        while below < len(self._lines) and (not self._lines[below] or self._is_quoted(below)):
            below += 1
        more_quotes = any(self._is_quoted(index) for index in range(below, len(self._lines)))
        return at if more_quotes or below == len(self._lines) else below

    def _signature(self, at: int) -> int:
        """How many lines a signature or a mailing list's footer at `at` takes, 0 for none."""
        line = self._lines[at]
        is_mark = line_is.is_signature_mark(line)
        if not self._has_text or not (is_mark or line_is.is_divider(line)):
            return 0
        end = self._next_history(at + 1)
        used = self._written[end] - self._written[at + 1]
        if at in self._exact_marks or (is_mark and used <= _SIGNATURE_LINES):
            return end - at
        if used > _FOOTER_LINES:
            return 0
        below = [line for line in self._lines[at + 1 : end] if line]
        contact = any(line_is.has_contact(line) for line in below)
        if not line_is.is_underscores(line):
            is_card = contact and not line_is.has_contact(below[0]) and all(map(line_is.is_of_card, below))
            return end - at if is_card else 0
        return end - at if used <= (_FOOTER_LINES if contact else _UNDERSCORED_LINES) else 0

    @cached_property
    def _written(self) -> list[int]:
        """How many lines above each are not blank."""
        return [0, *accumulate(map(bool, self._lines))]

    @cached_property
    def _history(self) -> list[int]:
        """Where quoted or forwarded history begins, every place of it."""
        return [at for at, line in enumerate(self._lines) if line and self._is_history(at, line)]

    def _next_history(self, at: int) -> int:
        following = bisect_left(self._history, at)
        return self._history[following] if following < len(self._history) else len(self._lines)

    def _is_history(self, at: int, line: str) -> bool:
        return (
            line_is.is_quoted(line)
            or line_is.is_forwarded(line)
            or line_is.is_original(line)
            or self._is_marker(line)
            or self._is_header_block(at)
            or self._attribution(at) > 0
        )

    def _trim(self) -> None:
        """Takes quotes, strokes, blanks, names behind a stroke and the notes of mobile clients off the end."""
        kept = self._kept
        while kept and not self._fenced[kept[-1]]:
            line = self._lines[kept[-1]]
            is_quoted = kept[-1] in self._wrapped or line_is.is_quoted(line)
            is_end = is_quoted or line_is.is_rule(line) or line_is.is_mobile(line)
            if not is_end and not (line_is.is_name_signature(line) and len(kept) > 1 and not self._lines[kept[-2]]):
                break
            kept.pop()


def _wrapped(lines: list[str]) -> set[int]:
    """The ends of quoted lines that a mail program wrapped without marking the rest as quoted."""
    return {
        at
        for at in range(1, len(lines) - 1)
        if lines[at][:1].islower()
        and len(lines[at - 1]) >= _WRAPPED_CHARACTERS
        and lines[at - 1][0] == ">" == lines[at + 1][:1]
        and lines[at - 1][-1] not in ".?!:;"
    }


def _without_pgp(text: str) -> str:
    """Without the lines around a text that is signed in place (RFC 9580 section 7)."""
    head, start, rest = text.partition(f"{_PGP} SIGNED MESSAGE-----\n")
    if start:
        _, _, rest = rest.partition("\n\n")
    else:
        head, rest = "", text
    body, _, _ = rest.partition(f"{_PGP} SIGNATURE-----\n")
    return head + body


def _fenced(lines: list[str]) -> list[bool]:
    """Which lines belong to fenced code, fences included; a fence that is never closed is none."""
    inside = [False] * len(lines)
    start: int | None = None
    mark = ""
    for at, line in enumerate(lines):
        found = _FENCE.match(line)
        if found is None:
            continue
        if start is None:
            start, mark = at, found[1]
        elif found[1] == mark:
            inside[start : at + 1] = [True] * (at + 1 - start)
            start = None
    return inside
