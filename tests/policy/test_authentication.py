"""Authentication-Results: only the configured server's, only the topmost of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui import address
from allegra_tui.policy.authentication import Dmarc, read_results

SENDER = address.parse("anna@bosch.com")
FAIL = "mx.example.org; spf=pass smtp.mailfrom=bosch.com; dmarc=fail (p=reject) header.from=bosch.com"
PASS = "mx.example.org 1; dmarc=pass header.from=bosch.com"


@pytest.mark.parametrize(
    ("fields", "dmarc"),
    [
        ([FAIL], Dmarc.FAIL),
        ([PASS], Dmarc.PASS),
        ([PASS, FAIL], Dmarc.PASS),
        (["other.example.net; dmarc=pass header.from=bosch.com", FAIL], Dmarc.FAIL),
        (["MX.Example.ORG; dmarc=fail header.from=bosch.com"], Dmarc.FAIL),
        (["mx.example.org (our own); dmarc=fail header.from=bosch.com"], Dmarc.FAIL),
        (["mx.example.org;\r\n\tdmarc=fail\r\n header.from=bosch.com"], Dmarc.FAIL),
        (["mx.example.org; dmarc=fail header.from=other.org"], Dmarc.ABSENT),
        (["mx.example.org; dmarc=none header.from=bosch.com"], Dmarc.OTHER),
        (["mx.example.org; spf=fail smtp.mailfrom=bosch.com"], Dmarc.ABSENT),
        (["mx.example.org; none"], Dmarc.ABSENT),
        (["mx.example.org; dmarc"], Dmarc.UNREADABLE),
        (["mx.example.org.evil.net; dmarc=pass header.from=bosch.com"], Dmarc.ABSENT),
        ([], Dmarc.ABSENT),
    ],
)
def test_what_is_known_of_dmarc(fields: list[str], dmarc: Dmarc) -> None:
    result = read_results(fields, "mx.example.org", SENDER)
    assert result.dmarc is dmarc
    assert "mx.example.org" in result.detail


@given(st.lists(st.text(max_size=60).map("mx.example.org;".__add__), max_size=3))
def test_any_field_is_read(fields: list[str]) -> None:
    assert read_results(fields, "mx.example.org", None).detail
