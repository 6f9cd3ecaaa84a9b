"""Texts that strangers send to steer a terminal or the console, and what must never reach a terminal."""

import base64
import re
import unicodedata

STRINGS = {
    "window title": "\x1b]0;owned\x07t",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07c",
    "link": "\x1b]8;;http://evil.example\x1b\\l\x1b]8;;\x1b\\",
    "other screen": "\x1b[?1049l\x1b[2J\x1b[Hs",
    "answers typed back": "\x1b[6n\x1b[21t\x1b[>c\x05q",
    "reset": "\x1bcr\x1b(0\x0e",
    "device strings": "\x1bP$qm\x1b\\\x1b_x\x1b\\\x1b^x\x1b\\d",
    "C1": "\x9b31m\x9d0;owned\x9c\x90m\x84\x85c",
    "C0": "\x00\x01\x08\x08\x08\x0b\x0c\x7fb",
    "line ends": "one\rtwo\nthree\u2028four\u2029five\x85six",
    "direction": "a\u202egnp.exe\u202d\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "nothing to see": "a\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164b\U000e0041",
    "closing nothing": "[/x] [/] [/nope]",
    "a click": "[@click=app.quit]quit[/] [@click=app.bell]x[/]",
    "a link as markup": "[link=file:///etc/passwd]x[/link] [bold",
    "colours": "[red on red]x[/red on red] [$error]y [not a tag",
    "variables": "$name {0} %s %(name)s {name} ${HOME} `id`",
    "lone surrogates": "a\udc9b31m\ud800b",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "marks piled up": "Z" + "\u0301\u0489" * 500 + "b",
    "hidden words": "a\u2066b\u2069\ufe0f\U000e0100\U000e0020\U000e007f\ufff9c\ufffb\U0001d173\uffa0",
    "long": "W" * 300 + "\x1b[31m" + "\u65e5" * 100,
}
"""By what each of them tries. Those without any control character try Textual's markup, a format, a spreadsheet."""

_SEQUENCES = re.compile(
    r"\x1b\[[\d;]*m"  # colours
    r"|\x1b\[\d*(?:;\d+)?H|\x1b\[[\d;]*[ABCDGJK]"  # the cursor, and erasing
    r"|\x1b\[\?(?:25|7|1000|1002|1003|1004|1006|1015|1016|2004|2026|2048)[hl]|\x1b\[\?(?:2026|2048)\$p"  # modes
    r"|\x1b\[[<>=]\d*(?:;\d+)?u"  # keyboard
    r"|\x1b\]22;[a-z-]*\x07"  # the mouse pointer
    r"|\x1b\]52;c;(?P<copied>[A-Za-z0-9+/=]*)\x07"  # what the person copies
)
"""What Textual itself sends while it is open."""
_BEGIN, _END = "\x1b[?1049h", "\x1b[?1049l"
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def steering(text: str, *, lines: bool = True) -> list[str]:
    """List what of a text would steer a terminal or look like something else, each with what stands around it."""
    kept = "\n\t" if lines else ""
    return [
        ascii(text[max(0, index - 20) : index + 20])
        for index, char in enumerate(text)
        if unicodedata.category(char) in _STEERING and char not in kept
    ]


def steering_console(output: bytes) -> list[str]:
    """The same for everything a console wrote to its terminal from opening to closing.

    Its own sequences are taken off first, so that any other one is left over.
    """
    text = output.decode("utf-8", "surrogateescape")
    begun = text.find(_BEGIN)
    assert begun >= 0, "the console never opened"
    inside = text[begun + len(_BEGIN) :]
    ended = inside.rfind(_END)
    inside = inside[: ended if ended >= 0 else None]
    copied = [base64.b64decode(found["copied"] or "").decode() for found in _SEQUENCES.finditer(inside)]
    assert "owned" not in copied
    drawn = _SEQUENCES.sub("", inside).replace("\r\n", " ")
    return steering(drawn, lines=False) + [trouble for text in copied for trouble in steering(text)]
