"""The headless commands: thin, each calls one use case and prints text or JSON.

A command's module declares its arguments without importing anything heavy, and imports what it needs when it runs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allegra_tui.commands.declare import Commands


def add_parsers(commands: "Commands") -> None:
    """Declare all commands, in the order in which the help lists them."""
    from allegra_tui.commands import (
        audit,
        config,
        demo,
        explain,
        fetch,
        import_,
        issues,
        journal,
        mailbox,
        pattern,
        projects,
        senders,
        status,
    )

    for module in (
        *(fetch, import_, explain, status, issues, journal),
        *(mailbox, projects, senders, pattern, config, audit, demo),
    ):
        module.add_parser(commands)
