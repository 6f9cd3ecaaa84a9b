"""The escapes that mean the same inside and outside a class: characters by number or letter, and named sets.

Sources: perlrebackslash, perluniprops; details that the pages leave open were tried with perl 5.36.
"""

import re

from allegra_tui.policy.pattern.reader import Reader
from allegra_tui.policy.pattern.tree import Kind

_LETTERS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_OCTAL = re.compile(r"[0-7]{1,3}")
_HEX = re.compile(r"[0-9A-Fa-f]{0,2}")
_BRACED_HEX = re.compile(r"\{[ \t]*_?([0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*)_?[ \t]*\}")
_BRACED_OCTAL = re.compile(r"\{[ \t]*_?([0-7]+(?:_[0-7]+)*)_?[ \t]*\}")
_CODE_POINT = re.compile(r"\{[ \t]*U\+([0-9A-Fa-f]+)[ \t]*\}")
_CONTROL = re.compile(r"[ -z|}~]")
_PROPERTY = re.compile(r"([A-Za-z])|\{[ \t]*(\^?)[ \t]*([A-Za-z_&][A-Za-z0-9_& -]*?)[ \t]*\}")

_CATEGORY = re.compile(r"l[ultmo]?|m[nce]?|n[dlo]?|p[cdseifo]?|s[mcko]?|z[slp]?|c[cfon]?", re.IGNORECASE)
_SCRIPT = re.compile("latin|greek|cyrillic|hebrew|arabic|han|hiragana|katakana", re.IGNORECASE)
_XPOSIX = re.compile(
    "(?:xposix)?(alpha|digit|alnum|lower|upper|space|print|graph|cntrl|xdigit|word|blank)|xposix(punct)"
)
_OTHER_PROPERTIES = {
    "letter": "p:l",
    "mark": "p:m",
    "number": "p:n",
    "punctuation": "p:p",
    "punct": "p:p",
    "symbol": "p:s",
    "separator": "p:z",
    "l&": "p:lc",
    "l_": "p:lc",
    "lc": "p:lc",
    "alphabetic": "alpha",
    "uppercase": "upper",
    "lowercase": "lower",
    "ascii": "ascii",
    "any": "any",
}


def read_escape(reader: Reader, *, in_class: bool) -> int | Kind | None:
    """Read what follows a backslash: a code point or a named set; None, and nothing read, for all else.

    Digits are octal here: what is a reference has to be recognised first.
    """
    start = reader.pos
    letter = reader.next()
    if letter in _LETTERS:
        return _LETTERS[letter]
    if letter and letter in "dwshv":
        return Kind(letter)
    if letter and letter in "DWSHV":
        return Kind(letter.lower(), negated=True)
    if letter in {"p", "P"}:
        return _property(reader, negated=letter == "P")
    if letter and letter in "01234567":
        reader.pos = start
        octal = reader.scan(_OCTAL)
        return int(octal[0], 8) if octal else None
    if letter == "x":
        return _hex(reader)
    if letter == "o":
        digits = reader.expect(_BRACED_OCTAL, r"\o needs an octal number in braces, as in \o{101}")
        return _checked(reader, int(digits[1], 8), start)
    if letter == "c":
        control = reader.expect(_CONTROL, r"\c needs a letter, as in \cA")
        return ord(control[0].upper()) ^ 64
    if letter == "N" and (code := reader.scan(_CODE_POINT)):
        return _checked(reader, int(code[1], 16), start)
    if letter == "N" and in_class:
        raise reader.error(r"\N in a class needs a number in braces, as in \N{U+40}")
    if letter == "E":
        raise reader.error(r"\Q…\E is not known here; put a backslash before each special character", start - 1, "P18")
    reader.pos = start
    return None


def _hex(reader: Reader) -> int:
    start = reader.pos
    if not reader.peek("{"):
        digits = reader.scan(_HEX)
        return int(digits[0], 16) if digits and digits[0] else 0
    braced = reader.expect(_BRACED_HEX, r"\x{ needs a hexadecimal number and }, as in \x{40}")
    return _checked(reader, int(braced[1], 16), start)


def _checked(reader: Reader, code: int, start: int) -> int:
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise reader.error("There is no character with this number", start)
    return code


def _property(reader: Reader, *, negated: bool) -> Kind:
    start = reader.pos
    found = reader.expect(_PROPERTY, r"\p needs the name of a property, as in \p{L}")
    written = (found[1] or found[3]).lower()
    name = _OTHER_PROPERTIES.get(written) or _named_set(re.sub(r"[ _-]", "", written).removeprefix("is"))
    if name is None:
        raise reader.error(f"The property {found[1] or found[3]} is not known here", start)
    return Kind(name, negated != bool(found[2]))


def _named_set(name: str) -> str | None:
    """Return the name under which `Kind` knows a Unicode property."""
    if _CATEGORY.fullmatch(name) or _SCRIPT.fullmatch(name):
        return f"p:{name}"
    if posix := _XPOSIX.fullmatch(name):
        return posix[1] or posix[2]
    return _OTHER_PROPERTIES.get(name)
