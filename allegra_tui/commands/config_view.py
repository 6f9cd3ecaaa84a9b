"""The configuration as people and programs read it."""

from typing import Any

from allegra_tui.commands.mailbox_settings import mailbox_json
from allegra_tui.commands.output import Column, fields, plural, say, table
from allegra_tui.usecases import records
from allegra_tui.usecases.rules import Configuration


def as_json(found: Configuration) -> dict[str, Any]:
    """Return everything by the keys of the configuration file."""
    return {
        "intake": {key: getattr(found.settings, key) for key in records.INTAKE},
        "projects": [
            {"key": project.key, "name": project.name, "archived": project.archived} for project in found.projects
        ],
        "mailboxes": [mailbox_json(mailbox) for mailbox in found.mailboxes],
        "senders": [
            {"name": sender.name, "addresses": list(sender.addresses), "enabled": sender.enabled}
            for sender in found.senders
        ],
    }


def show(found: Configuration) -> None:
    """Print the intake's settings, and the rest in short."""
    fields((key, getattr(found.settings, key)) for key in records.INTAKE)
    if found.projects:
        say()
        table(
            (Column("PROJECT", 20), Column("", 8), Column("NAME")),
            ((project.key, "archived" if project.archived else " ", project.name) for project in found.projects),
        )
    if found.mailboxes:
        say()
        table(
            (Column("MAILBOX", 16), Column("", 8), Column("PROJECT", 10), Column("PROTOCOL", 8), Column("SERVER")),
            (
                (
                    mailbox.name,
                    " " if mailbox.enabled else "disabled",
                    mailbox.project or "(default)",
                    mailbox.protocol,
                    mailbox.path or f"{mailbox.username} on {mailbox.host}:{mailbox.effective_port}",
                )
                for mailbox in found.mailboxes
            ),
        )
    say()
    enabled = sum(sender.enabled for sender in found.senders)
    disabled = len(found.senders) - enabled
    say(plural(enabled, "registered sender") + (f", {disabled} disabled" if disabled else ""))
