"""Text that would steer a terminal, and how to see whether it does."""

import re

HOSTILE = (
    "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[?1049l\x9b31m\u202egnp.exe\u200b\u2066 "
    "[/x] [@click=app.quit]quit[/] [bold"
)
ENCODED = f"=?utf-8?q?{''.join(f'={byte:02X}' for byte in HOSTILE.encode())}?="
_FORBIDDEN = (
    b"\x1b]",
    b"\x9b31m",
    "\x9b".encode(),
    "\u202e".encode(),
    "\u200b".encode(),
    "\u2066".encode(),
    b"\x07",
)
_POINTER = re.compile(rb"\x1b\]22;\w+\x07")
"""What Textual itself asks for: the shape of the mouse pointer."""


def steering(output: bytes | bytearray) -> list[bytes]:
    """Return the sequences in the output of a terminal that only foreign text can have brought there."""
    shown = _POINTER.sub(b"", bytes(output))
    return [sequence for sequence in _FORBIDDEN if sequence in shown]
