"""`allegra-tui doctor`: what is wrong, or might be, and what to do about it."""

from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser

if TYPE_CHECKING:
    from allegra_tui.usecases.doctor import Finding

_GLYPHS = {"ok": "+", "warning": "!", "error": "x"}
_HANG = 11


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Examine everything: who can read the files, the key, the database page by page, the disk, the clock, what "
        "runs left behind, and every mailbox. Nothing is changed. Exit code 1 where there is an error; warnings are "
        "no failure."
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print a finding a line, and below it what to do next."""
    from collections import Counter

    from allegra_tui.commands import output
    from allegra_tui.usecases import doctor
    from allegra_tui.usecases.workspace import Workspace

    counts: Counter[str] = Counter()
    for finding in doctor.examine(Workspace(args.data_dir)):
        counts[finding.level] += 1
        if args.json:
            output.emit(
                {
                    "check": finding.check,
                    "level": finding.level,
                    "mailbox": finding.mailbox,
                    "detail": finding.detail,
                    "advice": finding.advice,
                }
            )
        else:
            _print(finding)
    if not args.json:
        told = [output.plural(counts[level], level) for level in ("error", "warning") if counts[level]]
        output.say(", ".join(told) if told else "Everything is in order.")
    return ExitCode.FAILED if counts["error"] else ExitCode.DONE


def _print(finding: "Finding") -> None:
    from allegra_tui.commands import output

    output.block(f"{_GLYPHS[finding.level]} {finding.level:<7}  {finding.detail}", "", hanging=_HANG)
    if finding.advice:
        output.block(f"-> {finding.advice}", " " * _HANG, hanging=3)
