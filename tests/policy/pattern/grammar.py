"""Strategies for Perl patterns of the kind that people write about e-mail addresses, and for texts to try on them."""

from hypothesis import strategies as st

Strategy = st.SearchStrategy[str]

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


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


def _pieces(text: str, *more: str) -> Strategy:
    """One of the words of a text, or one of those that hold blanks themselves."""
    return st.sampled_from([*words(text), *more])


LITERALS = _pieces(r"a b x T 9 bosch com de online - _ @ \@ \. . \- = , '", " ")
NUMBERED = _pieces(r"\x40 \x{40} \x{_4_0} \x2e \056 \100 \o{5_6} \N{U+2E} \cJ \c\ \c` \e \t \n \x", r"\x{ 2e }")
SETS = _pieces(
    r"\w \W \d \D \s \S \h \H \v \V \R \N . \pL \PL \p{Lu} \p{IsAlpha} \p{^L} \p{XPosixPunct} \T \i \_", r"\ "
)
ANCHORS = _pieces(r"^ $ \A \z \Z \b \B \G")
MEMBERS = _pieces(
    r"""a b z T @ . - ^ ] [ && || -- ~~ | ( ) { } $ # ' : = a-z A-Z 0-9 b-o +-- \w \W \d \s \S \h \v \T \t \. \- \] \\
    \x40 \x{2e} \056 \1 \b \pL \cA \R \e [:alpha:] [:^alpha:] [:digit:] [:upper:] [:^lower:] [:punct:] [:word:]
    [:^space:] [:xdigit:] [:alnum:] [:blank:] [:cntrl:] [:graph:] [:print:] [:ascii:]""",
    " ",
    "\t",
)
QUANTIFIERS = _pieces("* + ? {2} {2,} {1,3} {2,4} {,2} {0} {0,1} {3,1} { {} {a} {,}", "{ 1 , 2 }")
MODES = st.sampled_from(["", "", "", "?", "+"])
OPENINGS = _pieces(
    """( ( (?: (?: (?: (?<n> (?'m' (?P<n> (?> (?= (?! (?<= (?<! (?i: (?-i: (?s: (?m: (?x: (?xx: (?^: (?^i: (?^u: (?d:
    (?| (*pla: (*nla: (*plb: (*nlb: (*atomic: (*positive_lookahead:"""
)
REFERENCES = _pieces(
    r"\1 \2 \g1 \g{1} \g{-1} \g{n} \k<n> \k'm' \k{n} (?P=n) (?1) (?2) (?-1) (?+1) (?&n) (?P>n) \10 \11"
)
INLINE = _pieces("(?i) (?-i) (?x) (?xx) (?-x) (?s) (?m) (?ms-i) (?^) (?#note) (*F) (*FAIL) (?!) ()")
CONDITIONS = _pieces("(?(1) (?(2) (?(<n>) (?('m') (?(?=a) (?(?!a) (?(?<=a) (?(DEFINE)")
BLANKS = st.sampled_from([" ", "\t", "\n", "# note\n"])

LOCAL_PARTS = _pieces(
    r"[^@\T] [^@\t] \w[-.\w]+ \W[-.\W]+ .* .+ [\w.+-]+ [^@]+ \S+ ^[a-z]+ \w+ (?#any)", r"[^@ \t]", r"^[^@ \t]+"
)
AT_SIGNS = _pieces(r"@ @ \@ [@] \x40 (?<=@) @(?:de\.)? @(.+\.)? @([-.\w]+\.)*")
DOMAINS = _pieces(
    r"""bosch\.com bosch.com t-online\.de computer\.org (?:bosch|computer)\.(?:com|org) [-.\w]+\.\w{2,3} .*\.bosch\.com
    \w+\.(com|de|org) (?i:BOSCH)\.com (?-i)bosch\.com a-?b\.\w+ (\w)\1+\.\w+"""
)
ENDS = st.sampled_from(["", "", "$", r"\z", r"\Z", "(?!.)", r"\b", "(?=$)", "(?#end)"])
BARS = st.sampled_from(["|", "|", " | ", "| ", " |", "\t|"])
BEGINNINGS = st.sampled_from(["", "", "", "", "(?x)", "(?i)", "^", " "])


@st.composite
def _classes(draw: st.DrawFn) -> str:
    members = "".join(draw(st.lists(MEMBERS, min_size=1, max_size=5)))
    return f"[{draw(st.sampled_from(['', '', '^']))}{members}]"


def _joined(*parts: Strategy) -> Strategy:
    return st.tuples(*parts).map("".join)


def _extended(inner: Strategy) -> Strategy:
    alternatives = st.lists(inner, min_size=2, max_size=3).map("|".join)
    body = st.one_of(inner, alternatives)
    group = _joined(OPENINGS, body, st.just(")"))
    condition = _joined(CONDITIONS, body, st.just(")"))
    quantified = _joined(inner, QUANTIFIERS, MODES)
    sequence = st.lists(st.one_of(inner, inner, inner, REFERENCES, INLINE, BLANKS), min_size=2, max_size=4).map("".join)
    return st.one_of(sequence, sequence, quantified, group, group, alternatives, condition)


ATOMS = st.one_of(LITERALS, LITERALS, LITERALS, SETS, NUMBERED, _classes(), _classes(), ANCHORS)
SMALL = st.recursive(ATOMS, _extended, max_leaves=8)
ALTERNATIVES = st.one_of(
    _joined(LOCAL_PARTS, AT_SIGNS, DOMAINS, ENDS),
    _joined(SMALL, AT_SIGNS, DOMAINS, ENDS),
    _joined(LOCAL_PARTS, AT_SIGNS, SMALL, ENDS),
    SMALL,
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A pattern: one to three alternatives, perhaps under x."""
    first, *others = draw(st.lists(ALTERNATIVES, min_size=1, max_size=3))
    return "".join([draw(BEGINNINGS), first, *(draw(BARS) + other for other in others)])
