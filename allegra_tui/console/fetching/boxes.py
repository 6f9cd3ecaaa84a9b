"""The mailboxes on the fetch screen: how each is, or how far."""

from collections.abc import Callable, Sequence

from allegra_tui.console.fetching import rows
from allegra_tui.console.fetching.rows import Box
from allegra_tui.console.fetching.run import FetchRun
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.usecases.browse_fetch import Fetchable

_MOST_SEEN = 6


class BoxTable(VirtualTable[Box]):
    """The mailboxes, and their part in the last run."""

    def __init__(self, failed: Callable[[Exception], object]) -> None:
        super().__init__(rows.BOXES, rows.box_cells, failed, id="boxes")
        self.empty = ("No mailbox is set up yet: 3 adds one.",)
        self.found: Sequence[Fetchable] | None = None
        """The mailboxes as last read; None before."""
        self.run: FetchRun | None = None

    def know(self, found: Sequence[Fetchable]) -> bool:
        """Take in how the mailboxes are. False where nothing changed."""
        if found == self.found:
            return False
        self.found = found
        self.styles.height = min(len(found), _MOST_SEEN) + 1 if found else 3
        self.draw()
        return True

    @property
    def wanted(self) -> Sequence[Fetchable]:
        """The marked mailboxes, else all that are enabled."""
        marked = self.marked
        return [one for one in self.found or () if (one.mailbox.id in marked if marked else one.mailbox.enabled)]

    def draw(self) -> None:
        """Show how they are now, and how far the run is."""
        self.fill({one.mailbox.id: self._box(one) for one in self.found or ()})

    def _box(self, one: Fetchable) -> Box:
        run = self.run
        if run is None or (run.ended and one.holder is not None):
            return Box(one, None)
        return Box(one, run.box(one.mailbox.name), run.dry_run)
