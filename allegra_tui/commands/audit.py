"""`allegra-tui audit`: who changed what."""

from argparse import Namespace

from allegra_tui.commands.declare import ExitCode, Parser, command, positive, subcommands


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    parser = command(names, "list", run, "the latest changes of settings, issues and messages, the newest first")
    parser.add_argument("--limit", type=positive, default=50, metavar="N", help="so many at most (default: 50)")


def run(args: Namespace) -> int:
    """Print an entry a line."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        entries = browse.audit_entries(store, limit=args.limit)
    for entry in entries:
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
        else:
            output.say(f"{output.local(entry.at)}  {entry.who}: {entry.action} {entry.subject}")
            for name, values in entry.changes.items():
                output.block(f"{name}: {' -> '.join(output.shown(value) for value in values)}", indent="    ", most=3)
    return ExitCode.DONE
