"""Doctor: everything an administrator would look at where something is wrong, or might be. It changes nothing."""

from collections.abc import Iterator
from contextlib import closing

from allegra_tui.store import Store, StoreError
from allegra_tui.usecases.doctor import database, files, intake
from allegra_tui.usecases.doctor.finding import Finding, Level, error
from allegra_tui.usecases.workspace import Workspace

__all__ = ["Finding", "Level", "examine"]


def examine(workspace: Workspace) -> Iterator[Finding]:
    """Look at the data directory, telling each finding as it is made. Raises `MissingDatabase` where there is none.

    Reading every page of a large database takes its time.
    """
    workspace.require()
    directory = workspace.directory
    yield from files.examine(directory)
    damaged = False
    for finding in database.examine(directory.database):
        damaged = damaged or (finding.level is not Level.OK and finding.check in ("schema", "integrity"))
        yield finding
    if damaged:
        return  # what stands in it cannot be relied on, or not be read
    try:
        with closing(Store.open(directory.database, read_only=True)) as store:
            yield from intake.examine(store, workspace.vault)
    except StoreError as trouble:
        yield error("database", str(trouble), "allegra-tui restore FILE brings a backup back")
