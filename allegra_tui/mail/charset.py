"""Bytes to text by a label that may lie, be misspelt or be missing.

A label is tried as the encoding mail programs mean by it (WHATWG's superset rule: iso-8859-1 is windows-1252, gb2312 is
gb18030 and so on), strictly; then UTF-8; then what a detector says; at last whatever loses least.
"""

import codecs
import re
from functools import lru_cache

_SAMPLE = 4096
"""Bytes a detector looks at, from a little before the first that is not ASCII."""

_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "cp950",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
}

_ALIASES = {
    "x-gbk": "gb18030",
    "iso-gb2312": "gb18030",
    "gb-2312": "gb18030",
    "gb_2312-80": "gb18030",
    "cn-gb": "gb18030",
    "x-euc-cn": "gb18030",
    "hz-gb-2312": "hz",
    "cn-big5": "cp950",
    "x-x-big5": "cp950",
    "x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "x-windows-949": "cp949",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "shift-jis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-8",
    "utf8mb4": "utf-8",
    "uft-8": "utf-8",
    "uft8": "utf-8",
    "utf-8-bom": "utf-8-sig",
    "x-unknown": "",
    "unknown": "",
    "unknown-8bit": "",
    "x-user-defined": "",
    "default": "",
    "default_charset": "",
    "binary": "",
    "none": "",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}

_LABEL = re.compile(r"[a-z0-9][a-z0-9._:+-]*")
_NUMBERED = re.compile(r"(?:x-)?(?:windows|win|cp|ibm|dos|ms)[-_ ]?(\d{3,5})(?:-\d+)?")
_LATIN = re.compile(r"(?:x-)?(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_:]\d+)?")

# Encodings in which ASCII bytes can mean something else.
_STATEFUL = ("utf-16", "utf-32", "utf-7", "iso2022", "hz", "utf_16", "utf_32", "cp037", "cp500", "cp1140", "cp273")
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})

# The five bytes windows-1252 leaves open are C1 controls there, as in iso-8859-1.
_CP1252 = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
_JAPANESE_SHIFT = re.compile(rb"\x1b\$[@B]")
# What the detector likes to say of a few letters and what hardly any mail is written in: code pages of DOS and of old
# Macs, and the rare parts of ISO 8859.
_UNLIKELY = re.compile(r"mac-|hp-|cp(?:437|7\d\d|85\d|86[0-5]|869|1125)|iso8859-(?:3|10|13|14|16)\Z")
# Letters and marks of windows-1252 that stand in words of Western Europe.
_WESTERN = re.compile(
    rb"[\0-\x80\x84\x85\x91-\x97\xa0\xa7\xab\xae\xb0\xb4\xb7\xbb\xc0-\xcf\xd1-\xd6\xd8-\xdd\xdf-\xef\xf1-\xf6\xf8-\xfd\xff]*"
)
_UNWANTED = re.compile("[\0\ud800-\udfff]")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")


@lru_cache(maxsize=256)
def resolve(label: str) -> str | None:
    """The codec that mail programs mean by a label, None for one that names no text encoding."""
    cleaned = label.replace("\0", "").strip(" \t\r\n\"'=<>").lower()
    cleaned = cleaned.removeprefix("charset=").strip("\"' ")
    found = _LABEL.match(cleaned)
    if found is None:
        return None
    name = found[0].rstrip(".-_:")
    if name in _ALIASES:
        return _ALIASES[name] or None
    candidates = [name]
    if numbered := _NUMBERED.fullmatch(name):
        candidates.append(f"cp{numbered[1]}")
    if latin := _LATIN.fullmatch(name):
        candidates.append(f"iso8859-{latin[1]}")
    if name.startswith("x-"):
        candidates.append(name[2:])
    for candidate in candidates:
        codec = _lookup(candidate)
        if codec is not None:
            return _MEANT.get(codec, codec)
    return None


