"""What a person reads of a message, and its files: walks the parts and decides which is which."""

import hashlib
import re
from dataclasses import dataclass, field

from allegra_tui.mail import charset, flowed, rtf, tnef
from allegra_tui.mail.decode import UU_BEGIN, decode_body, read_uu
from allegra_tui.mail.filename import made_up_name, message_name, safe_name, type_of, written_name
from allegra_tui.mail.header import parse_header
from allegra_tui.mail.html import Converter, declared_charset, stripped
from allegra_tui.mail.mime import Part
from allegra_tui.mail.parameters import Parameters, read_parameters
from allegra_tui.mail.repairs import Repairs
from allegra_tui.mail.words import decode_line
from allegra_tui.model.mail import Attachment

_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNREADABLE_ALTERNATIVES = frozenset({"text/x-amp-html", "text/watch-html"})
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_WORDS = re.compile(r"\w+")
_ENRICHED_TAG = re.compile(r"<(?!<)/?[A-Za-z0-9-]{1,60}>")
_NOTICE = re.compile(
    r"\bhtml\b|browser|plain.?text|e-?mail.?(?:client|programm|reader)|mail.?client|darstell|anzeig|view this|anzusehen"
    r"|visuali[sz]|weergeven|wyświetl|messagerie",
    re.IGNORECASE,
)
_NOTICE_CHARACTERS = 400


@dataclass(slots=True)
class Text:
    """A piece of text to read, as plain text or as HTML not yet converted."""

    source: str
    is_html: bool = False


@dataclass(slots=True)
class Content:
    """What `read` finds in a message."""

    repairs: Repairs
    hint: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    spare_texts: list[Text] = field(default_factory=list)
    """Texts inside a winmail.dat and of files that are not said to be attached, for a message that has no other."""
    html: Converter = field(default_factory=Converter)
    rich: rtf.Allowance = field(default_factory=rtf.Allowance)


def read(raw: bytes, root: Part, repairs: Repairs, hint: str | None) -> tuple[str, tuple[Attachment, ...]]:
    """The whole text of a message and its files, in the order of its parts."""
    content = Content(repairs, hint)
    pieces = _collect(raw, root, content)
    text = _joined(pieces, content) or _joined(content.spare_texts, content)
    return text, tuple(content.attachments)


def _joined(pieces: list[Text], content: Content) -> str:
    return "\n\n".join(text for text in (_plain(piece, content) for piece in pieces) if text.strip())


def _collect(raw: bytes, part: Part, content: Content) -> list[Text]:
    """The texts of a part; its files go to `content`. As deep as parts are nested, which is bounded."""
    if not part.children:
        return _leaf(raw, part, content)
    kind = part.content_type
    collected = [_collect(raw, child, content) for child in part.children]
    if kind == "multipart/alternative":
        return _best(collected, content)
    return _without_repeats([piece for pieces in collected for piece in pieces])


def _leaf(raw: bytes, part: Part, content: Content) -> list[Text]:
    disposition = read_parameters(part.header.get(b"content-disposition"))
    name = written_name(part, disposition, content.repairs, content.hint)
    data, note = decode_body(raw, part.start, part.end, "" if part.uncut else part.encoding)
    if note is not None:
        content.repairs.add(note)
    kind = part.content_type
    is_tnef = kind in _TNEF_TYPES or (name is not None and name.lower() == "winmail.dat")
    if is_tnef and _unpack(data, content):
        return []
    if kind in _UNREADABLE_ALTERNATIVES and part.within("multipart/alternative"):
        return []
    if kind in _READABLE and disposition.value != "attachment" and (name is None or _is_body(part, disposition)):
        return _text(data, part, content)
    if not data and name is None and kind.startswith("text/"):
        return []
    _attach(data, part, disposition, name, content)
    if kind in _READABLE and disposition.value != "attachment":
        content.spare_texts += _text(data, part, content)
    return []


def _is_body(part: Part, disposition: Parameters) -> bool:
    """Whether a text that names a file is what there is to read all the same: only its Content-Type names it, and it
    is the whole message, an alternative or the root of related parts.
    """
    if disposition.value:
        return False
    parent = part.parent
    return (
        parent is None
        or parent.content_type == "multipart/alternative"
        or (parent.content_type == "multipart/related" and parent.children[0] is part)
    )


