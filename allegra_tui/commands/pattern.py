"""`allegra-tui pattern`: patterns for allowed senders, tried out before they are set."""

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from allegra_tui.commands.declare import ExitCode, Parser, command, subcommands

if TYPE_CHECKING:
    from allegra_tui.usecases.patterns import Tried


def declare(parser: Parser) -> None:
    """Declare the commands."""
    names = subcommands(parser)
    parser = command(
        names,
        "check",
        run_check,
        "what a pattern says about addresses",
        "Ask a Perl 5 pattern about addresses: what Perl's plain search finds, and what the intake accepts. A pattern "
        "that begins with - comes after --.",
    )
    parser.add_argument(
        "pattern", metavar="PATTERN", help='- reads {"pattern": …, "addresses": […]} a line from standard input'
    )
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS")


def run_check(args: Namespace) -> int:
    """Try a pattern out, or many from standard input."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import patterns

    if args.pattern == "-" and not args.addresses:
        return _check_lines()
    tried = patterns.try_out(args.pattern, args.addresses)
    if args.json:
        output.emit(_json(tried))
    else:
        _print(tried)
    return ExitCode.DONE


def _check_lines() -> int:
    """Answer JSON lines with JSON lines; one that cannot be read is told, and the others answered."""
    from allegra_tui.commands import failure, output
    from allegra_tui.usecases import patterns

    code = ExitCode.DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            pattern, addresses = asked["pattern"], asked["addresses"]
            if not isinstance(pattern, str) or not all(isinstance(address, str) for address in addresses):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            message = f'line {number}: {{"pattern": "…", "addresses": ["…"]}} is expected'
            failure.tell(failure.Failure("usage", message, ExitCode.WRONG), as_json=True)
            code = ExitCode.WRONG
            continue
        # Without a child for each: the limits that come before compiling hold, and there may be thousands of lines.
        output.emit(_json(patterns.try_out(pattern, addresses, contained=False)))
    return code


def _json(tried: "Tried") -> dict[str, Any]:
    return {
        "pattern": tried.pattern,
        "used": tried.used,
        "error": tried.error,
        "lint": [],
        "results": [
            {
                "address": answer.address,
                "match": answer.matched,
                "accepted": answer.accepted,
                "reason": answer.reason,
            }
            for answer in tried.answers
        ],
    }


def _print(tried: "Tried") -> None:
    from allegra_tui.commands.output import block, fields, say

    fields([("Pattern", tried.pattern)])
    if tried.error is not None:
        fields([("Refused", tried.error)])
    elif tried.used != tried.pattern:
        fields([("Used as", tried.used or "no pattern: every domain is allowed")])
    for answer in tried.answers:
        say()
        say(answer.address)
        perl = {True: "matches", False: "does not match", None: "no answer"}[answer.matched]
        block(f"{'accepted' if answer.accepted else 'REFUSED'}: {answer.detail}", hanging=10)
        block(f"Perl's plain search: {perl}")