def _lookup(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name not in _REFUSED else None


def decode(data: bytes, label: str | None, hint: str | None = None) -> tuple[str, str | None]:
    """The text of `data` without NUL and lone surrogates, and a note in words where the label did not give it.

    Never fails. `hint` is a label worth trying before a guess, such as that of the message's text for a raw header.
    """
    text, note = _decode(data, label, hint)
    # Of all encodings only UTF-7, itself ASCII, can spell a lone surrogate.
    if "\0" not in text and (not data.isascii() or text.isascii() or _UNWANTED.search(text) is None):
        return text, note
    return _UNWANTED.sub("\ufffd", text), note or "NUL or broken characters replaced"


def _decode(data: bytes, label: str | None, hint: str | None) -> tuple[str, str | None]:
    codec = resolve(label) if label else None
    if data.isascii() and not (codec is not None and codec.startswith(_STATEFUL)):
        if _JAPANESE_SHIFT.search(data) and (text := _strictly(data, "iso2022_jp_ext")) is not None:
            return text, _guessed("iso2022_jp", label)
        return data.decode("ascii"), None
    if codec is not None and (text := _strictly(data, codec)) is not None:
        return text, None
    if (text := _strictly(data, "utf-8")) is not None:
        return text, _guessed("utf-8", label) if label else None
    if hint and (hinted := resolve(hint)) is not None and (text := _strictly(data, hinted)) is not None:
        return text, _guessed(hinted, label)
    if codec not in {None, "ascii", "utf-7"}:
        # Nearly right under its own label: cut short, or one bad character.
        text = data.decode(codec, "replace")
        if _nearly_right(text, of=2 if codec == "utf-8" else 5):
            return text, f"characters replaced: not clean {codec}"
    guessed = guess(data)
    text = _strictly(data, guessed)
    return (data.decode(guessed, "replace") if text is None else text), _guessed(guessed, label)


def guess(data: bytes) -> str:
    """The likeliest codec of bytes that are not UTF-8."""
    first = _EIGHT_BIT.search(data)
    start = max(0, first.start() - _SAMPLE // 8) if first else 0
    return _detect(data[start : start + _SAMPLE])


@lru_cache(maxsize=128)
def _detect(sample: bytes) -> str:
    """What a detector says. Remembered: names and subjects come again and again, and each takes milliseconds."""
    if _nearly_right(sample.decode("utf-8", "replace")):
        return "utf-8"
    import chardet  # a tenth of a second at first use: only mail that needs it pays

    found = chardet.detect(sample)["encoding"]
    codec = resolve(found) if found else None
    if codec is None or codec in {"utf-8", "utf-7", "ascii"}:
        return "cp1252"
    if _UNLIKELY.match(codec):
        return "cp1252" if _is_western(sample) else "cp1250" if _is_central(sample) else codec
    return codec


def _is_central(sample: bytes) -> bool:
    """Whether all beyond ASCII are letters in windows-1250, as in Polish and Czech."""
    text = sample.decode("cp1250", "replace")
    return all(character.isalpha() for character in text if not character.isascii())


def _is_western(sample: bytes) -> bool:
    """Whether it reads like plain letters with some of windows-1252 among them."""
    if not _WESTERN.fullmatch(sample):
        return False
    beyond = len(_EIGHT_BIT.findall(sample))
    return beyond * 2 <= len(sample) - sample.count(b" ")


def _nearly_right(text: str, *, of: int = 5) -> bool:
    """Whether at most one in so many characters beyond ASCII had to be replaced.

    A label utf-8 needs less proof: a character of several bytes hardly ever comes about by chance.
    """
    return text.count("\ufffd") * of <= len(text) - len(text.encode("ascii", "ignore"))


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        if codec == "cp1252":
            return codecs.charmap_decode(data, "strict", _CP1252)[0]
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _guessed(codec: str, label: str | None) -> str:
    said = f"said to be {label[:40]}" if label else "none given"
    return f"charset guessed: {codec} ({said})"
