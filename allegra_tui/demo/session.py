"""The demo's world: a throw-away data directory, three mailboxes on a server of its own, and mail in them."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from allegra_tui.demo import letters, server
from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.store import Store
from allegra_tui.usecases import configuration
from allegra_tui.usecases.events import Event
from allegra_tui.usecases.intake import fetch

MAILBOXES = ("general", "support", "website")
_DONE = "Done"
"""Where the support mailbox moves what it took."""


@dataclass(frozen=True)
class Demo:
    """A data directory whose first mailbox was fetched last week, so to speak; new mail waits in all three."""

    data_dir: DataDir


@contextlib.contextmanager
def session(now: datetime | None = None) -> Iterator[Demo]:
    """Set the demo up, and remove every trace of it at the end. Raises `DemoError` where it cannot run.

    The sample mail is written shortly before `now`, by default this moment.
    """
    now = now or datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="allegra-tui-demo-") as temporary,
        server.running(Path(temporary)) as imap,
    ):
        data_dir = DataDir(Path(temporary) / "data")
        data_dir.prepare()
        imap.deliver(letters.first(now), folders=(_DONE,))
        with contextlib.closing(Store.open(data_dir.database)) as store:
            vault = Vault(data_dir.key)
            configuration.apply(store, vault, settings(imap), base=data_dir.root, who="demo")
            fetch(store, vault, names=MAILBOXES[:1], emit=_unheard)
        imap.deliver(letters.waiting(now))
        yield Demo(data_dir)


def settings(imap: server.Server) -> str:
    """Return the configuration file that the demo applies."""
    text = (files("allegra_tui.demo") / "settings.toml").read_text(encoding="utf-8")
    values = {"PORT": str(imap.port), "USER": server.USERNAME, "PASSWORD_FILE": str(imap.password_file)}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _unheard(event: Event) -> None:
    """Let the set-up's own fetch pass in silence."""
