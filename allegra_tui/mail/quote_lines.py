"""What a single line of a text is: quoted, a label, a divider, a mobile client's note, part of an attribution."""

import re
from collections.abc import Iterable
from enum import IntEnum

from allegra_tui.mail import quote_languages as words


def _any(options: Iterable[str]) -> str:
    """An alternation of literal strings, longest first."""
    return "|".join(re.escape(option) for option in sorted(set(options), key=len, reverse=True))


def _label(options: Iterable[str]) -> re.Pattern[str]:
    """A header field's name at the start of a line, as it is or in Markdown's bold."""
    return re.compile(rf"[\s*_]{{0,8}}(?:{_any(options)})\s?[*_]{{0,2}}[:\uff1a]", re.IGNORECASE)


_QUOTED = re.compile(r"\s{0,4}>|[A-Z]{1,3}>(?: |\Z)")
_RULE = re.compile(r"[-_=+~#*\u1427\u2013\u2014\u2500\u2501\s]+\Z")
_DIVIDER = re.compile(r"\s{0,8}(?:_{5,}|[-=*\u2014\u2500]{3,})\Z")
_SIGNATURE = re.compile(r"(?:--|\u2014|\u2013\u2013|\\--)\Z")
_CONTACT = re.compile(r"https?://|www\.|\S@\S|\+?\d[\d /().-]{6,25}\d|unsubscribe|mailing list", re.IGNORECASE)

_FROM = _label(words.FROM_LABELS)
_SUBJECT = _label(words.SUBJECT_LABELS)
_OTHER = _label(words.OTHER_LABELS)
_ORIGINAL = re.compile(rf"[\s*_]{{0,8}}[-_=\u2014]{{1,80}}\s?(?:{_any(words.ORIGINAL_MESSAGE)})(?!\w)", re.IGNORECASE)
_FORWARDED = re.compile(
    rf"[\s>*_]{{0,8}}([-_=\u2014]{{2,80}})?\s?(?:{_any(words.FORWARDED_MESSAGE)})(?!\w).{{0,100}}?([-_=\u2014]{{2,80}}|:)?[\s*_]*\Z",
    re.IGNORECASE,
)

_STROKE_FIRST = re.compile(r"[\s>*_]{0,8}[-_=\u2014]")
_FORWARDED_ENDS = (":", "*", "_", " ")
_DIVIDER_CHARACTERS = 200
_COLONS = re.compile(r"[:\uff1a]")
_LABEL_CHARACTERS = 40

_MOBILE_START = re.compile(rf"[\s*_<(\[]{{0,8}}(?:{_any(words.MOBILE_STARTS)})", re.IGNORECASE)
_MOBILE_END = re.compile(rf"(?:{_any(words.MOBILE_ENDS)})[\s*_>).\]]{{0,8}}\Z", re.IGNORECASE)
_MOBILE_WORD = re.compile(
    rf"(?<![^\W\d_])(?:{_any(words.MOBILE_STEMS)}|(?:{_any(words.MOBILE_WORDS)})(?![^\W\d_]))", re.IGNORECASE
)
_MOBILE_CHARACTERS = 160

_LEAD = re.compile(rf"[\s*\"'-]{{0,20}}(?:{_any(words.LEAD_WORDS)})(?=[\s\d(,.])", re.IGNORECASE)
_DATE_FIRST = re.compile(
    r"\s{0,8}(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}\s?[\u5e74\ub144]"
    r"|(?:\w{2,15},? )?\d{1,2}\.? \w{3,15}\.? \d{4})"
)
_BARE = re.compile(
    r"\s{0,8}\d{4}[-/]\d{1,2}[-/]\d{1,2} "
    r"(?:\d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{1,2}:?\d{0,2} [^:]{1,100}\Z|.{1,200}<[^<>\s]{1,200}@[^<>\s]{1,200}>:?\Z)"
)
_VERB = re.compile(rf"(?<!\w)(?:{_any(words.WROTE)})(?!\w)", re.IGNORECASE)
_ENDINGS = (":", "\uff1a", "--", ":*", ":_", ":**", ": ")
_ENDS = re.compile(r"(?:[:\uff1a]|-{2,})[\s*_]{0,8}\Z")
_WHO = re.compile(r"(?:<|&lt;|\[)\s?(?:mailto:)?[^<>\s]{1,200}@[^<>\s]{1,200}(?:>|&gt;|\])|<\s?mailto:", re.IGNORECASE)
_CLOSING = re.compile(r">[^<>]{0,60}[:\uff1a]\Z")
_DAY = re.compile(
    r"(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\s?\u6708|\b\d{1,2}\.?\s\w{3}|\w{3,12}\.?\s\d{1,2}\b"
)
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)


