"""One grammar for addresses, and the From values that leave exactly one reading."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allegra_tui.address import AddressError, key, parse, parse_sender, reading
from allegra_tui.model.mail import Address
from allegra_tui.model.verdict import Reason

MISSING, MALFORMED, AMBIGUOUS = Reason.SENDER_MISSING, Reason.SENDER_MALFORMED, Reason.SENDER_AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("anna@bosch.com", "anna@bosch.com"),
        ("Anna.Meier+x@BOSCH.Com", "Anna.Meier+x@bosch.com"),
        ("o'neil_9=1/2?a@a-b.example", "o'neil_9=1/2?a@a-b.example"),
        ("x@ab--cd.de", "x@ab--cd.de"),
        ("x@bücher.de", "x@xn--bcher-kva.de"),
        ("x@BÜCHER.de", "x@xn--bcher-kva.de"),
        ("x@XN--BCHER-KVA.de", "x@xn--bcher-kva.de"),
        ("x@straße.de", "x@xn--strae-oqa.de"),
        ("x@b\u043esch.com", "x@xn--bsch-55d.com"),
        ("x@\u4f8b\u5b50.\u4e2d\u56fd", "x@xn--fsqu00a.xn--fiqs8s"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
        (f"x@{'a' * 63}.org", f"x@{'a' * 63}.org"),
    ],
)
def test_clean_addresses_come_in_one_form(text: str, clean: str) -> None:
    assert str(parse(text)) == clean
    assert parse(clean) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "@bosch.com",
        "anna@",
        "a@b@c.org",
        "anna@bosch",
        "anna@bosch.com.",
        "anna@.bosch.com",
        "anna@bosch..com",
        "anna@-bosch.com",
        "anna@bosch-.com",
        "anna@bo_sch.com",
        "anna@[127.0.0.1]",
        ".anna@bosch.com",
        "an..na@bosch.com",
        "anna.@bosch.com",
        '"anna"@bosch.com',
        "anna%x@bosch.com",
        "a!anna@bosch.com",
        "=?utf-8?q?a?=@bosch.com",
        "an na@bosch.com",
        " anna@bosch.com",
        "anna@bosch.com ",
        "anna@bosch.com\n",
        "anna\n@bosch.com",
        "anna@bosch.com\x00",
        "\u00e4nna@bosch.com",
        "anna@bosch.com\u00a0",
        f"{'a' * 65}@example.org",
        f"x@{'a' * 64}.org",
        f"x@{'a.' * 130}org",
        "x@" + "\u00fc" * 60 + ".de",
        "x@\uff42osch.com",
        "x@bo\u017fch.com",
        "x@bosch\u3002com",
        "x@a.bosch\u3002com",
        "x@bos\u00adch.com",
        "x@\uff38n--bcher-kva.de",
        "x@xn--bosch-.com",
        "x@xn--a.de",
        "x@\udc80.com",
        "x@i\u2764.ws",
        "x@b\u00fc\u3002cher.de",
        "<anna@bosch.com>",
        "anna@bosch.com,",
        "(c)anna@bosch.com",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse(text)
    assert refused.value.reason is MALFORMED
    assert str(refused.value).endswith(".")


@given(st.text(max_size=12), st.text(alphabet=st.characters(exclude_categories=()), max_size=6))
def test_any_domain_is_clean_or_refused(first: str, second: str) -> None:
    for domain in (f"{first}.de", f"xn--{first}.de", f"{first}{second}.{second}"):
        with suppress(AddressError):
            clean = parse(f"x@{domain}")
            assert str(clean).isascii()
            assert parse(str(clean)) == clean


def test_nothing_is_missing() -> None:
    with pytest.raises(AddressError) as refused:
        parse("")
    assert refused.value.reason is MISSING


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("anna@bosch.com", "", "anna@bosch.com"),
        ("<anna@bosch.com>", "", "anna@bosch.com"),
        ("Anna Meier <anna@bosch.com>", "Anna Meier", "anna@bosch.com"),
        ("Anna\r\n Meier\r\n\t<anna@bosch.com>", "Anna Meier", "anna@bosch.com"),
        ("  Anna \t Meier   <anna@Bosch.com>  ", "Anna Meier", "anna@bosch.com"),
        ('"Meier, Anna (Sales)" <anna@bosch.com>', "Meier, Anna (Sales)", "anna@bosch.com"),
        (r'"Anna \"Annie\" \\ Meier" <anna@bosch.com>', r'Anna "Annie" \ Meier', "anna@bosch.com"),
        ('Anna "the boss" Meier <anna@bosch.com>', "Anna the boss Meier", "anna@bosch.com"),
        ('"x@bosch.com" <eve@evil.example>', "x@bosch.com", "eve@evil.example"),
        ("anna@bosch.com <Anna@bosch.com>", "anna@bosch.com", "Anna@bosch.com"),
        ("=?utf-8?q?J=C3=B6rg=40home?= <j@bosch.com>", "=?utf-8?q?J=C3=B6rg=40home?=", "j@bosch.com"),
        ("J\u00f6rg <j@b\u00fccher.de>", "J\u00f6rg", "j@xn--bcher-kva.de"),
        ("J\udcf6rg <j@bosch.com>", "J\udcf6rg", "j@bosch.com"),
    ],
)
def test_a_sender_with_one_reading(value: str, name: str, address: str) -> None:
    found_name, found = parse_sender(value)
    assert (found_name, str(found)) == (name, address)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", MISSING),
        ("  ", MISSING),
        ("<>", MISSING),
        ("MAILER-DAEMON", MISSING),
        ("undisclosed-recipients:;", MISSING),
        ("Anna Meier", MISSING),
        ("a@x.org, b@y.org", AMBIGUOUS),
        ("a@x.org b@y.org", AMBIGUOUS),
        ("Anna anna@x.org", AMBIGUOUS),
        ("A <a@x.org>, B <b@y.org>", AMBIGUOUS),
        ("a@x.org <b@y.org>", AMBIGUOUS),
        ("a@x.org (Anna)", AMBIGUOUS),
        ("(Anna) a@x.org", AMBIGUOUS),
        ("Anna (x) <a@x.org>", AMBIGUOUS),
        ("alice@good.example)bob@evil.example", AMBIGUOUS),
        ("<alice@good.example> bob@evil.example", AMBIGUOUS),
        ("<a@x.org><b@y.org>", AMBIGUOUS),
        ("A <<a@x.org>>", AMBIGUOUS),
        ("A <a@x.org", AMBIGUOUS),
        ("a@x.org>", AMBIGUOUS),
        ('"Anna <a@x.org>', AMBIGUOUS),
        ('Anna" <a@x.org>', AMBIGUOUS),
        ("Meier, Anna <a@x.org>", AMBIGUOUS),
        ("Team: a@x.org;", AMBIGUOUS),
        ("Team: A <a@x.org>;", AMBIGUOUS),
        ("Anna\\ <a@x.org>", AMBIGUOUS),
        ('"a@x.org"@y.org', AMBIGUOUS),
        ("a@x.org@y.org", AMBIGUOUS),
        ("[Anna] <a@x.org>", AMBIGUOUS),
        (f"{'A' * 1000} <a@x.org>", AMBIGUOUS),
        ("@x.org,@y.org:a@z.org", AMBIGUOUS),
        ("Anna <anna@localhost>", MALFORMED),
        ("Anna < a@x.org >", MALFORMED),
        ("Anna <a@x.org\x00>", MALFORMED),
        ("Anna\n<a@x.org>", MALFORMED),
        ("Anna\x1b[1m <a@x.org>", MALFORMED),
        ("a@x.org\r\nBcc: b@y.org", MALFORMED),
        ("Anna <@x.org>", MALFORMED),
        ("Anna <a@x.org.>", MALFORMED),
        ("=?utf-8?q?a?=@x.org", MALFORMED),
        ("a@\uff42osch.com", MALFORMED),
        ('Anna <"a b"@x.org>', MALFORMED),
        ("Anna <a b@x.org>", MALFORMED),
    ],
)
def test_a_sender_that_is_not_trusted(value: str, reason: Reason) -> None:
    with pytest.raises(AddressError) as refused:
        parse_sender(value)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("value", "likely"),
    [
        ("MAILER-DAEMON@mx.example (Mail Delivery System)", ("Mail Delivery System", "MAILER-DAEMON@mx.example")),
        ("A <a@x.org>, B <b@y.org>", ("A <a@x.org>, B", "b@y.org")),
        ("Anna a@x.org", ("Anna", "a@x.org")),
        ('"Anna" <a@x.org', ("Anna", "a@x.org")),
        ("Anna Meier", ("Anna Meier", None)),
        ("", ("", None)),
    ],
)
def test_a_likely_reading(value: str, likely: tuple[str, str | None]) -> None:
    assert reading(value) == likely


PIECES = st.sampled_from(
    ["a", "@", "<", ">", '"', "\\", ",", "(", ")", ":", ";", ".", " ", "\r\n ", "x.org", "=?", "\u00fc", "\x00"]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
@example('"' * 3000)
@example("<" * 3000)
@example("@" * 3000)
def test_any_value_has_a_reading_and_a_trusted_one_only_if_it_is_the_whole(value: str) -> None:
    name, address = reading(value)
    assert isinstance(name, str)
    assert address is None or "@" in address
    with suppress(AddressError):
        _, found = parse_sender(value)
        assert parse(str(found)) == found
        assert value.rstrip(" \t>").lower().endswith(found.domain) or not value.isascii()


def test_a_huge_value_is_read_quickly() -> None:
    started = time.process_time()
    for piece in ("a", "@", '"', "<", "(", "\\", "a@b.c,", "\n "):
        reading(piece * 100_000)
        with pytest.raises(AddressError):
            parse_sender(piece * 100_000)
    assert time.process_time() - started < 5


def test_a_registered_sender_is_known_whatever_the_case() -> None:
    assert key(Address(local="Anna.Meier", domain="bosch.com")) == key(parse("anna.MEIER@BOSCH.com"))


def test_plain_addresses_do_not_load_the_tables_of_international_ones() -> None:
    program = "import sys; from allegra_tui import address; address.parse('a@bosch.com'); print('idna' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
