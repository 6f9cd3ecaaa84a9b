"""The fields of a mailbox's form, with their help."""

from collections.abc import Sequence

from allegra_tui.console.mailboxes import oauth2_fields
from allegra_tui.console.mailboxes.words import SECURITY
from allegra_tui.console.widgets.form import Field, Kind, Values
from allegra_tui.model.settings import Mailbox, Protocol, SecretKind
from allegra_tui.usecases.browse_mailboxes import Overview

ASK = "ask"
LATER = (ASK, "ask once connected")
_TAKEN = (("delete", "delete"), ("leave", "leave there"), ("move", "move"))
_SECRETS = {
    SecretKind.STORED: "stored here, encrypted",
    SecretKind.COMMAND: "a command prints it",
    SecretKind.FILE: "a file holds it",
    SecretKind.ENV: "an environment variable",
    SecretKind.NONE: "none",
}


def fields(record: Mailbox | None, overview: Overview) -> Sequence[Field]:
    """Return the fields for a mailbox, or for a new one."""
    default = overview.default_project or "none is set"
    projects = [("", f"global: {default}"), *((one.key, f"{one.key} {one.name}") for one in overview.projects)]
    if record and record.project and record.project not in dict(projects):
        projects.append((record.project, f"{record.project} (archived)"))
    stored = record is not None and record.secret.kind is SecretKind.STORED
    trusted = [("system", "by the system"), ("file", "an authority in a file")]
    if record is not None and record.ca_pem:
        trusted.insert(1, ("stored", "the authority stored"))
    return (
        Field(name="name", label="Name", help="What the mailbox is called here, in lists, commands and the audit."),
        Field(
            name="project",
            label="Project",
            kind=Kind.CHOICE,
            choices=projects,
            help="Where new issues of this mailbox go. A global mailbox feeds the default project, the catch-all.",
        ),
        Field(
            name="protocol",
            label="Protocol",
            kind=Kind.CHOICE,
            choices=[("imap", "IMAP"), ("pop3", "POP3"), ("maildir", "Maildir")],
            help="IMAP knows folders and can move mail. A Maildir is read from this machine's disk, without a server.",
        ),
        Field(name="host", label="Host", help="The mail server's name or IP address.", placeholder="mail.example.org"),
        Field(
            name="security",
            label="Security",
            kind=Kind.CHOICE,
            choices=[(str(value), words) for value, words in SECURITY.items()],
            help="SSL/TLS encrypts from the start. STARTTLS is required where chosen. The last two can be overheard: "
            "password and mail may travel in clear.",
        ),
        Field(
            name="port",
            label="Port",
            kind=Kind.NUMBER,
            help="Follows protocol and security (IMAP 993/143, POP3 995/110) until you type another one.",
        ),
        Field(name="path", label="Directory", help="The Maildir: the directory that holds cur, new and tmp."),
        Field(name="username", label="User name", help="As the mail server knows it; often the whole address."),
        Field(
            name="auth",
            label="Log in",
            kind=Kind.CHOICE,
            choices=oauth2_fields.AUTH,
            help="Microsoft 365 and Google take no passwords of programs: there somebody signs in with a browser once.",
        ),
        *oauth2_fields.fields(stored=record is not None and record.client_secret.kind is SecretKind.STORED),
        Field(
            name="password_from",
            label="Password is",
            kind=Kind.CHOICE,
            choices=[(str(kind), words) for kind, words in _SECRETS.items()],
            help="Typed here it is stored encrypted; the other ways keep it out of the data directory.",
        ),
        Field(
            name="password",
            label="Password",
            kind=Kind.PASSWORD,
            placeholder="blank keeps the stored one" if stored else "",
            help="Left blank, the stored one stays." if stored else "Stored encrypted, never shown again.",
        ),
        Field(
            name="password_command",
            label="Command",
            placeholder="pass show mail/issues",
            help="Run without a shell whenever the password is needed; the first line it prints is the password.",
        ),
        Field(
            name="password_file",
            label="Password file",
            help="A file that only the service's account can read, or the name of a systemd credential.",
        ),
        Field(name="password_env", label="Variable", help="The environment variable of the running program."),
        Field(
            name="folder",
            label="Folder",
            help="The folder mail is taken from. ctrl+o asks the server for its folders.",
        ),
        Field(
            name="leave_on_server",
            label="Taken mail",
            kind=Kind.CHOICE,
            choices=_TAKEN,
            help="What becomes of a message on the server once it is stored here. Left there, others can read it too.",
        ),
        Field(
            name="move_to",
            label="Move to folder",
            help="Made where it is missing. ctrl+o asks the server for its folders.",
        ),
        Field(
            name="first_contact",
            label="Mail already there",
            kind=Kind.CHOICE,
            choices=[LATER, ("all", "take all"), ("new", "take none"), ("days", "last days")],
            help="What to take of the mail that is there before the first fetch. Asked later, you see how much it is.",
        ),
        Field(name="first_days", label="Days", kind=Kind.NUMBER, help="Mail that is older than this is left alone."),
        Field(
            name="ca",
            label="Certificate is trusted",
            kind=Kind.CHOICE,
            choices=trusted,
            help="An authority of your own is trusted for this mailbox alone. To trust one certificate, test with "
            "ctrl+t.",
        ),
        Field(
            name="ca_file",
            label="Authority file",
            help="Certificates in PEM form on this machine; they are copied in.",
        ),
        Field(
            name="pin",
            label="Pinned certificate",
            placeholder="none",
            help="SHA-256 of the one certificate to trust. The test (ctrl+t) offers to pin it; empty forgets the pin.",
        ),
        Field(
            name="addresses",
            label="Own addresses",
            kind=Kind.LIST,
            help="The mailbox's own addresses besides the user name: mail from them is ignored, so no loop can start.",
        ),
        Field(
            name="take_auto_generated",
            label="Take automatic mail",
            kind=Kind.FLAG,
            help="Mail that programs wrote (monitoring, scanners). Bounces and auto-replies are ignored in any case.",
        ),
        Field(
            name="connect_timeout",
            label="Connecting, seconds",
            kind=Kind.NUMBER,
            help="How long connecting may take. By default 15.",
        ),
        Field(
            name="read_timeout",
            label="Each answer, seconds",
            kind=Kind.NUMBER,
            help="How long the server may be silent. By default 60.",
        ),
        Field(
            name="run_seconds",
            label="A run, seconds",
            kind=Kind.NUMBER,
            help="A run stops between batches after this and goes on the next time. By default 600.",
        ),
        Field(
            name="poll_seconds",
            label="Polled every, seconds",
            kind=Kind.NUMBER,
            placeholder="as the intake",
            help="How often it is looked for new mail. Empty: as the settings of the intake say.",
        ),
        Field(
            name="overdue_seconds",
            label="Overdue after, seconds",
            kind=Kind.NUMBER,
            placeholder="as the intake",
            help="Without a success for this long, it is shown as overdue. Empty: as the intake's settings say.",
        ),
        Field(name="enabled", label="Enabled", kind=Kind.FLAG, help="A disabled mailbox is not read, and is kept."),
    )


def taken_choices(values: Values) -> Sequence[tuple[str, str]]:
    """Return what can be done with taken mail: only IMAP has folders to move to."""
    return _TAKEN if values.get("protocol") == Protocol.IMAP else _TAKEN[:2]
