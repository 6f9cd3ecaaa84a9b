"""Options and fixtures of the whole suite."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The machine's speed is no property of the program; and what continuous integration tries, it tries again the same way.
# On a person's machine, and with --long, examples are new ones each time.
settings.register_profile("person", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("person"), derandomize=True)
settings.register_profile("long", settings.get_profile("person"), max_examples=5_000)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "person")

NOBODY = 65534

pytest_plugins = ["tests.servers.dovecot", "tests.servers.pymap"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long variants: more kills, more pairs, more time")
    parser.addoption(
        "--soak",
        nargs="?",
        type=float,
        const=600.0,
        default=0.0,
        metavar="SECONDS",
        help="run a night's worth of everything at once, compressed into so many seconds (600)",
    )
    parser.addoption("--update-screens", action="store_true", help="store the console's screens as they look now")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the night's worth out unless it is asked for."""
    return True if collection_path.name == "test_soak.py" and not config.getoption("--soak") else None


def pytest_configure(config: pytest.Config) -> None:
    # A shell has its jobs in the background ignore ctrl+c, and every program started here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--long"):
        settings.load_profile("long")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether the long variants were asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture
def soak_seconds(request: pytest.FixtureRequest) -> float:
    """How long the night is."""
    return float(request.config.getoption("--soak"))


@pytest.fixture
def closed_directory() -> Iterator[Path]:
    """A directory that its owner, who runs the test, may not write into. Root may write everywhere: so not as root."""
    directory = Path(tempfile.mkdtemp(prefix="closed-"))
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(directory, NOBODY, -1)
        os.setresuid(NOBODY, NOBODY, 0)
    directory.chmod(0o500)
    yield directory
    if was_root:
        os.setresuid(0, 0, 0)
    shutil.rmtree(directory)
