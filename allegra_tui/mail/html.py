"""HTML to text that reads well in a terminal: quotes as `>`, lists, tables and links kept."""

import html
import re
import sys
from pathlib import Path

from allegra_tui.mail.html_layout import TEXT_MARK, plainer

MAX_CHARACTERS = 1_500_000
"""What is converted of one message."""

IN_PROCESS_CHARACTERS = 250_000
"""What is converted of one message in this process: below a second and 100 MB for every hostile shape."""

MAX_CHILDREN = 3
"""How many documents of one message are converted in a child of their own."""

_CHILD = Path(__file__).with_name("html_convert.py")
_CHILD_SECONDS = 5

_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(style|script|title)\b[^<>]*>[^<]*</\1\s*>|<!--[^<>]*-->|</?[a-z!][^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?blockquote)\b[^<>]*>", re.IGNORECASE)
_DEAD_LINK = re.compile(
    r"\[([^\[\]\n]*)\]\((?:javascript|vbscript|data|cid|about|file):[^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)", re.IGNORECASE
)
_SAME_LINK = re.compile(r"\[((?:https?://|mailto:)?([^\[\]\s]+))\]\(<?(?:mailto:|https?://)?\2/?>?\)")
# Of no use in HTML but to deceive: controls, and characters that turn the direction of writing.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Of no width: what newsletters pad their preview with, and hints where a word may be cut.
_WIDTHLESS = re.compile("[\u00ad\u034f\u200b\ufeff]|\u200c(?=[\\s\u034f\u200c\u200d])")
# Markdown escapes what would be a mark at the beginning of a line. This is read, not rendered.
_ESCAPED_MARK = re.compile(r"\A([>\s]*(?:[-*+] )?(?:\d{1,9}(?=\\[.)]))?)\\(?=[-+*#>~`.)])")
_FENCE = "```"
_BLANK_LINES = re.compile(r"\n{3,}")
_ABSURD_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")


def declared_charset(data: bytes) -> str | None:
    """The charset a document's meta element names."""
    found = _META_CHARSET.search(data, 0, 4096)
    return found[1].decode("ascii") if found else None


class Converter:
    """Converts the HTML of one message within bounds of time and memory."""

    def __init__(self) -> None:
        self._left = MAX_CHARACTERS
        self._left_in_process = IN_PROCESS_CHARACTERS
        self._left_children = MAX_CHILDREN

    def to_text(self, source: str) -> tuple[str, str | None]:
        """The text of an HTML document, and a note in words where it was cut or only its tags could be taken out.

        Never fails. What is large, or more than the message's share, goes to a bounded child, or loses its tags only.
        """
        source = plainer(source.replace("\0", ""))
        note = f"HTML cut at {MAX_CHARACTERS} characters" if len(source) > self._left else None
        source = source[: self._left]
        self._left -= len(source)
        converted = self._convert(source)
        if converted is not None and (text := _tidy(converted)):
            return text, note
        text = stripped(source)
        return text, note or ("HTML too deep or broken: its tags only taken out" if text else None)

    def _convert(self, source: str) -> str | None:
        if len(source) <= self._left_in_process:
            self._left_in_process -= len(source)
            return _convert_here(source)
        if self._left_children:
            self._left_children -= 1
            return _convert_in_child(source)
        return None


def _convert_here(source: str) -> str | None:
    from allegra_tui.mail import html_convert

    try:
        return html_convert.convert(source)
    except html_convert.ConversionError:
        return None


def _convert_in_child(source: str) -> str | None:
    import subprocess

    from allegra_tui.secrets import surroundings

    child = [sys.executable, "-I", str(_CHILD)]
    try:
        done = subprocess.run(
            child, input=source.encode(), capture_output=True, timeout=_CHILD_SECONDS, check=False, env=surroundings()
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def stripped(source: str) -> str:
    """The text between tags, for what cannot be converted."""
    plain = _TAG.sub("", _BREAK.sub("\n", source))
    return _tidy(html.unescape(_ABSURD_REFERENCE.sub("\ufffd", plain)))


def _tidy(text: str) -> str:
    text = _WIDTHLESS.sub("", _UNSEEN.sub("", text))
    if "](" in text:
        text = _SAME_LINK.sub(r"\1", _DEAD_LINK.sub(r"\1", text))
    lines = [line.rstrip() for line in text.split("\n")]
    if "\\" in text:
        lines = _without_escapes(lines)
    if TEXT_MARK in text:
        lines = _without_fences(lines)
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _without_fences(lines: list[str]) -> list[str]:
    """The lines without the fences around text that is no code."""
    plain: list[str] = []
    is_text = False
    for line in lines:
        if TEXT_MARK in line:
            beside = line.replace(TEXT_MARK, "")
            if plain and plain[-1].endswith(_FENCE):
                plain.pop()
                is_text = True
            elif beside:
                plain.append(beside)
        elif is_text and line.endswith(_FENCE):
            is_text = False
        else:
            plain.append(line)
    return plain


def _without_escapes(lines: list[str]) -> list[str]:
    """The lines without the backslashes that Markdown needs; code has none."""
    plain = []
    is_code = False
    for line in lines:
        is_code ^= line.lstrip("> ").startswith(_FENCE)
        plain.append(line if is_code or "\\" not in line else _without_escape(line))
    return plain


def _without_escape(line: str) -> str:
    """The line with its first mark plain, and one backslash for each pair outside of code."""
    pieces = _ESCAPED_MARK.sub(r"\1", line).split("`")
    pieces[::2] = [piece.replace("\\\\", "\\") for piece in pieces[::2]]
    return "`".join(pieces)
