"""A mailbox to read: how it does, what is to be done next, its settings."""

from collections.abc import Sequence
from datetime import datetime

from allegra_tui.console.issues.details import moment
from allegra_tui.console.mailboxes import words
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import Auth, Mailbox, Protocol, SecretKind, Security
from allegra_tui.text import display
from allegra_tui.usecases.browse_mailboxes import MailboxView, Overview

_LABEL = 15
_PASSWORDS = {
    SecretKind.NONE: "none yet: e enters it",
    SecretKind.STORED: "stored, encrypted",
    SecretKind.COMMAND: "from a command",
    SecretKind.ENV: "from an environment variable",
    SecretKind.FILE: "from a file",
}


def lines(view: MailboxView, overview: Overview) -> Sequence[TextLine]:
    """Return everything about a mailbox, safe to show."""
    mailbox = view.mailbox
    glyph, word = words.state(view)
    project = mailbox.project or f"{overview.default_project or 'none is set'} (the default project)"
    shown = [TextLine(display(mailbox.name), "title"), TextLine(f"{glyph} {word}{_about(view)}")]
    shown += _next(view)
    shown += [TextLine(""), *_facts(("project", project), ("reads", words.where(mailbox)))]
    shown += _facts(("taken mail", words.taken(mailbox)), ("first contact", _first(view)))
    shown += _doing(view)
    if mailbox.protocol is not Protocol.MAILDIR:
        shown += [TextLine(""), *_connection(view)]
    shown += [TextLine(""), *_rest(mailbox)]
    for warning in words.warnings(mailbox):
        shown += [TextLine(""), TextLine(f"! {display(warning)}", "warning", hang=2)]
    return shown


def _about(view: MailboxView) -> str:
    holder = view.status.holder
    return f": fetched by {display(holder)}" if holder else ""


def _next(view: MailboxView) -> list[TextLine]:
    """Tell what needs a person, and the next step."""
    found = []
    if view.unanswered:
        found.append("Nobody said yet what to take of the mail that is there. Until then nothing is taken: f asks.")
    if view.to_sign_in:
        found += [view.to_sign_in, "s signs in from here."]
    elif view.status.error and not view.unanswered:
        found += [view.status.error, "t tries the connection step by step."]
    if not view.mailbox.enabled:
        found.append("It is not read: x enables it.")
    elif words.state(view)[1] == "new":
        found.append("Nothing was fetched yet: 7 fetches.")
    bad = (view.status.error or view.to_sign_in) is not None and not view.unanswered
    return [TextLine(display(line), "bad" if bad and not number else "warning") for number, line in enumerate(found)]


def _first(view: MailboxView) -> str:
    if view.unanswered:
        return "not answered yet"
    return ("took " if view.state.contacted else "will take ") + words.first_take(view.mailbox)


def _doing(view: MailboxView) -> list[TextLine]:
    status = view.status
    found = [
        ("last attempt", _when(status.last_attempt)),
        ("last success", _when(status.last_success)),
        ("next run", _when(status.next_run)),
        ("quarantine", f"{status.quarantine:,} waiting" if status.quarantine else "nothing waits"),
    ]
    if status.note:
        found.append(("note", status.note))
    if status.warning and not view.to_sign_in:
        found.append(("warning", status.warning))
    return _facts(*found)


def _when(moment_: datetime | None) -> str:
    return moment(moment_) if moment_ else "-"


def _connection(view: MailboxView) -> list[TextLine]:
    mailbox = view.mailbox
    trusted = "by the system's authorities"
    if mailbox.pin:
        trusted = "one pinned certificate alone"
    elif mailbox.ca_pem:
        trusted = "by an authority of its own"
    found = _facts(("security", words.SECURITY[mailbox.security]))
    if mailbox.security is not Security.NONE:
        found += _facts(("trusted", trusted))
    if view.state.certificate is not None and mailbox.security is not Security.NONE:
        found += _facts(("certificate", f"valid until {moment(view.state.certificate.not_after)}"))
    if mailbox.pin:
        found += [TextLine(f"{'':{_LABEL}}{line}", "muted") for line in words.fingerprint(mailbox.pin, 8)]
    if mailbox.auth is Auth.OAUTH2:
        since = _when(view.signed_in.since) if view.signed_in else "nobody yet: s signs in"
        return found + _facts(("logs in", f"by OAuth2, {words.provider(mailbox)}"), ("signed in", since))
    return found + _facts(("password", _PASSWORDS[mailbox.secret.kind]))


def _rest(mailbox: Mailbox) -> list[TextLine]:
    limits = f"a run ends after {mailbox.run_seconds:g} s"
    if mailbox.protocol is not Protocol.MAILDIR:
        limits = f"connecting {mailbox.connect_timeout:g} s, an answer {mailbox.read_timeout:g} s, {limits}"
    poll = f"every {mailbox.poll_seconds} s" if mailbox.poll_seconds else "as the intake"
    overdue = f"after {mailbox.overdue_seconds} s" if mailbox.overdue_seconds else "as the intake"
    return _facts(
        ("own addresses", ", ".join(mailbox.addresses) or "the user name alone"),
        ("automatic mail", "is taken" if mailbox.take_auto_generated else "is ignored"),
        ("time limits", limits),
        ("polled", poll),
        ("overdue", overdue),
    )


def _facts(*facts: tuple[str, str]) -> list[TextLine]:
    return [TextLine(f"{name:<{_LABEL}}{display(value)}", hang=_LABEL) for name, value in facts]
