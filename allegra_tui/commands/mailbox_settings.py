"""`mailbox list`, `add`, `edit`, `remove`, `password`: the settings of mailboxes."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from allegra_tui.commands.declare import ExitCode

if TYPE_CHECKING:
    from allegra_tui.model.settings import Mailbox
    from allegra_tui.usecases.records import MailboxEntry


def run_list(args: Namespace) -> int:
    """List all mailboxes, or every setting of those named."""
    from allegra_tui.commands import output
    from allegra_tui.commands.output import Column, table
    from allegra_tui.usecases import browse, rules
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        found = browse.mailboxes_of(store, args.names)
    if args.json:
        for mailbox in found:
            output.emit(mailbox_json(mailbox))
    elif not found:
        output.note("No mailbox is set up yet: allegra-tui mailbox add NAME --host HOST --username NAME")
    elif args.names:
        for index, mailbox in enumerate(found):
            if index:
                output.say()
            output.fields(_settings(mailbox))
    else:
        table(
            (Column("NAME", 16), Column("PROJECT", 10), Column("READS"), Column("TAKEN MAIL", 14), Column("", 8)),
            (
                (
                    mailbox.name,
                    mailbox.project or "(default)",
                    _where(mailbox),
                    _taken(mailbox),
                    "disabled" if not mailbox.enabled else "UNSAFE" if rules.unsafe(mailbox) else " ",
                )
                for mailbox in found
            ),
        )
    return ExitCode.DONE


def run_add(args: Namespace) -> int:
    """Add a mailbox."""
    from allegra_tui.usecases import configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    given = {"name": args.name, **_given(args)}
    if args.password_stdin:
        given["password"] = _ask(args.name, from_stdin=True)
    entry, mistakes = records.read_mailbox(given, None, base=Path.cwd())
    _raise(mistakes)
    workspace = Workspace(args.data_dir)
    with workspace.writable() as store:
        configure.check_mailbox(store, entry.mailbox)
        password = entry.password or _wanted_password(entry)
        added = configure.add_mailbox(store, workspace.vault, entry.mailbox, password=password, who=who())
    return _told(args, added, "added")


def run_edit(args: Namespace) -> int:
    """Change a mailbox."""
    from allegra_tui.usecases import configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    given = _given(args) | ({"name": args.new_name} if args.new_name is not None else {})
    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        with store.read() as tx:
            was = configure.find_mailbox(tx, args.name)
        entry, mistakes = records.read_mailbox(given, was, base=Path.cwd(), change=True)
        _raise(mistakes)
        # At the command line nobody is asked: the mailbox's first_contact stands for another account, too.
        settled = True if "first_contact" in given or entry.mailbox.account != was.account else None
        configure.save_mailbox(store, workspace.vault, entry.mailbox, was=was, settled=settled, who=who())
    return _told(args, entry.mailbox, "changed")


def run_remove(args: Namespace) -> int:
    """Remove a mailbox, or disable it."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configure
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        removed = configure.remove_mailbox(store, args.name, who=who())
    if args.json:
        output.emit({"name": args.name, "removed": removed, "disabled": not removed})
    elif removed:
        output.say(f"mailbox {args.name} removed")
    else:
        output.say(f"mailbox {args.name} disabled: messages in the journal came from it, so it stays")
    return ExitCode.DONE


def run_password(args: Namespace) -> int:
    """Set or forget a password."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configure
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        with store.read() as tx:
            mailbox = configure.find_mailbox(tx, args.name)
        what: Literal["password", "client secret"] = "client secret" if args.client_secret else "password"
        configure.check_secret(mailbox, what)
        secret = "" if args.remove else _ask(args.name, what, from_stdin=args.password_stdin)
        put = configure.set_client_secret if args.client_secret else configure.set_password
        put(store, workspace.vault, mailbox, secret, who=who())
    word = "removed" if args.remove else "stored, encrypted"
    if args.json:
        output.emit({"name": args.name, what.replace(" ", "_"): not args.remove})
    else:
        output.say(f"{what} of mailbox {args.name} {word}")
    return ExitCode.DONE


def run_rotate_key(args: Namespace) -> int:
    """Encrypt every stored password with a new key."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import keys
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        count = keys.rotate(store, workspace.vault, who=who())
    if args.json:
        output.emit({"rotated": count})
    else:
        output.say(f"{output.plural(count, 'stored secret')} encrypted with a new key")
        output.note("Backups made before open with the former key only; a copy of the key has to be made anew.")
    return ExitCode.DONE


