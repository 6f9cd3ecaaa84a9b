"""`allegra-tui issues`: browse, export and triage."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import (
    ExitCode,
    Parser,
    add_period,
    command,
    exclude,
    issue_number,
    positive,
    subcommands,
)

if TYPE_CHECKING:
    from allegra_tui.usecases.browse import IssueFilter

_LIMIT = 100


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    parser = command(names, "list", run_list, "the issues, the newest first")
    _add_filter(parser)
    parser = command(names, "show", run_show, "an issue with its comments")
    parser.add_argument("number", type=issue_number, metavar="NUMBER")
    parser.add_argument(
        "--save-attachments", type=Path, metavar="DIR", help="write all its files there; nothing is overwritten"
    )
    parser = command(names, "move", run_move, "move issues to another project")
    parser.add_argument("numbers", nargs="+", type=issue_number, metavar="NUMBER")
    parser.add_argument("project", metavar="PROJECT")
    parser = command(names, "close", run_close, "close issues")
    parser.add_argument("numbers", nargs="+", type=issue_number, metavar="NUMBER")
    parser = command(names, "reopen", run_reopen, "open closed issues again")
    parser.add_argument("numbers", nargs="+", type=issue_number, metavar="NUMBER")
    parser = command(names, "export", run_export, "whole issues, as JSON or for a spreadsheet")
    _add_filter(parser)
    parser.add_argument("--csv", action="store_true", help="a table that a spreadsheet opens safely; else JSON lines")
    exclude(parser, "--csv", "--json")


def run_list(args: Namespace) -> int:
    """List issues: a page of them for people, all for programs."""
    from allegra_tui.commands import output, shapes
    from allegra_tui.commands.output import Column, table
    from allegra_tui.disguise import caption
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        chosen = _filter(args)
        if args.json:
            for issue in browse.whole_issues(store, chosen, limit=args.limit):
                output.emit(shapes.issue_json(issue, texts=False))
            return ExitCode.DONE
        lines = list(browse.issue_lines(store, chosen, limit=args.limit or _LIMIT))
        table(
            (
                Column("#", 8, right=True),
                Column("PROJECT", 10),
                Column("STATE", 6),
                Column("FROM", 22),
                Column("TITLE"),
            ),
            (
                (
                    line.number,
                    line.project,
                    line.state,
                    caption(line.submitter.name, line.submitter.address),
                    line.title,
                )
                for line in lines
            ),
        )
        if not lines:
            output.note("No issue.")
        elif len(lines) == (args.limit or _LIMIT) and (count := browse.count_issues(store, chosen)) > len(lines):
            output.note(f"{len(lines)} of {count} issues; more with --limit {count}")
    return ExitCode.DONE


def run_export(args: Namespace) -> int:
    """Export whole issues."""
    from allegra_tui.commands import output, shapes
    from allegra_tui.commands.spreadsheet import write_issues
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        issues = browse.whole_issues(store, _filter(args), limit=args.limit)
        if args.csv:
            write_issues(issues)
        else:
            for issue in issues:
                output.emit(shapes.issue_json(issue))
    return ExitCode.DONE


def run_show(args: Namespace) -> int:
    """Show one issue."""
    from allegra_tui.commands import output, shapes
    from allegra_tui.commands.issue_view import show
    from allegra_tui.usecases import browse, files
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        issue = browse.issue(store, args.number)
        if args.json:
            output.emit(shapes.issue_json(issue))
        else:
            show(issue)
        if args.save_attachments is not None:
            for path in files.save_attachments(store, issue, args.save_attachments):
                output.note(f"written: {path}")
    return ExitCode.DONE


def run_move(args: Namespace) -> int:
    """Move issues."""
    from allegra_tui.usecases import triage
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        return _told(args, triage.move(store, args.numbers, args.project, who=who()))


def run_close(args: Namespace) -> int:
    """Close issues."""
    from allegra_tui.usecases import triage
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        return _told(args, triage.close(store, args.numbers, who=who()))


def run_reopen(args: Namespace) -> int:
    """Reopen issues."""
    from allegra_tui.usecases import triage
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        return _told(args, triage.reopen(store, args.numbers, who=who()))


def _add_filter(parser: Parser) -> None:
    parser.add_argument("--project", metavar="PROJECT", help="of this project")
    parser.add_argument("--state", choices=("open", "closed"))
    parser.add_argument("--sender", metavar="ADDRESS", help="submitted by this address")
    parser.add_argument("--mailbox", metavar="MAILBOX", help="that came by this mailbox")
    add_period(parser, "created then or later", "created up to the end of that day")
    parser.add_argument("--search", metavar="WORDS", help="whose texts hold all these words")
    parser.add_argument("--limit", type=positive, metavar="N", help="so many at most")


def _filter(args: Namespace) -> "IssueFilter":
    from allegra_tui.model.issue import State
    from allegra_tui.usecases.browse import IssueFilter

    return IssueFilter(
        project=args.project,
        state=State(args.state) if args.state else None,
        mailbox=args.mailbox,
        sender=args.sender,
        since=args.since,
        until=args.until,
        search=args.search,
    )


def _told(args: Namespace, done: "object") -> int:
    from allegra_tui.commands import output, shapes
    from allegra_tui.usecases.triage import Done

    assert isinstance(done, Done)
    words = {"move": "moved to {}", "close": "closed", "reopen": "open again"}
    for number in dict.fromkeys(args.numbers):
        line = done.after.get(number)
        if args.json and line is not None:
            output.emit(shapes.line_json(line))
        elif not args.json and line is not None:
            output.say(f"#{number} {words[done.action].format(line.project)}: {line.title}")
        elif not args.json:
            output.note(f"#{number} was so already")
    return ExitCode.DONE
