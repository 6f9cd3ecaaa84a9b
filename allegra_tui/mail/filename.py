"""File names of attachments: what the sender wrote, made safe to show and to join to a directory."""

import re

from allegra_tui.mail.mime import Part
from allegra_tui.mail.parameters import Parameters
from allegra_tui.mail.repairs import Repairs

MAX_BYTES = 200

_UNSAFE = re.compile("[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SEPARATORS = re.compile(r"[/\\]")
_DRIVE = re.compile(r"\A[A-Za-z]:(?=[^\s])")
_RESERVED = re.compile(r"\A(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\Z)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")

_EXTENSIONS = {
    "application/calendar": ".ics",
    "application/ics": ".ics",
    "application/json": ".json",
    "application/ms-tnef": ".dat",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".pgp",
    "application/pgp-keys": ".asc",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "text/css": ".css",
    "text/csv": ".csv",
    "text/directory": ".vcf",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/rtf": ".rtf",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
    "video/mpeg": ".mpeg",
    "video/quicktime": ".mov",
}


_USUAL_NAMES = {
    "application/ms-tnef": "winmail.dat",
    "application/pgp-encrypted": "version.pgp",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-signature": "smime.p7s",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "message/rfc822": "message.eml",
    "text/calendar": "invite.ics",
    "text/rfc822-headers": "headers.txt",
}
_TYPES = {
    **{extension: kind for kind, extension in reversed(_EXTENSIONS.items())},
    ".dat": "application/octet-stream",
    ".ics": "text/calendar",
    ".txt": "text/plain",
    ".vcf": "text/vcard",
}


def type_of(filename: str) -> str:
    """The content type a file name tells, for files that come without one."""
    _, dot, extension = filename.rpartition(".")
    return _TYPES.get(dot + extension.lower(), "application/octet-stream")


def written_name(part: Part, disposition: Parameters, repairs: Repairs, hint: str | None) -> str | None:
    """The file name a part's header gives: Content-Disposition first, then Content-Type, then Content-Location.

    None where all are empty.
    """
    for parameters, name in ((disposition, b"filename"), (part.parameters, b"name"), (disposition, b"name")):
        text = parameters.text(name, repairs, hint)
        if text and text.strip():
            return text
    location = part.header.get(b"content-location")
    if location and not part.content_type.startswith("text/"):
        last = location.decode("ascii", "replace").split("?")[0].rpartition("/")[2]
        return last if "." in last else None
    return None


def safe_name(name: str) -> str:
    """The last component of a name or path, without control and direction characters, at most `MAX_BYTES` of UTF-8.

    Empty where nothing usable is left. Names that Windows reserves get an underscore in front.
    """
    text = _BLANKS.sub(" ", _UNSAFE.sub("", name[:4096].replace("\t", " ").replace("\n", " ")))
    text = _SEPARATORS.split(text.strip().rstrip("/\\"))[-1]
    text = _DRIVE.sub("", text).strip().rstrip(". ")
    if not text.strip("."):
        return ""
    if _RESERVED.match(text):
        text = f"_{text}"
    return _shortened(text)


def made_up_name(content_type: str, number: int) -> str:
    """A name for a part that has none, by its type and its number in the message."""
    if content_type in _USUAL_NAMES:
        return _USUAL_NAMES[content_type]
    kind = "image" if content_type.startswith("image/") else "attachment"
    return f"{kind}-{number}{_EXTENSIONS.get(content_type, '.bin')}"


def message_name(subject: str) -> str:
    """The name of a message kept as an attachment: its subject with `.eml`."""
    base = safe_name(subject.replace("/", "-").replace("\\", "-").replace(":", ""))
    return f"{_shortened(base, MAX_BYTES - 4)}.eml" if base else ""


def _shortened(name: str, limit: int = MAX_BYTES) -> str:
    """Cut in the middle of the base name, so that the extension stays."""
    encoded = name.encode("utf-8", "replace")
    if len(encoded) <= limit:
        return name
    base, dot, extension = name.rpartition(".")
    if not base or len(extension.encode("utf-8", "replace")) > 20:
        base, dot, extension = name, "", ""
    tail = dot + extension
    room = limit - len(tail.encode("utf-8", "replace"))
    return base.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip() + tail
