"""`allegra-tui journal`: every message and its verdict, and the quarantine."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser, command, positive, subcommands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegra_tui.usecases.events import MessageDone

_LIMIT = 100
_OUTCOMES = ("received", "created", "commented", "rejected", "ignored", "duplicate", "failed")
_REVIEWS = ("none", "open", "released", "discarded")


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    parser = command(names, "list", run_list, "the messages, the newest first")
    parser.add_argument("--mailbox", metavar="MAILBOX")
    parser.add_argument("--outcome", choices=_OUTCOMES, metavar="OUTCOME", help=", ".join(_OUTCOMES))
    parser.add_argument("--review", choices=_REVIEWS, metavar="REVIEW", help=", ".join(_REVIEWS))
    parser.add_argument("--sender", metavar="ADDRESS")
    parser.add_argument("--search", metavar="TEXT", help="part of subject or sender")
    parser.add_argument("--limit", type=positive, metavar="N", help="so many at most")
    parser = command(names, "show", run_show, "a message with every check of its verdict")
    parser.add_argument("id", type=positive, metavar="ID")
    parser = command(names, "source", run_source, "the original bytes of a message")
    parser.add_argument("id", type=positive, metavar="ID")
    parser = command(names, "release", run_release, "make refused messages issues or comments after all")
    parser.add_argument("ids", nargs="+", type=positive, metavar="ID")
    parser.add_argument("--project", metavar="PROJECT", help="as a new issue of this project")
    parser.add_argument("--register-sender", action="store_true", help="register the sender, too")
    parser = command(names, "retry", run_retry, "handle failed messages again")
    parser.add_argument("ids", nargs="+", type=positive, metavar="ID")
    parser = command(names, "discard", run_discard, "close the review of messages without taking them")
    parser.add_argument("ids", nargs="+", type=positive, metavar="ID")


def run_list(args: Namespace) -> int:
    """List messages: a page of them for people, all for programs."""
    from allegra_tui.commands import output, shapes
    from allegra_tui.commands.output import Column, local, table
    from allegra_tui.model.verdict import Outcome, Review
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.browse import JournalFilter
    from allegra_tui.usecases.workspace import Workspace

    chosen = JournalFilter(
        mailbox=args.mailbox,
        outcome=Outcome(args.outcome) if args.outcome else None,
        review=Review(args.review) if args.review else None,
        sender=args.sender,
        text=args.search,
    )
    with Workspace(args.data_dir).existing() as store:
        if args.json:
            for line in browse.messages(store, chosen, limit=args.limit):
                output.emit(shapes.journal_json(line))
            return ExitCode.DONE
        limit = args.limit or _LIMIT
        lines = list(browse.messages(store, chosen, limit=limit + 1))
    columns = (
        *(Column("ID", 8, right=True), Column("RECEIVED", 16), Column("OUTCOME", 9), Column("REVIEW", 9)),
        *(Column("ISSUE", 7, right=True), Column("SUBJECT")),
    )
    table(
        columns,
        (
            (
                line.id,
                local(line.received),
                line.outcome,
                "" if line.review == "none" else line.review,
                f"#{line.issue}" if line.issue is not None else "",
                line.subject,
            )
            for line in lines[:limit]
        ),
    )
    if not lines:
        output.note("No message.")
    elif len(lines) > limit:
        output.note(f"The latest {limit}; more with --limit")
    return ExitCode.DONE


def run_show(args: Namespace) -> int:
    """Show all that is known of a message."""
    from allegra_tui.commands import output, shapes
    from allegra_tui.commands.message_view import show
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        row = browse.message(store, args.id)
    if args.json:
        output.emit(shapes.message_json(row))
    else:
        show(row)
    return ExitCode.DONE


def run_source(args: Namespace) -> int:
    """Write the original bytes, as they came; to a terminal what is safe of them."""
    from allegra_tui.commands import output
    from allegra_tui.text import display_lines
    from allegra_tui.usecases import browse
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        raw = browse.original(store, args.id)
    if args.json:
        # Latin-1 keeps every byte: code point and byte are the same number.
        output.emit({"id": args.id, "size": len(raw), "source": raw.decode("latin-1")})
    elif sys.stdout.isatty():
        sys.stdout.write(display_lines(raw.decode("utf-8", "replace")))
    else:
        sys.stdout.buffer.write(raw)
    return ExitCode.DONE


def run_release(args: Namespace) -> int:
    """Take refused messages after all."""
    from allegra_tui.usecases import review
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        done = review.release(store, args.ids, project=args.project, register=args.register_sender, who=who())
    return _told(done, as_json=args.json)


def run_retry(args: Namespace) -> int:
    """Handle failed messages again."""
    from allegra_tui.usecases import review
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        done = review.retry(store, args.ids, who=who())
    return _told(done, as_json=args.json)


def run_discard(args: Namespace) -> int:
    """Close reviews."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import review
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        closed = review.discard(store, args.ids, who=who())
    for message_id in dict.fromkeys(args.ids):
        if args.json:
            output.emit({"id": message_id, "discarded": message_id in closed})
        elif message_id in closed:
            output.say(f"message {message_id} discarded")
        else:
            output.note(f"message {message_id} waited for nobody")
    return ExitCode.DONE


def _told(done: "Sequence[MessageDone]", *, as_json: bool) -> int:
    from allegra_tui.commands import output, running

    for message in done:
        if as_json:
            output.emit(running.message_json(message))
        else:
            running.print_message(message)
    return ExitCode.FAILED if any(message.outcome == "failed" for message in done) else ExitCode.DONE
