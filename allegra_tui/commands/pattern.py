"""`allegra-tui pattern`: patterns for allowed senders, tried out before they are set."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from allegra_tui.commands.declare import ExitCode, Parser, command, subcommands

if TYPE_CHECKING:
    from allegra_tui.usecases.patterns import Finding
    from allegra_tui.usecases.playground import Asked, Look


_SECONDS = 10.0
_SECONDS_EACH = 0.005
"""Time limit for all addresses that are asked about at once: a good pattern takes 0.00003 s for one, a bad one 0.5."""


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
    parser = command(
        names,
        "lint",
        run_lint,
        "what should be known about a pattern before it is set; exit code 1 where it cannot be used",
    )
    parser.add_argument("pattern", metavar="PATTERN")
    parser = command(
        names,
        "senders",
        run_senders,
        "the known senders that a pattern would gain and lose",
        "Compare a pattern with the stored one over all senders that the journal and the register know.",
    )
    parser.add_argument("pattern", metavar="PATTERN", help="empty for none: every domain is allowed")


def run_check(args: Namespace) -> int:
    """Try a pattern out, or many from standard input."""
    from allegra_tui.commands import output

    if args.pattern == "-" and not args.addresses:
        return _check_lines()
    tried = _try(args.pattern, args.addresses)
    if args.json:
        output.emit(_json(tried))
    else:
        _print(tried)
    return _whole(tried, as_json=args.json)


def run_lint(args: Namespace) -> int:
    """Print what there is to say about a pattern."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import patterns
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).if_any() as store:
        before = patterns.background(store) if store else None
    found = patterns.all_findings(args.pattern, before) if before else patterns.findings(args.pattern)
    for finding in found:
        if args.json:
            output.emit(_finding_json(finding) | {"start": finding.start, "end": finding.end})
        else:
            _print_finding(args.pattern, finding)
    if not found and not args.json:
        output.say("Nothing to remark.")
    return ExitCode.FAILED if any(finding.severity == "error" for finding in found) else ExitCode.DONE


def run_senders(args: Namespace) -> int:
    """Print the senders gained and lost."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import patterns, playground
    from allegra_tui.usecases.errors import Invalid, Mistake
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).unchanged() as store:
        edited = playground.look(args.pattern)
        if edited.error is not None:
            raise Invalid([Mistake("pattern", edited.error)])
        change = patterns.senders_changed(patterns.background(store), edited).change
    for word, addresses in (("gained", change.gained), ("lost", change.lost), ("timed_out", change.timed_out)):
        for address in addresses:
            if args.json:
                output.emit({"address": address, "change": word})
            else:
                output.say(f"{word.replace('_', ' '):<9}  {address}")
    if not args.json:
        output.note(f"{len(change.gained)} gained, {len(change.lost)} lost")
    if not change.complete:
        output.note("Stopped for lack of time: not all senders were compared.")
    return ExitCode.DONE if change.complete else ExitCode.FAILED


def _check_lines() -> int:
    """Answer JSON lines with JSON lines; one that cannot be read is told, and the others answered."""
    from allegra_tui.commands import failure, output

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
        tried = _try(pattern, addresses, contained=False)
        output.emit(_json(tried))
        code = max(code, _whole(tried, f"line {number}: ", as_json=True))
    return code


class _Tried(NamedTuple):
    """A pattern, what is to be said of it, and its answers."""

    seen: "Look"
    findings: "Sequence[Finding]"
    answers: "Sequence[Asked]"


def _try(source: str, addresses: Sequence[str], *, contained: bool = True) -> _Tried:
    from allegra_tui.usecases import patterns, playground

    seen = playground.look(source, contained=contained)
    limit = _SECONDS + _SECONDS_EACH * len(addresses)
    return _Tried(seen, patterns.findings(source), playground.ask(seen, addresses, seconds=limit))


def _whole(tried: _Tried, place: str = "", *, as_json: bool) -> ExitCode:
    """Tell where there was no time for all addresses."""
    from allegra_tui.commands import failure

    if not (left_out := sum(answer.left_out for answer in tried.answers)):
        return ExitCode.DONE
    told = f"{place}the pattern is slow: {left_out} of {len(tried.answers)} addresses were not asked, for lack of time"
    failure.tell(failure.Failure("out_of_time", told, ExitCode.FAILED), as_json=as_json)
    return ExitCode.FAILED


def _json(tried: _Tried) -> dict[str, Any]:
    seen = tried.seen
    return {
        "pattern": seen.source,
        "used": seen.used if seen.error is None else None,
        "error": seen.error,
        "lint": [_finding_json(finding) for finding in tried.findings],
        "results": [
            {
                "address": answer.written,
                "match": answer.perl,
                "accepted": answer.accepted,
                "reason": answer.reason,
            }
            for answer in tried.answers
        ],
    }


def _finding_json(finding: "Finding") -> dict[str, Any]:
    return {"id": finding.id, "severity": finding.severity, "message": finding.message, "fix": finding.fix}


def _print_finding(pattern: str, finding: "Finding") -> None:
    from allegra_tui.commands.output import block, fold, say, width

    block(f"{finding.id}  {finding.severity:<7}  {finding.message}", "", hanging=14)
    room = width() - 14
    if finding.start is not None and len(fold(pattern, room)) == 1:
        length = max(1, (finding.end or finding.start + 1) - finding.start)
        say(f"{'':14}{pattern}")
        say(f"{'':14}{'':{finding.start}}{'^' * length}"[: width()])
    if finding.fix is not None:
        block(f"use instead: {finding.fix}", " " * 14)


def _print(tried: _Tried) -> None:
    from allegra_tui.commands.output import block, fields, say

    seen = tried.seen
    fields([("Pattern", seen.source)])
    if seen.error is not None:
        fields([("Refused", seen.error)])
    elif seen.used != seen.source:
        fields([("Used as", seen.used or "no pattern: every domain is allowed")])
    for finding in tried.findings:
        block(f"{finding.id} {finding.severity}: {finding.message}", "", hanging=4)
    for answer in tried.answers:
        say()
        say(answer.written)
        perl = {True: "matches", False: "does not match", None: "no answer"}[answer.perl]
        block(f"{'accepted' if answer.accepted else 'REFUSED'}: {answer.detail}", hanging=10)
        block(f"Perl's plain search: {perl}")