def _text(data: bytes, part: Part, content: Content) -> list[Text]:
    is_html = part.content_type == "text/html"
    label = part.parameters.token(b"charset")
    if is_html and (label is None or charset.resolve(label) is None):
        label = declared_charset(data) or label
    if part.content_type == "text/plain" and b"\nend" in data and (begin := UU_BEGIN.search(data)):
        data = _take_uuencoded(data, begin, content)
    source, note = charset.decode(data, label, content.hint)
    if note is not None:
        content.repairs.add(note)
    source = source.removeprefix("\ufeff")
    if is_html:
        return [Text(source, is_html=True)]
    if part.content_type != "text/plain":
        source = _ENRICHED_TAG.sub("", source).replace("<<", "<")
    source = normal_lines(source)
    if (part.parameters.token(b"format") or "").lower() == "flowed":
        source = flowed.paragraphs(source, delete_space=(part.parameters.token(b"delsp") or "").lower() == "yes")
    return [Text(source)]


def _plain(piece: Text, content: Content) -> str:
    """The text of a piece, converted where it is HTML."""
    if piece.is_html:
        text, note = content.html.to_text(piece.source)
        if note is not None:
            content.repairs.add(note)
            _add_file("message.html", piece.source.encode(), content)
        piece.source, piece.is_html = text, False
    return piece.source


def _best(alternatives: list[list[Text]], content: Content) -> list[Text]:
    """The alternative to read: plain text, unless it is empty or a mere notice beside a full HTML part."""
    plain: list[Text] = []
    rich: list[Text] = []
    for pieces in alternatives:
        if any(piece.is_html for piece in pieces):
            rich = pieces
        else:
            plain.extend(piece for piece in pieces if piece.source.strip())
    plain = _without_repeats(plain)
    if not plain or not rich:
        return plain or rich
    length = sum(len(piece.source) for piece in plain)
    if length <= _NOTICE_CHARACTERS and any(_NOTICE.search(piece.source) for piece in plain):
        full = sum(len(_plain(piece, content).strip()) for piece in rich)
        if full > 2 * length:
            return rich
    return plain


def _without_repeats(pieces: list[Text]) -> list[Text]:
    """Pieces in a row; one that says nothing but what the one before it says is left out."""
    if len(pieces) < 2:
        return pieces
    kept: list[Text] = []
    said: set[str] = set()
    for piece in pieces:
        words = set(_WORDS.findall(stripped(piece.source) if piece.is_html else piece.source))
        if words and len(words - said) * 20 <= len(words):
            continue
        kept.append(piece)
        said = words
    return kept


def normal_lines(text: str) -> str:
    """Text with LF line ends, without blank lines around it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.rstrip()
    start = len(lines) - len(lines.lstrip())
    return lines[lines.rfind("\n", 0, start) + 1 :]


def _attach(data: bytes, part: Part, disposition: Parameters, name: str | None, content: Content) -> None:
    kind = part.content_type
    filename = safe_name(name) if name else ""
    if not filename and kind in _MESSAGES:
        nested = parse_header(data, 0, len(data), message=True)
        filename = message_name(decode_line(nested.get(b"subject") or b"", content.repairs, content.hint))
    if not filename:
        filename = made_up_name(kind, len(content.attachments) + 1)
    content_id = (part.header.get(b"content-id") or b"").strip(b"<> \t\0").decode("ascii", "replace") or None
    inline = disposition.value == "inline" or (
        disposition.value != "attachment" and content_id is not None and part.within("multipart/related")
    )
    content.attachments.append(
        Attachment(
            filename=filename,
            content_type=kind,
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            inline=inline,
            content_id=content_id,
        )
    )


def _take_uuencoded(data: bytes, begin: re.Match[bytes] | None, content: Content) -> bytes:
    """The text without the files uuencoded in it, which become attachments."""
    text = bytearray()
    position = 0
    while begin is not None:
        file, end = read_uu(data, begin.end(), len(data))
        if not end or not file:
            break
        text += data[position : begin.start()]
        position = end
        _add_file(charset.decode(begin[1], None, content.hint)[0], file, content)
        begin = UU_BEGIN.search(data, position)
    return bytes(text + data[position:])


def _unpack(data: bytes, content: Content) -> bool:
    """Takes the files and the text out of a winmail.dat; False where there is nothing to take, so that it stays."""
    try:
        unpacked = tnef.unpack(data, content.rich)
    except tnef.TnefError as error:
        content.repairs.add(f"winmail.dat not unpacked: {error}")
        return False
    if unpacked.cut:
        content.repairs.add("winmail.dat cut short")
    text = Text(normal_lines(unpacked.text)) if unpacked.text.strip() else Text(unpacked.html, is_html=True)
    content.spare_texts.append(text)
    for name, file in unpacked.files:
        _add_file(name, file, content)
    return bool(unpacked.files or text.source)


def _add_file(name: str, data: bytes, content: Content) -> None:
    """Adds a file that came without a part of its own."""
    filename = safe_name(name)
    kind = type_of(filename)
    content.attachments.append(
        Attachment(
            filename=filename or made_up_name(kind, len(content.attachments) + 1),
            content_type=kind,
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
        )
    )
