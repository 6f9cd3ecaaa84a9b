"""`allegra-tui config`: the whole configuration as one TOML file."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allegra_tui.commands.declare import ExitCode, Parser, command, exclude, subcommands

if TYPE_CHECKING:
    from allegra_tui.usecases.configuration import Change


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    command(names, "show", run_show, "what is configured, in short; --json: everything")
    parser = command(
        names,
        "apply",
        run_apply,
        "bring the configuration to what a file says, all or nothing",
        "Add and change what the file describes. What it does not name stays; so do the password, certificate and pin "
        "of a mailbox that says nothing of them. Applied again, it changes nothing. A wrong file changes nothing, and "
        "every mistake is told.",
    )
    parser.add_argument("file", metavar="FILE", help="TOML; - for standard input")
    parser.add_argument("--prune", action="store_true", help="disable or archive what the file does not name")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
    parser = command(
        names, "export", run_export, "write the file that makes the same configuration again; passwords are left out"
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="one that is not there yet; default, and -: standard output"
    )
    exclude(parser, "--json", "FILE")


def run_show(args: Namespace) -> int:
    """Show the configuration."""
    from allegra_tui.commands import output
    from allegra_tui.commands.config_view import as_json, show
    from allegra_tui.usecases import configuration
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).if_any() as store:
        found = configuration.current(store)
    if args.json:
        output.emit(as_json(found))
    else:
        show(found)
    return ExitCode.DONE


def run_apply(args: Namespace) -> int:
    """Apply a file."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configuration
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    text, base = _read(args.file)
    workspace = Workspace(args.data_dir)
    if args.dry_run or not workspace.directory.has_database:  # a wrong file does not even make a database
        with workspace.if_any() as found:
            applied = configuration.preview(found, workspace.vault, text, base=base, prune=args.prune)
    if not args.dry_run:
        with workspace.writable() as store:
            applied = configuration.apply(store, workspace.vault, text, base=base, prune=args.prune, who=who())
    for change in applied.changes:
        if args.json:
            output.emit(
                {
                    "action": change.action,
                    "kind": change.kind,
                    "name": change.name,
                    "changes": {name: list(values) for name, values in change.changes.items()},
                    "dry_run": args.dry_run,
                }
            )
        else:
            _print(change)
    if not applied.changes and not args.json:
        output.say("nothing changed")
    for warning in applied.warnings:
        output.note(f"Note: {warning}")
    if args.dry_run and applied.changes:
        output.note("Nothing was stored (--dry-run).")
    return ExitCode.DONE


def run_export(args: Namespace) -> int:
    """Write the configuration file."""
    from allegra_tui.commands import output
    from allegra_tui.commands.config_view import as_json
    from allegra_tui.text import display_lines
    from allegra_tui.usecases import configuration
    from allegra_tui.usecases.files import write_new
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).if_any() as store:
        found = configuration.current(store)
    if args.json:
        output.emit(as_json(found))
        return ExitCode.DONE
    text = configuration.render(found)
    if args.file in (None, "-"):
        sys.stdout.write(display_lines(text) if sys.stdout.isatty() else text)
        return ExitCode.DONE
    write_new(Path(args.file), text.encode())
    return ExitCode.DONE


def _read(name: str) -> tuple[str, Path]:
    """Return a file's text and where relative paths in it begin."""
    from allegra_tui.usecases.errors import Invalid, Mistake, NotFound

    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NotFound(f"{name} cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Invalid([Mistake("", "the file is not in UTF-8", line)]) from None
    return text, Path.cwd() if name == "-" else Path(name).absolute().parent


def _print(change: "Change") -> None:
    from allegra_tui.commands.output import block, say, shown

    name = "" if change.kind == "intake" else f" {change.name}"
    if change.action == "add":
        say(f"added {change.kind}{name}")
        return
    say(f"changed {change.kind}{name}")
    details: list[tuple[str, Any]] = list(change.changes.items())
    for key, (old, new) in details:
        block(f"{key}: {shown(old)} -> {shown(new)}", "    ", hanging=4)
