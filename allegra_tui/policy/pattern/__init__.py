"""Allowed-domain patterns: Perl 5 regular expressions, and the one rule that asks them about a sender."""

from allegra_tui.policy.pattern.builder import build_pattern
from allegra_tui.policy.pattern.compare import Change, gained_lost
from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.finding import Finding, Severity
from allegra_tui.policy.pattern.lint import difference, lint
from allegra_tui.policy.pattern.lookalike import Likeness, NearMiss, named_domains, near_misses
from allegra_tui.policy.pattern.rule import Match, Pattern, accepts, check, compile_pattern, could_match, perl_search
from allegra_tui.policy.pattern.search import Search, compile_search
from allegra_tui.policy.pattern.words import read_in_words

__all__ = [
    "Change",
    "Finding",
    "Likeness",
    "Match",
    "NearMiss",
    "Pattern",
    "PatternError",
    "Search",
    "Severity",
    "accepts",
    "build_pattern",
    "check",
    "compile_pattern",
    "compile_search",
    "could_match",
    "difference",
    "gained_lost",
    "lint",
    "named_domains",
    "near_misses",
    "perl_search",
    "read_in_words",
]
