"""The certificate of the faulty servers, and the database of the scenarios."""

import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.usecases.conftest import Intake, new_store
from tests.usecases.faults.scenario import First


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each scenario of a module twice, deleting and leaving on the server.

    Where nothing is taken, or it is open what is, the way is the same: one of the two will do, in turn, unless the long
    variants are asked for.
    """
    if "scenario" not in metafunc.fixturenames:
        return
    every = metafunc.config.getoption("--long")
    metafunc.parametrize(
        ("scenario", "leave"),
        [
            pytest.param(scenario, leave, id=f"{scenario}-{'leave' if leave else 'delete'}")
            for number, scenario in enumerate(metafunc.module.SCENARIOS)
            for leave in ((False,) if scenario.plain_only else (False, True))
            if every or scenario.first in (First.ALL, First.GOOD) or leave == bool(number % 2)
        ],
    )


MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """What a server needs to switch to TLS, and the authority to trust for it."""
    authority = Authority(tmp_path_factory.mktemp("faulty"))
    issued = authority.issue("faulty", ["localhost"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.cert_file, issued.key_file)
    return context, authority.pem


@pytest.fixture(scope="session")
def shared() -> Iterator[Intake]:
    """An intake that all scenarios share: each has its own mailbox. In memory, where that can be had.

    What it commits is as safe as it is on a disk, but for a loss of power, which is no part of these tests.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        store = new_store(Path(directory))
        yield Intake(store, Path(directory))
        store.close()
