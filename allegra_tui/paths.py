"""The data directory: where it is, and that nobody else can read it."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "ALLEGRA_TUI_DATA_DIR"
DATABASE = "allegra.db"
KEY = "secret.key"
WATCH_LOCK = "watch.lock"


class PathError(Exception):
    """The data directory cannot be used: one line, with what to do next."""

    code = "data_dir"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class DataDir:
    """A data directory. Making this object touches nothing."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / DATABASE

    @property
    def key(self) -> Path:
        """The key file that stored passwords are encrypted with."""
        return self.root / KEY

    @property
    def watch_lock(self) -> Path:
        """The file that a watch holds a lock on while it is at work."""
        return self.root / WATCH_LOCK

    @property
    def has_database(self) -> bool:
        """Whether there is a database. Raises `PathError` where that cannot be told."""
        try:
            return self.database.exists()
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def prepare(self) -> None:
        """Make the directory where it is missing, readable by its owner alone, and so every file made from now on.

        A directory that held other things before keeps its mode. Raises `PathError` where nothing can be written.
        """
        os.umask(0o077)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            ours = self.database.exists() or not any(self.root.iterdir())
            if ours and stat.S_IMODE(self.root.stat().st_mode) & 0o077:
                self.root.chmod(0o700)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise self._unusable("no permission to write")

    def _unusable(self, reason: str) -> PathError:
        return PathError(
            f"data directory {self.root}: {reason}; run as the account that owns it, or name another with --data-dir"
        )


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return the whole path that somebody means. A `~` of nobody's stays as it is: a name like any other."""
    return Path(os.path.expanduser(path)).absolute()


def data_dir(option: str | os.PathLike[str] | None = None) -> DataDir:
    """Return the data directory: the one named, else that of the environment, else the user's own."""
    named = option or os.environ.get(ENVIRONMENT)
    if named:
        return DataDir(expanded(named))
    from platformdirs import user_data_path

    return DataDir(user_data_path("allegra-tui", appauthor=False))
