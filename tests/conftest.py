"""Options and fixtures of the whole suite."""

import pytest

pytest_plugins = ["tests.servers.dovecot", "tests.servers.pymap"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long variants: more kills, more pairs, more time")
    parser.addoption("--update-screens", action="store_true", help="store the console's screens as they look now")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether the long variants were asked for."""
    return bool(request.config.getoption("--long"))
