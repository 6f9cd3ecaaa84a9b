"""What a single line of a text is: quoted, a label, a divider, a mobile client's note, part of an attribution."""

import re
from collections.abc import Iterable
from enum import IntEnum

from allegra_tui.mail import quote_languages as words

CJK = "\u2e80"
"""Where the writing of East Asia begins."""

_LABEL_CHARACTERS = 40
_DIVIDER_CHARACTERS = 200
_MOBILE_CHARACTERS = 160
_CARD_CHARACTERS = 60
_STROKES = "-_=+~#*.\u1427\u2013\u2014\u2500\u2501"
_MARKUP = " \t\u00a0\u202f*_"


def _any(options: Iterable[str]) -> str:
    """An alternation of literal strings, longest first."""
    return "|".join(re.escape(option) for option in sorted(set(options), key=len, reverse=True))


_QUOTED = re.compile(r"\s{0,4}>|[A-Z]{1,3}>(?: |\Z)")
_RULE = re.compile(r"[-_=+~#*\u1427\u2013\u2014\u2500\u2501\s]*\Z")
_DIVIDER = re.compile(r"\s{0,8}(?:_{5,}|[-=*\u2014\u2500]{3,})\Z")
_SIGNATURES = frozenset({"--", "\u2014", "\u2013\u2013"})
_CONTACT = re.compile(r"https?://|www\.|\S@\S|\+?\d[\d /().-]{6,25}\d|unsubscribe|mailing list", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]]@[\w-]+\.\w")

_FROM_LABELS = frozenset(words.FROM_LABELS)
_SUBJECT_LABELS = frozenset(words.SUBJECT_LABELS)
_OTHER_LABELS = frozenset(words.OTHER_LABELS)
_STROKE_FIRST = re.compile(r"[\s>*_]{0,8}[-_=\u2014]")

_SHORT_NOTE_WORDS = 5
_NOTE_WORDS = 8
_NAME_SIGNATURE = re.compile(r"[-\u2013][^\W\d_]\w+(?: [^\W\d_][\w.]*){0,2}\Z")
_CLAUSE_END = re.compile(r"[,;!?]|\.(?:\s|\Z)")
_MY = re.compile(rf"(?<![^\W\d_])(?:{_any(words.MY)})(?![^\W\d_])")
_MOBILE_WORD = re.compile(
    rf"(?<![^\W\d_])(?:{_any(words.MOBILE_STEMS)}|(?:{_any(words.MOBILE_WORDS)})(?![^\W\d_]))", re.IGNORECASE
)

_LEADS = tuple(word if word[-1] > CJK else f"{word} " for word in words.LEAD_WORDS)
_DATE_FIRST = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}\s?[\u5e74\ub144]"
    r"|(?:\w{2,15},? )?\d{1,2}\.? \w{3,15}\.? \d{4})"
)
_BARE = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2} "
    r"(?:\d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{1,2}:?\d{0,2} [^:]{1,100}\Z|.{1,200}<[^<>\s]{1,200}@[^<>\s]{1,200}>:?\Z)"
)
# What is written without blanks between words stands right behind a time: 10:15写道.
_VERB = re.compile(
    rf"(?<!\w)(?:{_any(words.WROTE)})(?!\w)|(?<=\d)(?:{_any(word for word in words.WROTE if word > CJK)})",
    re.IGNORECASE,
)
_ENDS_IN_TIME = re.compile(
    r"(?:(?:19|20)\d\d|[./-]\d\d)\b.{1,20}?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?"
    r"(?: ?[ap]\.?m\.?)?(?: ?\[?\(?(?:[+-]\d{4}|[A-Z]{2,5})\)?\]?)?:\Z",
    re.IGNORECASE,
)
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


def is_prose(line: str) -> bool:
    """Whether it begins with a letter and holds no colon, so that it is at most the first line of an attribution."""
    return line[0].isalpha() and ":" not in line and ">" not in line and "\uff1a" not in line


def is_quoted(line: str) -> bool:
    """Whether it stands behind a quote mark."""
    return _QUOTED.match(line) is not None


def is_rule(line: str) -> bool:
    """Whether it holds strokes or blanks only."""
    return _RULE.match(line) is not None


def is_divider(line: str) -> bool:
    """Whether it is a horizontal line."""
    return _DIVIDER.match(line) is not None


def is_underscores(line: str) -> bool:
    """Whether it is the line that mailing lists and some programs draw above a footer."""
    return line.startswith("_____") and is_divider(line)


def is_signature_mark(line: str) -> bool:
    """Whether it is what stands above a signature (RFC 3676 section 4.3), or nearly so."""
    return line in _SIGNATURES


def has_contact(line: str) -> bool:
    """Whether it holds what footers hold: an address, a link, a telephone number."""
    return _CONTACT.search(line) is not None


def is_of_card(line: str) -> bool:
    """Whether it could stand on a visiting card: it is short and no sentence."""
    return len(line) <= _CARD_CHARACTERS and not line.endswith((".", ":", "!", "?", ","))


