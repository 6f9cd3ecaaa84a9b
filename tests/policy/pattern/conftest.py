"""The real perl, for the tests of this folder."""

import shutil
from collections.abc import Iterator

import pytest

from tests.policy.pattern.perl import Perl


@pytest.fixture(scope="session")
def perl() -> Iterator[Perl]:
    """A perl that is asked with patterns as values."""
    if not shutil.which("perl"):
        pytest.skip("perl is not installed")
    with Perl() as running:
        yield running
