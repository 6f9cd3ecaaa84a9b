"""What the lint says of patterns, where, and that its fixes help."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allegra_tui.policy.pattern import (
    Finding,
    PatternError,
    Severity,
    build_pattern,
    check,
    compile_pattern,
    difference,
    gained_lost,
    lint,
)

CASES = [
    # id, pattern, what is marked, fix
    ("P01", "[^@]@(bosch", "(", None),
    ("P01", "(?{ die })", "(", None),
    ("P02", r"[^@\T]@siemens\.com", r"\T", r"[^@\t]@siemens\.com"),
    ("P02", r"\i@siemens\.com", r"\i", r"i@siemens\.com"),
    ("P02", r"[^@\T]@bosch\.com", r"\T", r"[^@ \t]@bosch\.com"),
    ("P03", r"\W+@\W+\.com", r"\W", r"\w+@\w+\.com"),
    ("P03", r"\W[-.\W]+\@[-.\W]+\.\W{2,3}", r"\W", r"[^@ \t]@[-.\w]+\.\w{2,}"),
    ("P04", r"@a\.de | @b\.de", " | ", r"@a\.de|@b\.de"),
    ("P05", r"@a\. de", " ", r"@a\.de"),
    ("P06", "@bosch.com", ".", r"@bosch\.com"),
    ("P06", "@(?:www.x)?bosch.com", ".", r"@(?:www\.x)?bosch\.com"),
    ("P07", r"@bosch\.com", r"@bosch\.com", r"(?:@bosch\.com)\z"),
    ("P08", r"bosch\.com|@a\.de", r"bosch\.com", r"@bosch\.com|@a\.de"),
    ("P08", r".*\.bosch\.com", r".*\.bosch\.com", r"@.*\.bosch\.com"),
    ("P09", r"@a\.de|.+@.+", ".+@.+", None),
    ("P10", r"@a\.de||@b\.de", "|", r"@a\.de|@b\.de"),
    ("P11", r"@[-.\w]+\.\w{2,3}$", "{2,3}", r"@[-.\w]+\.\w{2,}$"),
    ("P11", r"@bosch\.[a-z]{2,4}", "{2,4}", r"@bosch\.[a-z]{2,}"),
    ("P12", r"@bosch\.com/mail", None, None),
    ("P12", r"(?-i)@Bosch\.com", None, None),
    ("P13", r"(\w+)*@bosch\.com", r"(\w+)*", None),
    ("P13", r"(?:a|a)*$", None, None),
    ("P14", "@a{1001}", "{", None),
    ("P15", r"\w[-.\w]+@bosch\.com", r"\w[-.\w]+", r"\w[-.\w]*@bosch\.com"),
    ("P16", r"@bücher\.de", "ü", r"@xn--bcher-kva\.de"),
    ("P16", r"@straße\.de", "ß", r"@xn--strae-oqa\.de"),
    ("P17", r"@bosch\.com$", "$", r"@bosch\.com\z"),
    ("P17", r"@bosch\.com\Z", r"\Z", r"@bosch\.com\z"),
    ("P18", r"\Q@bosch.com\E", "\\", r"@bosch\.com"),
    ("P18", r"\Q@bosch.com", r"\Q", r"@bosch\.com"),
    ("P18", r"/@bosch\.com/i", None, r"@bosch\.com"),
    ("P18", "*@bosch.com", "*", r"[^@ \t]@bosch\.com\z"),
    ("P18", "bosch.com; example.org", None, r"[^@ \t]@(?:bosch\.com|example\.org)\z"),
    ("P18", "bosch.com,example.org", None, r"[^@ \t]@(?:bosch\.com|example\.org)\z"),
    ("P18", "*.bosch.com", "*", r"[^@ \t]@(?:[-\w]+\.)*bosch\.com\z"),
    ("P19", r"(?-i)@bosch\.com", "(?-i)", r"@bosch\.com"),
    ("P19", r"(?-i:@bosch)\.com", "(?-i:", r"(?:@bosch)\.com"),
    ("P19", r"@Bosch\.COM", "B", r"@bosch\.com"),
]
ERRORS = {"P01", "P10", "P14"}
INFOS = {"P07", "P17", "P20"}


def found(lint_id: str, source: str) -> Finding | None:
    return next((finding for finding in lint(source) if finding.id == lint_id), None)


@pytest.mark.parametrize(("lint_id", "source", "marked", "fix"), CASES)
def test_a_finding_with_its_place_and_fix(lint_id: str, source: str, marked: str | None, fix: str | None) -> None:
    finding = found(lint_id, source)
    assert finding
    assert finding.fix == fix
    assert (None if finding.start is None else source[finding.start : finding.end]) == marked
    assert finding.message


@pytest.mark.parametrize(("lint_id", "source"), [(case[0], case[1]) for case in CASES if case[3]])
def test_a_fix_is_a_pattern_without_that_finding(lint_id: str, source: str) -> None:
    while finding := found(lint_id, source):
        assert finding.fix
        assert finding.fix != source
        source = finding.fix
    assert compile_pattern(source)


@pytest.mark.parametrize(("lint_id", "source"), [(case[0], case[1]) for case in CASES])
def test_the_severity_says_whether_it_can_be_saved(lint_id: str, source: str) -> None:
    finding = found(lint_id, source)
    assert finding
    try:
        compile_pattern(source)
        usable = True
    except PatternError:
        usable = False
    assert (finding.severity is Severity.ERROR) is not usable
    assert lint_id not in ERRORS or not usable
    assert (finding.severity is Severity.INFO) is (lint_id in INFOS)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  ",
        build_pattern(["bosch.com"]),
        build_pattern(["bosch.com", "t-online.de", "bücher.de"], subdomains=True),
        r"^[^@ \t]+@bosch\.com\z",
        r"^[\w.+-]+@(?:de|uk)\.bosch\.com\z",
        r"(?i)^anna(?:\.meier)?@bosch\.com\z",
        r"@(?:[-\w]+\.)*bosch\.com\z",
        "(?x) ^ [^@]+ @ bosch\\.com \\z  # the company",
        r"@bosch\.[a-z]{2}\z",
    ],
)
def test_nothing_is_said_of_a_good_pattern(source: str) -> None:
    assert lint(source) == []


def test_senders_gained_and_lost_are_told() -> None:
    senders = ["a@bosch.com", "b@bosch.com", "c@t-online.de", "d@example.org"]
    stored, edited = compile_pattern(build_pattern(["bosch.com"])), compile_pattern(build_pattern(["t-online.de"]))
    (finding,) = difference(gained_lost(stored, edited, senders), len(senders))
    assert (finding.id, finding.severity) == ("P20", Severity.INFO)
    assert finding.message == "Of 4 known senders 1 would be gained and 2 lost"
    assert not list(difference(gained_lost(stored, stored, senders), len(senders)))


def test_a_known_sender_shows_that_a_pattern_accepts_somebody() -> None:
    source = r"(?=.*z.*)[^@]{9}@x\.y{3}z\z"
    sender = "zzzzzzzzz@x.yyyz"
    assert check(compile_pattern(source), sender).accepted
    assert "P12" not in [finding.id for finding in lint(source, senders=[sender])]


def test_the_gravest_come_first() -> None:
    severities = [finding.severity for finding in lint(r"[^@\T]@Bosch.com | \w[-.\w]+@ü\.\w{2,3}$")]
    assert severities == sorted(severities, key=list(Severity).index)
    assert len(severities) > 5


PIECES = st.sampled_from(
    [
        *"[]()|*+?{}\\^$.@,;/# a",
        "bosch",
        ".com",
        r"\w",
        r"\T",
        "(?",
        "{2,3}",
        "(?-i)",
        "ü",
        "ß",
        r"\Q",
        r"\1",
        "*@",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join)))
@example("/|/")
def test_any_text_is_linted(source: str) -> None:
    for finding in lint(source):
        assert finding.start is None or 0 <= finding.start <= len(source)
        assert (finding.start is None) is (finding.end is None)
        if finding.fix:
            assert compile_pattern(finding.fix)
