"""Several consoles, `watch` and cron on one database: nobody is told that it is locked, and no write waits for long."""

import functools
import json
import sqlite3
import statistics
from contextlib import closing

import pytest

from allegra_tui.model.verdict import Outcome
from tests.usecases import children, crowd
from tests.usecases.conftest import Intake, letter

READERS = 8
SECONDS, LONG_SECONDS = 1, 60
LONGEST_WRITE = 1.0
"""Seconds within which 99 of 100 writes are done, where the machine has nothing else to do."""


def test_four_writers_and_eight_readers_share_a_database(
    intake: Intake, long_run: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = LONG_SECONDS if long_run else SECONDS
    boxes = [intake.add(crowd.maildir(intake.directory, f"box{number}")).name for number in range(2)]
    (intake.directory / "box0" / "new" / "first").write_bytes(letter("First"))
    assert intake.fetch("box0").created == 1
    works = [functools.partial(crowd.intake, name=name, seconds=seconds) for name in boxes]
    works += [functools.partial(crowd.console, name=f"console{number}", seconds=seconds) for number in range(2)]
    works += [functools.partial(crowd.read, name=f"reader{number}", seconds=seconds) for number in range(READERS)]

    processes = [children.start(work, intake.directory) for work in works]
    for process in processes:
        process.join(seconds + 200)
    assert [process.exitcode for process in processes] == [0] * len(works), "somebody was told of trouble"

    told = {work.keywords["name"]: json.loads(_told(intake, work.keywords["name"])) for work in works}
    writes = [seconds for one in told.values() for seconds in one["writes"]]
    longest = statistics.quantiles(writes, n=100)[-1]
    reads = sum(one["acts"] for name, one in told.items() if name.startswith("reader"))
    with capsys.disabled():
        print(f"\n{len(writes)} writes, 99 of 100 within {longest:.3f} s, the last {max(writes):.3f} s; {reads} reads")
    assert longest < LONGEST_WRITE * (1 if long_run else 5)
    rows = intake.rows()
    assert {row.outcome for row in rows} == {Outcome.CREATED}
    assert len(rows) == len(intake.issues()) == 1 + 20 * sum(told[name]["acts"] for name in boxes)
    with closing(sqlite3.connect(intake.store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _told(intake: Intake, name: str) -> str:
    return (intake.directory / f"{name}.json").read_text()
