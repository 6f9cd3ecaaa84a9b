"""What a person's session works with: the data directory, opened for as long as the session lasts."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.store import Store
from allegra_tui.usecases.actor import who
from allegra_tui.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open data directory, and who works in it. May be shared by threads."""

    directory: DataDir
    store: Store
    vault: Vault
    who: str
    read_only: bool
    _open: ExitStack

    def close(self) -> None:
        """Close the database."""
        self._open.close()


def open_session(root: Path, *, read_only: bool = False) -> Session:
    """Open a data directory; unless `read_only`, make it and its database where they are missing.

    Raises `PathError` and `StoreError`.
    """
    workspace = Workspace(root)
    opened = ExitStack()
    store = opened.enter_context(workspace.unchanged() if read_only else workspace.writable())
    return Session(
        directory=workspace.directory,
        store=store,
        vault=workspace.vault,
        who=who(),
        read_only=read_only,
        _open=opened,
    )
