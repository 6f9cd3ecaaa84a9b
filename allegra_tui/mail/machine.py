"""Whether a program wrote a message, by its header alone (RFC 3834), with the field that shows it."""

from allegra_tui.mail.header import Header
from allegra_tui.mail.parameters import Parameters
from allegra_tui.model.mail import Machine, MachineKind, Sender

_AUTO_REPLY_FIELDS = {
    b"x-autoreply": "X-Autoreply",
    b"x-auto-reply": "X-Auto-Reply",
    b"x-autorespond": "X-Autorespond",
    b"x-autoresponder": "X-Autoresponder",
}
_NO = frozenset({"no", "none", "false", "0"})
_NOBODY = frozenset({b"<>", b"", b"<mailer-daemon>"})


def detect(header: Header, content: Parameters, sender: Sender) -> Machine | None:
    """What kind of machine mail a message is, None for what people wrote.

    Precedence bulk, junk or list, List-Id, X-Auto-Response-Suppress and the words of a subject prove nothing:
    people's mail carries them too.
    """
    return _report(content) or _auto_reply(header) or _bounce(header, sender) or _auto_generated(header)


def _report(content: Parameters) -> Machine | None:
    if content.value != "multipart/report":
        return None
    report = (content.token(b"report-type") or "").lower()[:60]
    kind = MachineKind.AUTO_REPLY if report == "disposition-notification" else MachineKind.BOUNCE
    return Machine(kind=kind, evidence=f"Content-Type: multipart/report {report}".rstrip())


def _auto_reply(header: Header) -> Machine | None:
    submitted = _word(header, b"auto-submitted")
    if submitted and submitted not in {"no", "auto-generated"}:
        return Machine(kind=MachineKind.AUTO_REPLY, evidence=f"Auto-Submitted: {submitted}")
    precedence = _word(header, b"precedence")
    if precedence in {"auto_reply", "auto-reply"}:
        return Machine(kind=MachineKind.AUTO_REPLY, evidence=f"Precedence: {precedence}")
    for name, spelling in _AUTO_REPLY_FIELDS.items():
        word = _word(header, name)
        if word is not None and word not in _NO:
            return Machine(kind=MachineKind.AUTO_REPLY, evidence=f"{spelling}: {word}")
    return None


def _bounce(header: Header, sender: Sender) -> Machine | None:
    paths = header.all(b"return-path")
    if paths and paths[0].replace(b" ", b"").lower() in _NOBODY:
        return Machine(kind=MachineKind.BOUNCE, evidence="Return-Path: <>")
    if header.get(b"x-failed-recipients"):
        return Machine(kind=MachineKind.BOUNCE, evidence="X-Failed-Recipients is set")
    local = (sender.reading or sender.name).partition("@")[0].lower()
    if local == "mailer-daemon":
        return Machine(kind=MachineKind.BOUNCE, evidence="From: MAILER-DAEMON")
    return None


def _auto_generated(header: Header) -> Machine | None:
    if _word(header, b"auto-submitted") == "auto-generated":
        return Machine(kind=MachineKind.AUTO_GENERATED, evidence="Auto-Submitted: auto-generated")
    return None


def _word(header: Header, name: bytes) -> str | None:
    """The first word of a field in lower case, without parameters and comments; None where there is no such field."""
    value = header.get(name)
    if value is None:
        return None
    words = value.decode("ascii", "replace").lower().replace(";", " ").replace("(", " ").split()
    return words[0][:60] if words else ""
