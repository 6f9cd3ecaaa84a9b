"""The headless commands: thin, each calls one use case and prints text or JSON.

A command is a module that declares its arguments when it is chosen, and imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allegra_tui.commands.declare import Commands, Parser

SUMMARIES = {
    "fetch": "take new mail in once",
    "watch": "keep taking mail in, day and night",
    "import": "take mail in from files",
    "explain": "what would happen to messages, and why",
    "status": "how every mailbox is doing",
    "reconcile": "what the servers hold against the journal, message by message",
    "doctor": "examine files, key, database, clock and mailboxes; what is wrong and what to do",
    "backup": "everything in one file, made while the program runs",
    "restore": "put a backup in the place of the database",
    "issues": "browse, export and triage issues",
    "journal": "every message, what became of it and why; the quarantine",
    "mailbox": "settings, connection test, certificates, passwords",
    "projects": "where issues live",
    "senders": "registered senders",
    "pattern": "patterns for allowed senders, tried out",
    "config": "the whole configuration as one TOML file",
    "audit": "who did what",
    "demo": "try it out with sample mail, on a throw-away data directory",
}
"""The commands in the order in which the help lists them. Each is a module of this package."""


def add_parsers(commands: "Commands") -> None:
    """Name all commands; what they take is declared when one of them is chosen."""
    from allegra_tui.commands.declare import common

    for name, summary in SUMMARIES.items():
        parser = commands.add_parser(name, help=summary, description=summary, parents=[common()], allow_abbrev=False)
        parser.declare = _declare


def _declare(parser: "Parser") -> None:
    from importlib import import_module

    name = parser.prog.split()[-1]
    module = import_module(f"allegra_tui.commands.{'import_' if name == 'import' else name}")
    module.declare(parser)
