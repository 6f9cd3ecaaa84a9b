"""HTML to text that reads well in a terminal: quotes as `>`, lists, tables and links kept."""

import html
import re
import subprocess
import sys
from pathlib import Path

MAX_CHARACTERS = 1_500_000
"""What is converted of one message."""

IN_PROCESS_CHARACTERS = 250_000
"""What is converted in this process: below a second and 100 MB for every hostile shape of this size."""

_CHILD = Path(__file__).with_name("html_convert.py")
_CHILD_SECONDS = 5

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
    """The text of an HTML document, and a note in words where only its tags could be taken out. Never fails.

    The caller keeps `source` below `MAX_CHARACTERS`. What is large is converted in a bounded child.
    """
    source = source.replace("\0", "")
    converted = _convert(source) if len(source) <= IN_PROCESS_CHARACTERS else _convert_in_child(source)
    if converted is not None and (text := _tidy(converted)):
        return text, None
    rest = stripped(source)
    return rest, "HTML too deep or broken: its tags only taken out" if rest else None


def _convert(source: str) -> str | None:
    from allegra_tui.mail import html_convert

    try:
        return html_convert.convert(source)
    except html_convert.ConversionError:
        return None


def _convert_in_child(source: str) -> str | None:
    child = [sys.executable, "-I", str(_CHILD)]
    try:
        done = subprocess.run(child, input=source.encode(), capture_output=True, timeout=_CHILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def stripped(source: str) -> str:
    """The text between tags, for what cannot be converted."""
    plain = _TAG.sub("", _BREAK.sub("\n", source))
    return _tidy(html.unescape(_ABSURD_REFERENCE.sub("\ufffd", plain)))


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "](" in text:
        text = _SAME_LINK.sub(r"\1", _DEAD_LINK.sub(r"\1", text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
