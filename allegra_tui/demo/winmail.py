"""A winmail.dat as Outlook makes it where it sends "rich text" (Microsoft's [MS-OXTNEF])."""

import struct

_SIGNATURE = 0x223E9F78
_MESSAGE = 1
_ATTACHMENT = 2
_VERSION = 0x00089006
_CODE_PAGE = 0x00069007
_MESSAGE_CLASS = 0x00078008
_BODY = 0x0002800C
_RENDER_DATA = 0x00069002
_TITLE = 0x00018010
_DATA = 0x0006800F


def winmail(text: str, filename: str, data: bytes) -> bytes:
    """Return a TNEF stream with a plain text and one file. Both texts are ASCII."""
    # A file in place (attach type 1) at no position in the text, 32 by 32 pixels, no flags.
    render = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)
    return struct.pack("<IH", _SIGNATURE, 1) + b"".join(
        (
            _attribute(_MESSAGE, _VERSION, struct.pack("<I", 0x00010000)),
            _attribute(_MESSAGE, _CODE_PAGE, struct.pack("<II", 1252, 0)),
            _attribute(_MESSAGE, _MESSAGE_CLASS, b"IPM.Microsoft Mail.Note\0"),
            _attribute(_MESSAGE, _BODY, text.encode("ascii") + b"\0"),
            _attribute(_ATTACHMENT, _RENDER_DATA, render),
            _attribute(_ATTACHMENT, _TITLE, filename.encode("ascii") + b"\0"),
            _attribute(_ATTACHMENT, _DATA, data),
        )
    )


def _attribute(level: int, name: int, data: bytes) -> bytes:
    """Return level, name, length, data, and the sum of the data's bytes (section 2.1.3.1)."""
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