def mailbox_json(mailbox: "Mailbox") -> dict[str, object]:
    """Return a mailbox by the keys of the configuration file; secrets only tell whether they are stored, encrypted."""
    from allegra_tui.usecases import records

    stored = {"password": mailbox.secret, "client_secret": mailbox.client_secret}
    return records.mailbox_values(mailbox) | {key: secret.kind == "stored" for key, secret in stored.items()}


def _given(args: Namespace) -> dict[str, Any]:
    """Return the settings that were given as options, by their keys."""
    from allegra_tui.commands.mailbox import OPTIONS

    return {key: vars(args)[key] for key in OPTIONS if key in vars(args)}


def _raise(mistakes: "list[Any]") -> None:
    from allegra_tui.usecases.errors import Invalid

    if mistakes:
        raise Invalid(mistakes)


def _wanted_password(entry: "MailboxEntry") -> str | None:
    """Ask for the password where the mailbox needs one and nothing says where it comes from."""
    needs = entry.mailbox.needs_password and entry.mailbox.secret.kind == "none"
    return _ask(entry.mailbox.name, from_stdin=False) if needs and sys.stdin.isatty() else None


def _ask(name: str, what: str = "password", *, from_stdin: bool) -> str:
    """Read a password or another secret from the terminal without showing it, or the first line of standard input."""
    import getpass

    from allegra_tui.usecases import values
    from allegra_tui.usecases.errors import Invalid, Mistake

    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = getpass.getpass(f"{what.capitalize()} of mailbox {name}: ")
    else:
        raise Invalid(
            [Mistake("password", "there is no terminal to ask on: give it on standard input, --password-stdin")]
        )
    try:
        password = values.password(given)
    except values.WrongValue as error:
        raise Invalid([Mistake("password", str(error))]) from None
    if not password:
        raise Invalid([Mistake("password", "it is empty")])
    return password


def _told(args: Namespace, mailbox: "Mailbox", word: str) -> int:
    from allegra_tui.commands import output
    from allegra_tui.usecases import rules

    if args.json:
        output.emit(mailbox_json(mailbox))
        return ExitCode.DONE
    output.say(f"mailbox {mailbox.name} {word}: {_where(mailbox)}")
    if mailbox.auth == "oauth2":
        output.note(f"To let this program read it: allegra-tui mailbox sign-in {mailbox.name}")
    if mailbox.needs_password and mailbox.secret.kind == "none":
        output.note(f"It has no password yet: allegra-tui mailbox password {mailbox.name}")
    if unsafe := rules.unsafe(mailbox):
        output.note(unsafe)
    if not mailbox.leave_on_server and not mailbox.move_to:
        output.note("Its messages are deleted once they are stored; keep them with --leave-on-server.")
    return ExitCode.DONE


def _where(mailbox: "Mailbox") -> str:
    if mailbox.protocol == "maildir":
        return f"maildir {mailbox.path}"
    folder = f"/{mailbox.folder}" if mailbox.protocol == "imap" else ""
    return f"{mailbox.protocol} {mailbox.username} on {mailbox.host}:{mailbox.effective_port}{folder}"


def _taken(mailbox: "Mailbox") -> str:
    if mailbox.leave_on_server:
        return "stays"
    return f"to {mailbox.move_to}" if mailbox.move_to else "is deleted"


def _settings(mailbox: "Mailbox") -> list[tuple[str, object]]:
    from allegra_tui.usecases import changes, records, rules

    found = [
        (key, changes.shown(value) if key == "ca_pem" else value)
        for key, value in records.mailbox_values(mailbox).items()
        if key == "name" or records.fits(mailbox, key)
    ]
    for name, secret in (("password", mailbox.secret), ("client_secret", mailbox.client_secret)):
        if secret.kind == "stored":
            found.append((name, "stored, encrypted"))
    if unsafe := rules.unsafe(mailbox):
        found.append(("warning", unsafe))
    return found