class Attribution(IntEnum):
    """How sure it is that a line introduces a quote."""

    NO = 0
    OPEN = 1
    """It may, with the next line."""
    IF_QUOTED = 2
    """It does where quoted lines follow."""
    SURE = 3


def is_quoted(line: str) -> bool:
    """Whether it stands behind a quote mark."""
    return _QUOTED.match(line) is not None


def is_rule(line: str) -> bool:
    """Whether it holds strokes or blanks only."""
    return not line or _RULE.match(line) is not None


def is_divider(line: str) -> bool:
    """Whether it is a horizontal line."""
    return _DIVIDER.match(line) is not None


def is_underscores(line: str) -> bool:
    """Whether it is the line that mailing lists and some programs draw above a footer."""
    return line.startswith("_____") and is_divider(line)


def closes_address(joined: str, line: str) -> bool:
    """Whether a line that looks quoted ends an address that was wrapped: `>` or `> wrote:`."""
    return joined.count("<") > joined.count(">") and _CLOSING.match(line) is not None


def is_signature_mark(line: str) -> bool:
    """Whether it is what stands above a signature (RFC 3676 section 4.3), or nearly so."""
    return _SIGNATURE.match(line) is not None


def has_contact(line: str) -> bool:
    """Whether it holds what footers hold: an address, a link, a telephone number."""
    return _CONTACT.search(line) is not None


def is_from(line: str) -> bool:
    """Whether it begins like the From line of a header block."""
    return _COLONS.search(line, 0, _LABEL_CHARACTERS) is not None and _FROM.match(line) is not None


def is_subject(line: str) -> bool:
    """Whether it begins like the Subject line of a header block."""
    return _SUBJECT.match(line) is not None


def is_other_label(line: str) -> bool:
    """Whether it begins like another line of a header block."""
    return _OTHER.match(line) is not None


def is_original(line: str) -> bool:
    """Whether all below it is history."""
    if len(line) > _DIVIDER_CHARACTERS:
        return False
    if _STROKE_FIRST.match(line) and _ORIGINAL.match(line):
        return True
    lowered = line.lower()
    return any(option in lowered for option in words.REPLY_ABOVE)


def is_forwarded(line: str) -> bool:
    """Whether a forwarded message begins."""
    if len(line) > _DIVIDER_CHARACTERS or not (_STROKE_FIRST.match(line) or line.endswith(_FORWARDED_ENDS)):
        return False
    found = _FORWARDED.match(line)
    return found is not None and (found[1] or found[2]) is not None


def is_mobile(line: str) -> bool:
    """Whether a mobile client put it under the text."""
    if not line or len(line) > _MOBILE_CHARACTERS:
        return False
    if _MOBILE_END.search(line):
        return True
    return _MOBILE_START.match(line) is not None and _MOBILE_WORD.search(line) is not None


def ends_attribution(line: str) -> bool:
    """Whether an attribution can end with it."""
    return line.endswith(_ENDINGS) or (line[:1].isdigit() and _BARE.match(line) is not None)


def attribution(joined: str, *, may_begin: bool) -> Attribution:
    """Whether one or several joined lines introduce a quote, such as `On 3 May 2026, Anna <a@x.org> wrote:`.

    `may_begin` tells that this is one line, of which more may follow. A writer's address, or a day and a time, make it
    sure; less is enough where quoted lines follow, so that prose such as `On Monday he wrote:` stays.
    """
    lead = _LEAD.match(joined) or _DATE_FIRST.match(joined)
    who = _WHO.search(joined)
    if may_begin and lead is None and who is None and _VERB.search(joined) is None:
        return Attribution.NO
    if _BARE.match(joined):
        return Attribution.SURE
    if not _ENDS.search(joined):
        return Attribution.OPEN
    verb = _VERB.search(joined)
    if (lead and who) or (verb and who) or (lead and verb and _DAY.search(joined) and _TIME.search(joined)):
        return Attribution.SURE
    return Attribution.IF_QUOTED if verb or (lead and _TIME.search(joined)) else Attribution.NO
