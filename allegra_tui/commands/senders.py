"""`allegra-tui senders`: who is registered."""

from argparse import BooleanOptionalAction, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser, command, subcommands

if TYPE_CHECKING:
    from allegra_tui.model.settings import RegisteredSender


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    command(names, "list", run_list, "all registered senders")
    parser = command(names, "add", run_add, "register a sender; an address that the pattern refuses is not registered")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS")
    parser = command(names, "edit", run_edit, "change a registered sender")
    parser.add_argument("sender", metavar="SENDER", help="name or address")
    parser.add_argument("--name", metavar="NAME")
    parser.add_argument("--addresses", nargs="+", metavar="ADDRESS", help="all addresses the sender has from now on")
    parser.add_argument("--enabled", action=BooleanOptionalAction, help="disabled: as if not registered")
    parser = command(
        names,
        "import",
        run_import,
        "register senders from a CSV file",
        "Register senders from a CSV file with the columns name and address; further addresses follow in the same "
        "cell, parted by semicolons, or in further columns. Addresses that cannot be registered are told with the "
        "reason.",
    )
    parser.add_argument("file", metavar="FILE.csv", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be registered")


def run_list(args: Namespace) -> int:
    """List senders."""
    from allegra_tui.commands import output
    from allegra_tui.commands.output import Column, table
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        senders = browse.all_senders(store)
    if args.json:
        for sender in senders:
            output.emit(_json(sender))
    elif not senders:
        output.note("Nobody is registered yet: allegra-tui senders add NAME ADDRESS")
    else:
        table(
            (Column("NAME", 30), Column("", 8), Column("ADDRESSES")),
            ((sender.name, " " if sender.enabled else "disabled", sender.addresses) for sender in senders),
        )
    return ExitCode.DONE


def run_add(args: Namespace) -> int:
    """Register a sender."""
    from allegra_tui.usecases import browse_senders, configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.errors import Invalid
    from allegra_tui.usecases.workspace import Workspace

    sender, mistakes = records.read_sender({"name": args.name, "addresses": args.addresses}, None)
    if mistakes:
        raise Invalid(mistakes)
    with Workspace(args.data_dir).writable() as store:
        alike = browse_senders.resembled(store, sender.addresses)
        added = configure.add_sender(store, sender, who=who())
    return _told(args, added, "registered", alike)


def run_edit(args: Namespace) -> int:
    """Change a registered sender."""
    from allegra_tui.usecases import browse_senders, configure, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.errors import Invalid
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        with store.read() as tx:
            was = configure.find_sender(tx, args.sender)
        given = {name: value for name in records.SENDER if (value := getattr(args, name)) is not None}
        sender, mistakes = records.read_sender(_json(was) | given, was)
        if mistakes:
            raise Invalid(mistakes)
        alike = browse_senders.resembled(store, sender.addresses)
        configure.save_sender(store, sender, was=was, who=who())
    return _told(args, sender, "changed", alike)


def run_import(args: Namespace) -> int:
    """Register the senders of a file."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import registering
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    rows = registering.read(args.file)
    with workspace.existing() if args.dry_run else workspace.writable() as store:
        results = registering.register(store, rows, dry_run=args.dry_run, who=who())
    for result in results:
        if args.json:
            output.emit(
                {
                    "line": result.line,
                    "name": result.name,
                    "addresses": list(result.addresses),
                    "result": result.result,
                    "refused": [{"address": address, "reason": why} for address, why in result.refused],
                    "dry_run": args.dry_run,
                }
            )
        else:
            output.block(f"{result.result:<9}  {result.name}: {output.shown(result.addresses)}", "", hanging=11)
            for address, why in result.refused:
                output.block(f"not registered: {address}: {why}", " " * 11, hanging=4)
    if not args.json:
        counts = {word: sum(result.result == word for result in results) for word in registering.Result}
        told = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no sender in the file"
        output.note(f"{told}; nothing was stored (--dry-run)" if args.dry_run else told)
    return ExitCode.DONE


def _told(args: Namespace, sender: "RegisteredSender", word: str, alike: Mapping[str, str]) -> int:
    """Tell what became of a sender; `alike` is what new addresses resembled before they were registered."""
    from allegra_tui import disguise
    from allegra_tui.commands import output

    if args.json:
        output.emit(_json(sender))
    else:
        output.block(f"{sender.name} {word}: {output.shown(sender.addresses)}", "", hanging=4)
        for address in sender.addresses:
            if told := disguise.remarks(address, alike.get(address)):
                output.note(f"Careful: {address} {told}.")
    return ExitCode.DONE


def _json(sender: "RegisteredSender") -> dict[str, object]:
    return {"name": sender.name, "addresses": list(sender.addresses), "enabled": sender.enabled}
