"""`allegra-tui mailbox`: settings, connection test, certificates, passwords."""

import argparse
from argparse import BooleanOptionalAction
from typing import Any

from allegra_tui.commands.declare import Parser, command, subcommands

OPTIONS = (
    *("protocol", "project", "host", "port", "security", "username", "password_command", "password_env"),
    *("password_file", "auth", "provider", "client_id", "client_secret_command", "client_secret_env"),
    *("client_secret_file", "tenant", "device_endpoint", "authorization_endpoint", "token_endpoint", "scope"),
    *("folder", "path", "leave_on_server", "move_to", "ca_file", "pin", "first_contact"),
    *("connect_timeout", "read_timeout", "run_seconds", "poll_seconds", "overdue_seconds", "addresses"),
    *("take_auto_generated", "enabled"),
)
"""Keys of the configuration file that are options of `mailbox add` and `mailbox edit`."""

_SECURITY = ("ssl", "starttls", "starttls-if-available", "none")


def declare(parser: Parser) -> None:
    """Declare the commands."""
    from allegra_tui.commands import mailbox_connection, mailbox_settings, mailbox_sign_in, mailbox_trust

    names = subcommands(parser)
    parser = command(names, "list", mailbox_settings.run_list, "the mailboxes; those named with every setting")
    parser.add_argument("names", nargs="*", metavar="NAME")

    parser = command(names, "add", mailbox_settings.run_add, "add a mailbox; its password is asked for")
    parser.add_argument("name", metavar="NAME")
    _add_options(parser)
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    parser = command(names, "edit", mailbox_settings.run_edit, "change settings; an empty value takes one away")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--name", dest="new_name", metavar="NEW", help="another name")
    _add_options(parser)

    parser = command(
        names, "remove", mailbox_settings.run_remove, "remove a mailbox, or disable it where messages came from it"
    )
    parser.add_argument("name", metavar="NAME")

    parser = command(names, "password", mailbox_settings.run_password, "set the password, from a prompt")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--client-secret", action="store_true", help="with OAuth2: what the provider gave this program, if it did"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    how.add_argument("--remove", action="store_true", help="forget the password")

    command(
        names,
        "rotate-key",
        mailbox_settings.run_rotate_key,
        "encrypt every stored password and token with a new key",
        "Make a new key file and encrypt every stored password and token with it. The former key opens nothing any "
        "more but backups made before. Cut off at any point, everything still opens, and the next call does the whole.",
    )

    parser = command(
        names,
        "sign-in",
        mailbox_sign_in.run_sign_in,
        "with OAuth2: let this program read the mailbox",
        "Show an address to open in a browser, on any machine, and wait until somebody has signed in there. What the "
        "provider gives is stored encrypted and renewed by itself, until the consent is withdrawn or expires.",
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--forget", action="store_true", help="forget who signed in")

    parser = command(
        names,
        "test",
        mailbox_connection.run_test,
        "connect step by step as a fetch does, and change nothing; exit code 1 where a step fails",
    )
    parser.add_argument("name", metavar="NAME")

    parser = command(
        names,
        "trust",
        mailbox_trust.run_trust,
        "look at the server's certificate and trust it",
        "Show the certificate of a server that ordinary verification refuses, and pin it after a question: from then "
        "on this certificate alone is trusted for this mailbox.",
    )
    parser.add_argument("name", metavar="NAME")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--fingerprint", metavar="SHA256", help="pin without a question if the certificate has this SHA-256"
    )
    how.add_argument("--ca", metavar="FILE", help="trust this authority (PEM) for the mailbox instead of a pin")
    how.add_argument("--forget", action="store_true", help="trust no pinned certificate any more")


def _add_options(parser: Parser) -> None:
    """Declare an option for every setting; what is not given is not among the arguments' values."""
    parser.usage = f"{parser.prog} NAME [settings]"
    settings = parser.add_argument_group("settings")

    def add(option: str, *, within: Any = settings, **details: Any) -> None:
        within.add_argument(option, default=argparse.SUPPRESS, **details)

    add("--protocol", choices=("imap", "pop3", "maildir"))
    add("--project", metavar="KEY", help="left out: the default project")
    add("--host", metavar="HOST")
    add("--port", type=int, metavar="N", help="default: what protocol and security have")
    add("--security", choices=_SECURITY, metavar="HOW", help=f"{', '.join(_SECURITY)} (default: ssl)")
    add("--username", metavar="NAME")
    add("--password-command", metavar="COMMAND", help="prints the password; split into words, given to no shell")
    add("--password-env", metavar="VARIABLE", help="environment variable that holds the password")
    add("--password-file", metavar="FILE", help="holds the password; a bare name is a systemd credential")
    add("--auth", choices=("password", "oauth2"), help="how to log in (default: password)")
    oauth2 = parser.add_argument_group("settings with --auth oauth2; then mailbox sign-in NAME")
    add("--provider", within=oauth2, choices=("microsoft365", "google", "custom"))
    add("--client-id", within=oauth2, metavar="ID", help="what this program is registered as with the provider")
    add("--client-secret-command", within=oauth2, metavar="COMMAND", help="prints the client secret, if there is one")
    add("--client-secret-env", within=oauth2, metavar="VARIABLE", help="environment variable that holds it")
    add("--client-secret-file", within=oauth2, metavar="FILE", help="holds it; to store it: mailbox password NAME")
    add("--tenant", within=oauth2, metavar="ID", help="Microsoft 365: the organisation's id or domain (default: any)")
    add("--device-endpoint", within=oauth2, metavar="URL", help="custom: where a device asks for a code")
    add(
        "--authorization-endpoint", within=oauth2, metavar="URL", help="custom, without codes: where a browser signs in"
    )
    add("--token-endpoint", within=oauth2, metavar="URL", help="custom: where the provider gives tokens")
    add("--scope", within=oauth2, metavar="SCOPES", help="what to ask for (default: reading mail by the protocol)")
    add("--folder", metavar="FOLDER", help="IMAP (default: INBOX)")
    add("--path", metavar="DIR", help="of a Maildir")
    add("--leave-on-server", action=BooleanOptionalAction, help="default: messages are deleted once they are stored")
    add("--move-to", metavar="FOLDER", help="IMAP: move messages there instead of deleting them")
    add("--ca-file", metavar="FILE", help="PEM, copied in; trusted for this mailbox only")
    add("--pin", metavar="SHA256", help="of the one certificate to trust; see mailbox trust")
    add(
        "--first-contact",
        type=_first_contact,
        metavar="all|new|DAYS",
        help="which mail is taken at first (default: all)",
    )
    add("--connect-timeout", type=float, metavar="SECONDS", help="default: 15")
    add("--read-timeout", type=float, metavar="SECONDS", help="default: 60")
    add("--run-seconds", type=float, metavar="SECONDS", help="a run stops between batches after this (default: 600)")
    add("--poll-seconds", type=int, metavar="SECONDS", help="default: the intake's")
    add("--overdue-seconds", type=int, metavar="SECONDS", help="default: the intake's")
    add("--addresses", type=_addresses, metavar="A,B", help="its own addresses besides the user name")
    add("--take-auto-generated", action=BooleanOptionalAction, help="take mail that programs wrote")
    add("--enabled", action=BooleanOptionalAction, help="default: enabled")


def _first_contact(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() else text


def _addresses(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]
