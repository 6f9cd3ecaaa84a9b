"""The real perl as the oracle: one process that is asked many pairs of pattern and text.

Patterns are handed over as values, never as program text, so nothing in them is interpolated or run.
"""

import json
import selectors
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_PROGRAM = r"""
use strict; use warnings; no warnings; use JSON::PP; use feature 'unicode_strings';
$| = 1;
my $json = JSON::PP->new->ascii;
while (my $line = <STDIN>) {
    my ($pattern, $texts, $case) = @{ $json->decode($line) };
    $pattern = '(?:)' if $pattern eq '';    # empty, it would mean the last pattern that matched
    my $compiled = eval { $case ? qr/$pattern/ : qr/$pattern/i };
    if (!defined $compiled) { print $json->encode({ error => "$@" }), "\n"; next }
    my @found;
    for my $text (@$texts) {
        my $spans = eval {
            $text =~ $compiled ? [ map { defined $+[$_] ? [ $-[$_], $+[$_] ] : undef } 0 .. $#+ ] : undef;
        };
        push @found, $@ ? { error => "$@" } : $spans;
    }
    print $json->encode({ found => \@found }), "\n";
}
"""

Spans = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Found:
    """Perl's answer for one text: the spans of match and groups, None without a match; or its run-time error."""

    spans: Spans | None = None
    error: str = ""


class PerlError(ValueError):
    """Perl refuses the pattern."""


class PerlTimeoutError(TimeoutError):
    """Perl takes too long."""


class Perl:
    """A running perl; a context manager."""

    def __init__(self, seconds: float = 2.0) -> None:
        self._seconds = seconds
        self._process = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def ask(self, pattern: str, texts: Sequence[str], *, case: bool = False) -> list[Found]:
        """Search each text unanchored for the pattern, ignoring case unless `case`."""
        questions, output = self._process.stdin, self._process.stdout
        assert questions
        assert output
        questions.write(json.dumps([pattern, list(texts), int(case)]).encode() + b"\n")
        questions.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            if not selector.select(self._seconds):
                self._stop()
                self._process = self._start()
                raise PerlTimeoutError(pattern)
        answer = json.loads(output.readline())
        assert isinstance(answer, dict)
        if "error" in answer:
            raise PerlError(answer["error"].strip())
        return [_found(one) for one in answer["found"]]

    def another(self) -> "Perl":
        """Return a perl of its own."""
        return Perl(self._seconds)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["perl", "-e", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def _stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def _found(one: object) -> Found:
    if isinstance(one, dict):
        return Found(error=str(one["error"]))
    if one is None:
        return Found()
    assert isinstance(one, list)
    return Found(tuple(None if span is None else (span[0], span[1]) for span in one))
