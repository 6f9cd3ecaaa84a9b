"""HTML mail made plainer before it is converted: comments, embedded files and tables that only place things go."""

import re
from dataclasses import dataclass, field

_TABLE_TAG = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]*)>", re.IGNORECASE)
_PRESENTATION = re.compile(r"role\s*=\s*[\"']?presentation", re.IGNORECASE)
_KEEPS_LINES = re.compile(r"white-space\s{0,3}:\s{0,3}(?:pre|break)", re.IGNORECASE)
_PRE = re.compile(r"<(?:pre|textarea|listing|xmp)\b", re.IGNORECASE)
_PRE_TEXT = re.compile(r"<pre\b[^<>]*\bmoz-|(?:\n|^<pre\b[^<>]{0,500}>)(?:&gt;|>|-- ?(?:\n|<))", re.IGNORECASE)
_PRE_END = re.compile(r"</(?:pre|textarea|listing|xmp)\b", re.IGNORECASE)
_STYLE = re.compile(r"<style\b", re.IGNORECASE)
_STYLE_END = re.compile(r"</style\s*>", re.IGNORECASE)
_DIV_TAG = re.compile(r"<(/?)div\b([^<>]*)>\s*", re.IGNORECASE)
# What makes a div more than a line: it may be hidden, or keep the source's lines.
_MORE_THAN_A_LINE = re.compile(
    r"display|visibility|hidden|opacity|white-space|font-size\s{0,3}:\s{0,3}0|(?<!line-)height", re.IGNORECASE
)
_DATA_URL = re.compile(r"data:[a-z0-9.+/-]{0,80};base64,[A-Za-z0-9+/=%\s]{64,}", re.IGNORECASE)

TEXT_MARK = "\ue000"
"""Put before what a `pre` holds where that is text that a person wrote, no code."""


def plainer(source: str) -> str:
    """The document without what says nothing in a terminal. Linear."""
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    if TEXT_MARK in source:
        source = source.replace(TEXT_MARK, "")
    source = _without_styles(_without_comments(source))
    if "base64," in source:
        source = _DATA_URL.sub("", source)
    return _with_lines(_without_layout_tables(_on_one_line(source)))


def _with_lines(source: str) -> str:
    """With line breaks between divs in a row: mail programs write a line as one, and it would become a paragraph."""
    kept = []
    at = 0
    lines: list[bool] = []
    closed = -1
    """Where the tag ended that closed a mere line."""
    for tag in _DIV_TAG.finditer(source):
        is_line = _MORE_THAN_A_LINE.search(tag[2]) is None
        if tag[1]:
            closed = tag.end() if lines and lines.pop() else -1
            start = tag.start()
            continue
        if is_line and tag.start() == closed:
            kept += [source[at:start], "<br>"]
            at = tag.end()
        lines.append(is_line)
    kept.append(source[at:])
    return "".join(kept)


def _on_one_line(source: str) -> str:
    """With blanks for line ends, which mean no more in HTML; those in `pre` stay, and all where a style keeps them."""
    if "\n" not in source or _KEEPS_LINES.search(source):
        return source
    kept = []
    at = 0
    for start in (found.start() for found in _PRE.finditer(source)):
        if start < at:
            continue
        end = _PRE_END.search(source, start)
        if end is None:
            break
        kept.append(source[at:start].replace("\n", " "))
        element = source[start : end.end()]
        if _PRE_TEXT.search(element):
            tag, close, text = element.partition(">")
            element = f"{tag}{close}{TEXT_MARK}\n{text}"
        kept.append(element)
        at = end.end()
    kept.append(source[at:].replace("\n", " "))
    return "".join(kept)


def _without_comments(source: str) -> str:
    """Without comments, Outlook's conditional ones among them; one that is never closed stays."""
    kept = []
    at = 0
    while (start := source.find("<!--", at)) >= 0:
        end = source.find("-->", start + 4)
        if end < 0:
            break
        kept.append(source[at:start])
        at = end + 3
    kept.append(source[at:])
    return "".join(kept) if len(kept) > 1 else source


def _without_styles(source: str) -> str:
    """Without style sheets, which make up most of what Word writes."""
    if _STYLE.search(source) is None:
        return source
    kept = []
    at = 0
    while (start := _STYLE.search(source, at)) is not None:
        end = _STYLE_END.search(source, start.end())
        if end is None:
            break
        kept.append(source[at : start.start()])
        at = end.end()
    kept.append(source[at:])
    return "".join(kept)


@dataclass(slots=True)
class _Table:
    """A table while its end has not come: its tags, and what tells data from layout."""

    tags: list[int] = field(default_factory=list)
    rows: int = 0
    cells: int = 0
    widest: int = 0
    is_layout: bool = False

    def add(self, name: str) -> None:
        if name == "tr":
            self.rows += 1
            self.cells = 0
        else:
            self.cells += 1
            self.widest = max(self.widest, self.cells)


def _without_layout_tables(source: str) -> str:
    """Tables that hold tables, have one row or one column, or say they are for presentation become plain blocks.

    As tables they would turn a whole letter into one line between bars.
    """
    tags = list(_TABLE_TAG.finditer(source))
    if not tags:
        return source
    layout = [False] * len(tags)
    open_tables: list[_Table] = []
    for index, tag in enumerate(tags):
        name = tag[2].lower()
        closing = bool(tag[1])
        if name == "table" and not closing:
            if open_tables:
                open_tables[-1].is_layout = True
            open_tables.append(_Table([index], is_layout=_PRESENTATION.search(tag[3]) is not None))
        elif open_tables:
            table = open_tables[-1]
            table.tags.append(index)
            if name == "table":
                _close(open_tables.pop(), layout)
            elif not closing:
                table.add(name)
    for table in open_tables:
        _close(table, layout)
    kept = []
    at = 0
    for tag, replace in zip(tags, layout, strict=True):
        if replace:
            kept.append(source[at : tag.start()])
            kept.append("" if tag[2].lower() == "tr" else f"<{tag[1]}div>")
            at = tag.end()
    kept.append(source[at:])
    return "".join(kept)


def _close(table: _Table, layout: list[bool]) -> None:
    if table.is_layout or table.widest <= 1 or table.rows <= 1:
        for index in table.tags:
            layout[index] = True