def has_address(line: str) -> bool:
    """Whether it holds an address."""
    return _ADDRESS.search(line) is not None


def is_from(line: str) -> bool:
    """Whether it begins like the From line of a header block."""
    return _label(line) in _FROM_LABELS


def is_subject(line: str) -> bool:
    """Whether it begins like the Subject line of a header block."""
    return _label(line) in _SUBJECT_LABELS


def is_other_label(line: str) -> bool:
    """Whether it begins like another line of a header block."""
    return _label(line) in _OTHER_LABELS


def is_original(line: str) -> bool:
    """Whether all below it is history: `-----Original Message-----`."""
    return _STROKE_FIRST.match(line) is not None and _between_strokes(line).startswith(words.ORIGINAL_MESSAGE)


def is_forwarded(line: str) -> bool:
    """Whether a forwarded message begins."""
    if not (line.endswith((":", "*", "_")) or _STROKE_FIRST.match(line)):
        return False
    return _between_strokes(line).startswith(words.FORWARDED_MESSAGE)


def has_reply_marker(text: str) -> bool:
    """Whether it holds what a ticket system puts above the text it quotes."""
    lowered = text.lower()
    return any(option in lowered for option in words.REPLY_ABOVE)


def is_mobile(line: str) -> bool:
    """Whether a mobile client put it under the text."""
    if len(line) > _MOBILE_CHARACTERS:
        return False
    lowered = line.strip(" \t*_<>()[].").lower()
    if lowered.endswith(words.MOBILE_ENDS):
        return True
    if lowered.startswith(words.MOBILE_STARTS):
        return _is_about_a_device(lowered)
    if lowered.startswith(words.MOBILE_SHORT):
        return len(lowered.split()) < _SHORT_NOTE_WORDS and _MOBILE_WORD.search(lowered) is not None
    around = any(lowered.startswith(start) and lowered.endswith(end) for start, end in words.MOBILE_AROUND)
    return around and _MOBILE_WORD.search(lowered) is not None


def _is_about_a_device(note: str) -> bool:
    """Whether a line that begins like a mobile client's note goes on like one, not like a sentence."""
    length = len(note.split())
    has_my = _MY.search(note) is not None
    if _MOBILE_WORD.search(note) is None:
        return has_my and length <= _SHORT_NOTE_WORDS
    clause, *rest = _CLAUSE_END.split(note, maxsplit=1)
    if _MOBILE_WORD.search(clause) is None:
        return has_my and length <= _NOTE_WORDS
    return has_my or len("".join(rest).split()) < 2 or _MOBILE_WORD.search(rest[0]) is not None


def is_name_signature(line: str) -> bool:
    """Whether it is a name behind a stroke, as some people sign: `-Anna Meier`."""
    return _NAME_SIGNATURE.match(line) is not None and line[1].isupper()


def ends_attribution(line: str) -> bool:
    """Whether an attribution can end with it."""
    if line.endswith(_ENDINGS):
        return not is_rule(line)
    if "@" in line and line.lower().endswith(words.WROTE):
        return True
    return line[:1].isdigit() and _BARE.match(line) is not None


def closes_address(joined: str, line: str) -> bool:
    """Whether a line that looks quoted ends an address that was wrapped: `>` or `> wrote:`."""
    return joined.count("<") > joined.count(">") and _CLOSING.match(line) is not None


def attribution(joined: str, *, may_begin: bool) -> Attribution:
    """Whether one or several joined lines introduce a quote, such as `On 3 May 2026, Anna <a@x.org> wrote:`.

    `may_begin` tells that this is one line, of which more may follow. A writer's address and a verb, or a day and a
    time make it sure; less is enough where quoted lines follow, so that prose such as `On Monday he wrote:` stays.
    """
    lead = joined.lstrip("\"'*- \t").lower().startswith(_LEADS) or _DATE_FIRST.match(joined) is not None
    who = _WHO.search(joined) is not None
    if _BARE.match(joined):
        return Attribution.SURE
    when = _DAY.search(joined) is not None and _TIME.search(joined) is not None
    if not _ENDS.search(joined):
        if who and lead and when and joined.lower().endswith(words.WROTE):
            return Attribution.SURE
        return Attribution.OPEN if lead or who or not may_begin else Attribution.NO
    verb = _VERB.search(joined) is not None
    if (who and verb) or (lead and when and (who or verb)) or (verb and when and _ENDS_IN_TIME.search(joined)):
        return Attribution.SURE
    return Attribution.IF_QUOTED if verb or (who and lead) or (when and (who or lead)) else Attribution.NO


def _label(line: str) -> str:
    """What stands before a colon at the start of a line, as it is or in Markdown's bold, in lower case."""
    start = line[:_LABEL_CHARACTERS].replace("\uff1a", ":")
    label, colon, _ = start.partition(":")
    return label.strip(_MARKUP).lower() if colon else ""


def _between_strokes(line: str) -> str:
    if len(line) > _DIVIDER_CHARACTERS:
        return ""
    return line.strip(" \t>:" + _STROKES).lower().replace("\u2019", "'")
