"""How Perl's own table of regular-expression tests is answered: `python -m tests.bench.re_tests FILE`.

The table is t/re/re_tests in the source of Perl (`apt-get source perl`). Pattern and text of each row are given as
values to `perl` and to the plain search of allegra_tui, with case told apart. A row counts as agreement where both
find a match, both find none, or both refuse the pattern. The aims are 94 % agreement and at most 3 silent differences.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from allegra_tui.policy.pattern import PatternError, compile_search
from tests.policy.pattern.perl import Perl, PerlError, PerlTimeoutError

AIM = 0.94
MOST_SILENT = 3
SECONDS = 2.0

# The table quotes as Perl does, so Perl reads it. Left out are rows about bugs of Perl and about other machines
# (B, b, e, s), and texts with characters beyond Unicode.
_READER = r"""
use strict; use JSON::PP;
our ($bang, $ffff, $nulnul) = (sprintf("\\%03o", ord "!"), chr(0xff) x 2, "\0" x 2);
my $json = JSON::PP->new->ascii;
while (my $line = <STDIN>) {
    next if $line !~ /\S/ or $line =~ /^\s*#/ or $line =~ /^__END__$/;
    chomp $line;
    $line =~ s/\\n/\n/g;
    my ($pattern, $text, $result) = split /\t/, $line, 7;
    next if $result =~ /[Bbes]/;
    $pattern =~ s/(\$\{\w+\})/$1/eeg;
    my $modifiers = $pattern =~ s/^([:'\/])(.*)\1([a-z]*)$/$2/s ? $3 : "";
    $text = eval qq("$text");
    next if $text =~ /[^\x{0}-\x{10ffff}]/;
    print $json->encode([$., $pattern, $modifiers, $text]), "\n";
}
"""


class Answer(StrEnum):
    """What is said of a pattern and a text."""

    MATCH = "match"
    NO_MATCH = "no match"
    REFUSED = "refused"
    UNDECIDED = "undecided"


class Row(NamedTuple):
    """A row of the table."""

    number: int
    pattern: str
    text: str


def rows(table: bytes) -> Iterator[Row]:
    """Read the table; modifiers are written into the pattern."""
    read = subprocess.run(["perl", "-e", _READER], input=table, capture_output=True, check=True)
    for line in read.stdout.splitlines():
        number, pattern, modifiers, text = json.loads(line)
        modifiers = "".join(letter for letter in modifiers if letter not in "gd")
        end = "\n" if "x" in modifiers else ""  # ends a comment
        yield Row(number, f"(?^{modifiers}:{pattern}{end})", text)


def asked_perl(perl: Perl, row: Row) -> Answer:
    """Ask Perl."""
    try:
        (found,) = perl.ask(row.pattern, [row.text], case=True)
    except PerlError:
        return Answer.REFUSED
    except PerlTimeoutError:
        return Answer.UNDECIDED
    return Answer.UNDECIDED if found.error else Answer.MATCH if found.spans else Answer.NO_MATCH


def asked_here(row: Row) -> tuple[Answer, str]:
    """Ask the plain search; the second is why a pattern is refused."""
    try:
        search = compile_search(row.pattern)
        assert search
        found = search.compiled.search(row.text, timeout=SECONDS)
    except PatternError as error:
        return Answer.REFUSED, str(error)
    except TimeoutError:
        return Answer.UNDECIDED, ""
    return Answer.MATCH if found else Answer.NO_MATCH, ""


def main() -> int:
    """Print what differs and the figures; exit code 1 where one misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, metavar="FILE", help="Perl's t/re/re_tests")
    told: Counter[str] = Counter()
    with Perl(SECONDS) as perl:
        for row in rows(parser.parse_args().table.read_bytes()):
            wanted, (here, why) = asked_perl(perl, row), asked_here(row)
            if Answer.UNDECIDED in {wanted, here}:
                kind = "undecided"
            elif wanted is here:
                kind = "agree"
            else:
                kind = "refused" if here is Answer.REFUSED else "silent"
            told[kind] += 1
            if kind != "agree":
                print(f"{kind:<9}  line {row.number}  {row.pattern!r}  perl: {wanted}, here: {why or here}")
    share = told["agree"] / told.total()
    print(f"{told.total()} rows: {share:.1%} agree, {told['refused']} refused, {told['silent']} silent differences")
    return int(share < AIM or told["silent"] > MOST_SILENT)


if __name__ == "__main__":
    sys.exit(main())
