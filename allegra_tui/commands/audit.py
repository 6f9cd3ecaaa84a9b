"""`allegra-tui audit`: who did what."""

from argparse import Namespace

from allegra_tui.commands.declare import ExitCode, Parser, add_period, command, positive, subcommands

_LIMIT = 50


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    parser = command(
        names,
        "list",
        run,
        "who did what, the newest first",
        "Changes of settings, projects, mailboxes and senders; what was trusted, released, discarded, moved, closed "
        "and removed; backups: by whom, with the old and the new values.",
    )
    parser.add_argument("--who", metavar="TEXT", help="by whom: part of a name or address")
    parser.add_argument("--action", metavar="ACTION", help="what was done: add, change, release ...")
    parser.add_argument("--search", metavar="TEXT", help="what it was done to: support, #12, message 17, or a value")
    add_period(parser, "then or later", "up to the end of that day")
    parser.add_argument(
        "--limit", type=positive, metavar="N", help=f"so many at most (default: {_LIMIT}, with --json all)"
    )


def run(args: Namespace) -> int:
    """Print an entry a line."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import browse_audit
    from allegra_tui.usecases.browse_audit import AuditFilter
    from allegra_tui.usecases.workspace import Workspace

    chosen = AuditFilter(who=args.who, action=args.action, text=args.search, since=args.since, until=args.until)
    limit = args.limit or (None if args.json else _LIMIT)
    found = 0
    with Workspace(args.data_dir).existing() as store:
        for entry in browse_audit.entries(store, chosen, limit=limit):
            found += 1
            if args.json:
                output.emit(
                    {
                        "at": entry.at,
                        "who": entry.who,
                        "action": entry.action,
                        "subject": entry.subject,
                        "changes": {name: list(values) for name, values in entry.changes.items()},
                    }
                )
                continue
            output.block(
                f"{output.local(entry.at)}  {entry.who}: {entry.action} {entry.subject}", "", hanging=18, most=3
            )
            for name, values in entry.changes.items():
                output.block(f"{name}: {' -> '.join(output.shown(value) for value in values)}", indent="    ", most=3)
    if not found:
        output.note("No entry.")
    return ExitCode.DONE
