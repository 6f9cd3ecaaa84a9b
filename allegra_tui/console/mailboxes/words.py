"""How a mailbox and a certificate are told."""

from collections.abc import Sequence

from allegra_tui.console.issues.details import moment
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import Mailbox, Protocol, Provider, Security
from allegra_tui.model.verdict import SettleAction
from allegra_tui.text import display
from allegra_tui.usecases import rules
from allegra_tui.usecases.browse_fetch import settle_action
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.connect import Certificate
from allegra_tui.usecases.status import Health

SECURITY = {
    Security.SSL: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
    Security.STARTTLS_IF_AVAILABLE: "STARTTLS if offered: UNSAFE",
    Security.NONE: "none: UNSAFE",
}


def state(view: MailboxView) -> tuple[str, str]:
    """Return glyph and word for how a mailbox does."""
    match view.status.state:
        case Health.DISABLED:
            return "-", "disabled"
        case Health.RUNNING:
            return ">", "running"
    if view.to_sign_in:
        return "?", "sign in"
    if view.unanswered:
        return "?", "answer"
    match view.status.state:
        case Health.ERROR:
            return "x", "error"
        case Health.PAUSED:
            return "=", "paused"
    if view.status.overdue:
        return "!", "overdue"
    return ("+", "ok") if view.status.last_success else (".", "new")


def where(mailbox: Mailbox) -> str:
    """Tell in one line what is read. Foreign text."""
    if mailbox.protocol is Protocol.MAILDIR:
        return f"maildir {mailbox.path}"
    folder = f"/{mailbox.folder}" if mailbox.protocol is Protocol.IMAP else ""
    return f"{mailbox.protocol} {mailbox.username} on {mailbox.host}:{mailbox.effective_port}{folder}"


def provider(mailbox: Mailbox) -> str:
    """Tell who gives access by OAuth2. Foreign text."""
    match mailbox.provider:
        case Provider.MICROSOFT365:
            return f"Microsoft 365{f', tenant {mailbox.tenant}' if mailbox.tenant else ''}"
        case Provider.GOOGLE:
            return "Google"
    return mailbox.token_endpoint


def taken(mailbox: Mailbox) -> str:
    """Tell what becomes of taken mail on the server. Foreign text."""
    match settle_action(mailbox):
        case SettleAction.DELETE:
            return "is deleted from the mailbox"
        case SettleAction.MOVE:
            return f"is moved to {mailbox.move_to}"
    return "stays in the mailbox"


def first_take(mailbox: Mailbox) -> str:
    """Tell what the first contact takes."""
    match mailbox.first_contact:
        case "all":
            return "all mail that is there"
        case "new":
            return "nothing of the mail that is there"
    return f"the mail of the last {mailbox.first_contact} days"


def warnings(mailbox: Mailbox) -> list[str]:
    """Return what an administrator should think of before saving. Foreign text."""
    unsafe = rules.unsafe(mailbox)
    found = [unsafe] if unsafe else []
    if settle_action(mailbox) is SettleAction.DELETE:
        found.append(
            "Mail is DELETED from this mailbox after it is taken. Never name a private account that is used otherwise: "
            "its mail would be lost."
        )
    elif mailbox.move_to:
        found.append("Mail is moved after it is taken. Do not name a private account that is used otherwise.")
    return found


def fingerprint(sha256: str, pairs: int = 16) -> list[str]:
    """Write a SHA-256 as OpenSSL does, `pairs` pairs of digits a line."""
    upper = display(sha256.upper())
    each = [upper[start : start + 2] for start in range(0, len(upper), 2)]
    return [":".join(each[start : start + pairs]) for start in range(0, len(each), pairs)]


def certificate_facts(certificate: Certificate) -> dict[str, str]:
    """Return what a certificate says. Foreign text."""
    return {
        "subject": certificate.subject or "(empty)",
        "names": ", ".join(certificate.names) or "(none)",
        "issuer": certificate.issuer,
        "from": moment(certificate.not_before),
        "until": moment(certificate.not_after),
    }


def certificate_lines(certificate: Certificate, width: int, indent: int = 0) -> Sequence[TextLine]:
    """Return the facts of a certificate, safe to show, with the SHA-256 as it suits the width."""
    pairs = 16 if width >= indent + 9 + 16 * 3 else 8
    facts = list(certificate_facts(certificate).items())[:3]
    facts.append(("valid", f"{moment(certificate.not_before)} to {moment(certificate.not_after)}"))
    facts += [("" if number else "SHA-256", line) for number, line in enumerate(fingerprint(certificate.sha256, pairs))]
    return [
        TextLine(f"{'':{indent}}{name:<9}{display(value)}", "muted" if indent else "", hang=indent + 9)
        for name, value in facts
    ]
