"""Allowed-domain patterns: Perl 5 regular expressions, and the one rule that asks them about a sender."""

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.rule import Match, Pattern, accepts, check, compile_pattern, perl_search

__all__ = ["Match", "Pattern", "PatternError", "accepts", "check", "compile_pattern", "perl_search"]
