"""Options and fixtures of the whole suite."""

import os

import pytest
from hypothesis import HealthCheck, settings

# The machine's speed is no property of the program; and what continuous integration tries, it tries again the same way.
# On a person's machine, and with --long, examples are new ones each time.
settings.register_profile("person", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("person"), derandomize=True)
settings.register_profile("long", settings.get_profile("person"), max_examples=5_000)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "person")

pytest_plugins = ["tests.servers.dovecot", "tests.servers.pymap"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long variants: more kills, more pairs, more time")
    parser.addoption("--update-screens", action="store_true", help="store the console's screens as they look now")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        settings.load_profile("long")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether the long variants were asked for."""
    return bool(request.config.getoption("--long"))
