"""HTML to text that reads well in a terminal: quotes as `>`, lists, tables and links kept."""

import html
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from html_to_markdown import ConversionOptions

MAX_CHARACTERS = 1_000_000
"""What is converted of one message. Measured below one second and 150 MB for every hostile shape of this size."""

_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(style|script|title)\b[^<>]*>[^<]*</\1\s*>|<!--[^<>]*-->|</?[a-z!][^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?blockquote)\b[^<>]*>", re.IGNORECASE)
_DEAD_LINK = re.compile(
    r"\[([^\[\]\n]*)\]\((?:javascript|vbscript|data|cid|about|file):[^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)", re.IGNORECASE
)
_SAME_LINK = re.compile(r"\[((?:https?://|mailto:)?([^\[\]\s]+))\]\(<?(?:mailto:|https?://)?\2/?>?\)")
_BLANK_LINES = re.compile(r"\n{3,}")
_ABSURD_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")


def declared_charset(data: bytes) -> str | None:
    """The charset a document's meta element names."""
    found = _META_CHARSET.search(data, 0, 4096)
    return found[1].decode("ascii") if found else None


def to_text(source: str) -> tuple[str, str | None]:
    """The text of an HTML document, and a note in words where it was not converted as it should. Never fails.

    The caller keeps `source` below `MAX_CHARACTERS`.
    """
    import html_to_markdown  # a compiled module of some MB: only mail without a plain part needs it

    try:
        converted = html_to_markdown.convert(source.replace("\0", ""), _options()).content or ""
    except html_to_markdown.ConversionError as error:
        return stripped(source), f"HTML tags only stripped: {type(error).__name__}"
    text = _tidy(converted)
    if not text:
        rest = stripped(source)
        return rest, "HTML tags only stripped: nested too deep" if rest else None
    return text, None


def stripped(source: str) -> str:
    """The text between tags, for what cannot be converted."""
    plain = _TAG.sub("", _BREAK.sub("\n", source))
    return _tidy(html.unescape(_ABSURD_REFERENCE.sub("\ufffd", plain)))


@cache
def _options() -> "ConversionOptions":
    from html_to_markdown import ConversionOptions, PreprocessingOptions

    return ConversionOptions(
        extract_metadata=False,
        autolinks=False,
        bullets="-",
        compact_tables=True,
        preprocessing=PreprocessingOptions(enabled=False),
        skip_images=True,
    )


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "](" in text:
        text = _SAME_LINK.sub(r"\1", _DEAD_LINK.sub(r"\1", text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
