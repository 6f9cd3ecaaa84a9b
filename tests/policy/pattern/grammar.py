"""Strategies for Perl patterns of the kind that people write about e-mail addresses, and for texts to try on them."""

from hypothesis import strategies as st

TEXTS = (
    "a@bosch.com",
    "Anna.Meier@Bosch.COM",
    "x+tag@de.bosch.com",
    "x@notbosch.com",
    "x@bosch.com.evil.org",
    "bosch.com@evil.org",
    "t@t-online.de",
    "tt@T-Online.de\n",
    "o'neil_9@computer.org",
    "99@a.b",
    "a@b.co.uk",
    "ab@ab.ab",
    "a-b@a-b.info",
    "x@xn--bcher-kva.de",
    "aaaa@aaaaaaaa.aa",
    "abab@abab.museum",
    "a b@c.de",
    "a@b@c.de",
    '"x@bosch.com"@evil.org',
    "",
    "a",
    "@",
    "bosch.com",
    "\na@bosch.com\n\n",
    "ab\tc@d.e",
)

LITERALS = st.sampled_from(
    [
        "a",
        "b",
        "x",
        "T",
        "9",
        "bosch",
        "com",
        "de",
        "online",
        "-",
        "_",
        "@",
        r"\@",
        r"\.",
        ".",
        r"\-",
        "=",
        ",",
        " ",
        "'",
    ]
)
NUMBERED = st.sampled_from(
    [
        r"\x40",
        r"\x{40}",
        r"\x{ 2e }",
        r"\x2e",
        r"\056",
        r"\100",
        r"\o{56}",
        r"\N{U+2E}",
        r"\cJ",
        r"\e",
        r"\t",
        r"\n",
        r"\x",
    ]
)
SETS = st.sampled_from(
    [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\h", r"\H", r"\v", r"\V", r"\R", r"\N", "."]
    + [r"\pL", r"\PL", r"\p{Lu}", r"\p{IsAlpha}", r"\p{^L}", r"\p{XPosixPunct}", r"\T", r"\i", r"\_", r"\ "]
)
ANCHORS = st.sampled_from(["^", "$", r"\A", r"\z", r"\Z", r"\b", r"\B", r"\G"])
MEMBERS = st.sampled_from(
    [
        "a",
        "b",
        "z",
        "T",
        "@",
        ".",
        "-",
        "^",
        "]",
        "[",
        "&&",
        "||",
        "--",
        "~~",
        "|",
        "(",
        ")",
        "{",
        "}",
        "$",
        "#",
        " ",
        "'",
    ]
    + [
        "a-z",
        "A-Z",
        "0-9",
        "b-o",
        "+--",
        r"\w",
        r"\W",
        r"\d",
        r"\s",
        r"\S",
        r"\h",
        r"\v",
        r"\T",
        r"\t",
        r"\.",
        r"\-",
        r"\]",
    ]
    + [r"\\", r"\x40", r"\x{2e}", r"\056", r"\1", r"\b", r"\pL", r"\cA", r"\R", r"\e", "\t", ":", "="]
    + [
        "[:alpha:]",
        "[:^alpha:]",
        "[:digit:]",
        "[:upper:]",
        "[:^lower:]",
        "[:punct:]",
        "[:word:]",
        "[:^space:]",
        "[:xdigit:]",
    ]
    + ["[:alnum:]", "[:blank:]", "[:cntrl:]", "[:graph:]", "[:print:]", "[:ascii:]"]
)
QUANTIFIERS = st.sampled_from(
    [
        "*",
        "+",
        "?",
        "{2}",
        "{2,}",
        "{1,3}",
        "{2,4}",
        "{,2}",
        "{ 1 , 2 }",
        "{0}",
        "{0,1}",
        "{3,1}",
        "{",
        "{}",
        "{a}",
        "{,}",
    ]
)
MODES = st.sampled_from(["", "", "", "?", "+"])
OPENINGS = st.sampled_from(
    [
        "(",
        "(",
        "(?:",
        "(?:",
        "(?:",
        "(?<n>",
        "(?'m'",
        "(?P<n>",
        "(?>",
        "(?=",
        "(?!",
        "(?<=",
        "(?<!",
        "(?i:",
        "(?-i:",
        "(?s:",
    ]
    + [
        "(?m:",
        "(?x:",
        "(?xx:",
        "(?^:",
        "(?^i:",
        "(?|",
        "(*pla:",
        "(*nla:",
        "(*plb:",
        "(*nlb:",
        "(*atomic:",
        "(*positive_lookahead:",
    ]
)
REFERENCES = st.sampled_from(
    [
        r"\1",
        r"\2",
        r"\g1",
        r"\g{1}",
        r"\g{-1}",
        r"\g{n}",
        r"\k<n>",
        r"\k'm'",
        r"\k{n}",
        "(?P=n)",
        "(?1)",
        "(?2)",
        "(?-1)",
    ]
    + ["(?+1)", "(?&n)", "(?P>n)", r"\10", r"\11"]
)
INLINE = st.sampled_from(
    [
        "(?i)",
        "(?-i)",
        "(?x)",
        "(?xx)",
        "(?-x)",
        "(?s)",
        "(?m)",
        "(?ms-i)",
        "(?^)",
        "(?#note)",
        "(*F)",
        "(*FAIL)",
        "(?!)",
        "()",
    ]
)
CONDITIONS = st.sampled_from(["(?(1)", "(?(2)", "(?(<n>)", "(?('m')", "(?(?=a)", "(?(?!a)", "(?(?<=a)", "(?(DEFINE)"])
BLANKS = st.sampled_from([" ", "\t", "\n", "# note\n"])


@st.composite
def _classes(draw: st.DrawFn) -> str:
    members = "".join(draw(st.lists(MEMBERS, min_size=1, max_size=5)))
    return f"[{draw(st.sampled_from(['', '', '^']))}{members}]"


ATOMS = st.one_of(LITERALS, LITERALS, LITERALS, SETS, NUMBERED, _classes(), _classes(), ANCHORS)


def _extended(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    quantified = st.builds(lambda item, count, mode: item + count + mode, inner, QUANTIFIERS, MODES)
    alternatives = st.lists(inner, min_size=2, max_size=3).map("|".join)
    group = st.builds(lambda opening, body: f"{opening}{body})", OPENINGS, st.one_of(inner, alternatives))
    condition = st.builds(lambda test, body: f"{test}{body})", CONDITIONS, st.one_of(inner, alternatives))
    sequence = st.lists(st.one_of(inner, inner, inner, REFERENCES, INLINE, BLANKS), min_size=2, max_size=4).map("".join)
    return st.one_of(sequence, sequence, quantified, group, group, alternatives, condition)


SMALL = st.recursive(ATOMS, _extended, max_leaves=8)

LOCAL_PARTS = st.sampled_from(
    [
        r"[^@ \t]",
        r"[^@\T]",
        r"[^@\t]",
        r"\w[-.\w]+",
        r"\W[-.\W]+",
        ".*",
        ".+",
        r"[\w.+-]+",
        r"[^@]+",
        r"\S+",
        "",
        "^[a-z]+",
        r"\w+",
    ]
)
AT_SIGNS = st.sampled_from(["@", "@", r"\@", "[@]", r"\x40", "(?<=@)", "@(?:de\\.)?", r"@(.+\.)?", r"@([-.\w]+\.)*"])
DOMAINS = st.sampled_from(
    [
        r"bosch\.com",
        "bosch.com",
        r"t-online\.de",
        r"computer\.org",
        r"(?:bosch|computer)\.(?:com|org)",
        r"[-.\w]+\.\w{2,3}",
    ]
    + [r".*\.bosch\.com", r"\w+\.(com|de|org)", r"(?i:BOSCH)\.com", r"(?-i)bosch\.com", r"a-?b\.\w+", r"(\w)\1+\.\w+"]
)
ENDS = st.sampled_from(["", "", "$", r"\z", r"\Z", "(?!.)", r"\b", "(?=$)", "(?#end)"])
BARS = st.sampled_from(["|", "|", " | ", "| ", " |", "\t|"])
ALTERNATIVES = st.one_of(
    st.builds(lambda *parts: "".join(parts), LOCAL_PARTS, AT_SIGNS, DOMAINS, ENDS),
    st.builds(lambda *parts: "".join(parts), SMALL, AT_SIGNS, DOMAINS, ENDS),
    st.builds(lambda *parts: "".join(parts), LOCAL_PARTS, AT_SIGNS, SMALL, ENDS),
    SMALL,
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A pattern: one to three alternatives, perhaps under x."""
    alternatives = draw(st.lists(ALTERNATIVES, min_size=1, max_size=3))
    pattern = alternatives[0]
    for alternative in alternatives[1:]:
        pattern += draw(BARS) + alternative
    return draw(st.sampled_from(["", "", "", "", "(?x)", "(?i)", "^", " "])) + pattern
