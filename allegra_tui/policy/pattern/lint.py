"""Lint: what an administrator should know about a pattern before it is saved."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from allegra_tui.policy.pattern.compare import Change, gained_lost
from allegra_tui.policy.pattern.engine import Compiled, compile_rule, find
from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.finding import Finding, Severity, replaced
from allegra_tui.policy.pattern.lint_text import check_text
from allegra_tui.policy.pattern.parse import parse
from allegra_tui.policy.pattern.repair import from_domains, with_a_labels, without_quotes, without_slashes
from allegra_tui.policy.pattern.rule import Pattern, compile_pattern
from allegra_tui.policy.pattern.samples import FOREIGN, LOCALS, SLOW, own_samples
from allegra_tui.policy.pattern.tree import (
    Group,
    Mode,
    Node,
    Repeat,
    walk,
)
from allegra_tui.policy.pattern.width import width

PROBE_SECONDS = 0.05
_ORDER = list(Severity)
_WRONG_SETS = re.compile(r"(?<!\\)(?:\\\\)*(\\[WS])")


def lint(source: str, *, senders: Sequence[str] = ()) -> list[Finding]:
    """Return what there is to say about a pattern, the gravest first.

    `senders` are the known ones, in the form of `str(Address)`. What a pattern changes for them tells `difference`.
    """
    try:
        pattern = compile_pattern(source)
    except PatternError as error:
        return [_unusable(source, error)]
    if pattern is None:
        return []
    if meant := without_slashes(source) or from_domains(source):
        message = "This reads like a list of domains or a piece of a program, not like a pattern"
        return [Finding("P18", Severity.WARNING, message, fix=meant if _is_usable(meant) else None)]
    findings = [*check_text(pattern), *_everybody(pattern), *_wrong_sets(pattern), *_slow(pattern)]
    findings += _nobody(pattern, senders)
    findings = [replace(found, fix=found.fix if found.fix and _is_usable(found.fix) else None) for found in findings]
    return sorted(findings, key=lambda finding: (_ORDER.index(finding.severity), finding.id, finding.start or 0))


def difference(change: Change, known: int) -> Iterator[Finding]:
    """Tell of the senders that a pattern would gain and lose, out of so many known ones."""
    if change.gained or change.lost or not change.complete:
        message = f"Of {known} known senders {len(change.gained)} would be gained and {len(change.lost)} lost"
        if not change.complete:
            message += ", of those that there was time to compare"
        yield Finding("P20", Severity.INFO, message)


def _unusable(source: str, error: PatternError) -> Finding:
    """Turn an error into a finding, with what was probably meant where that can be seen."""
    meant = without_slashes(source) or from_domains(source) or without_quotes(source)
    lint_id = "P18" if meant else error.lint
    fix = meant or error.fix or (with_a_labels(source) if error.lint == "P16" else None)
    start = error.position
    end = None if start is None else min(start + 1, len(source))
    return Finding(lint_id, Severity.ERROR, str(error), start, end, fix if fix and _is_usable(fix) else None)


def _is_usable(source: str) -> bool:
    try:
        return compile_pattern(source) is not None
    except PatternError:
        return False


def _everybody(pattern: Pattern) -> Iterator[Finding]:
    for branches in [pattern.tree.branches] if pattern.tree.refers else [[branch] for branch in pattern.tree.branches]:
        rule = compile_rule(replace(pattern.tree, branches=branches))
        if all(any(_accepts(rule, f"{local}@{domain}") for local in LOCALS) for domain in FOREIGN):
            span = () if pattern.misprint else (branches[0].start, branches[-1].end)
            message = "This accepts senders of every domain; clear the pattern if that is meant"
            yield Finding("P09", Severity.WARNING, message, *span)


def _accepts(rule: Compiled, text: str) -> bool:
    try:
        return find(rule, text, PROBE_SECONDS) is not None
    except TimeoutError:
        return False


def _wrong_sets(pattern: Pattern) -> Iterator[Finding]:
    spans = [found.span(1) for found in _WRONG_SETS.finditer(pattern.source)]
    if not spans:
        return
    meant = replaced(pattern.source, [(*span, r"\w") for span in spans])
    try:
        tree = parse(meant)
        would, does = compile_rule(tree), compile_rule(pattern.written)
    except PatternError:
        return
    samples = [str(sample) for sample in own_samples(tree)]
    if any(_accepts(would, sample) for sample in samples) and not any(_accepts(does, sample) for sample in samples):
        message = "A capital letter means the opposite; with \\w (a letter, digit or _) this would match"
        yield Finding("P03", Severity.WARNING, message, *spans[0], pattern.used if pattern.misprint else meant)


def _slow(pattern: Pattern) -> Iterator[Finding]:
    for node in walk(pattern.tree.branches):
        if isinstance(node, Repeat) and _is_nested(node):
            message = "Repeats within repeats can take very long on an address that does not match"
            yield Finding("P13", Severity.WARNING, message, *(() if pattern.misprint else (node.start, node.end)))
            return
    for probe in SLOW:
        try:
            find(pattern.rule, str(probe), PROBE_SECONDS)
        except TimeoutError:
            message = f"This takes more than {PROBE_SECONDS:g} s on a long address; senders with one would be refused"
            yield Finding("P13", Severity.WARNING, message)
            return


def _is_nested(node: Repeat) -> bool:
    """Whether an endless repeat holds nothing but another endless repeat, so that a text can be cut in many ways."""
    if node.high is not None or node.mode is Mode.POSSESSIVE or not isinstance(node.item, Group):
        return False
    return not node.item.kind.looks and any(
        _is_endless(item) and sum(width(other)[0] for other in branch.items if other is not item) == 0
        for branch in node.item.branches
        for item in branch.items
    )


def _is_endless(node: Node) -> bool:
    return isinstance(node, Repeat) and node.high is None and node.mode is not Mode.POSSESSIVE


def _nobody(pattern: Pattern, senders: Sequence[str]) -> Iterator[Finding]:
    samples = [str(sample) for sample in own_samples(pattern.tree)]
    samples += [f"{local}@{domain}" for local in LOCALS for domain in FOREIGN]
    if any(_accepts(pattern.rule, sample) for sample in samples):
        return
    change = gained_lost(None, pattern, senders)
    if change.complete and len(change.lost) + len(change.timed_out) == len(senders):
        message = "No address was found that this accepts, so it probably shuts out everybody"
        yield Finding("P12", Severity.WARNING, message)
