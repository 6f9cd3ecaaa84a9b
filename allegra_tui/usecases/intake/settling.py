"""Settle: after the commit, what a message's location asks for is done on the server."""

from collections import defaultdict
from collections.abc import Collection

from allegra_tui.model.journal import Location, Place
from allegra_tui.model.verdict import Settle, SettleAction
from allegra_tui.sources import Source
from allegra_tui.store import Store, journal


def doubt(store: Store, source: Source, place: Place, listed: Collection[str]) -> None:
    """Keep apart what an earlier run was to delete where its key names a message of another size by now.

    Such a message is then new, and known by its content where it is the same after all: some servers only estimate
    sizes. Without this a name that was used again would delete a message nobody has taken. What the server refused to
    delete is taken for gone: where it is the same after all it stays, instead of being downloaded in each run.
    """
    with store.read() as tx:
        unsettled = journal.unsettled_at(tx, place)
    there = [key for key in listed if key in unsettled]
    sizes = {entry.key: entry.size for entry in source.describe(there)} if there else {}
    other = [unsettled[key] for key, size in sizes.items() if size != unsettled[key].size]
    if other:
        with store.write() as tx:
            journal.set_aside(tx, place, [one.location_id for one in other if not one.refused])
            journal.settle(tx, [one.location_id for one in other if one.refused], Settle.DONE)


class Settling:
    """The deletions and moves of one connection. Nothing is asked for before its message is committed as decided."""

    def __init__(self, store: Store, source: Source, place: Place) -> None:
        self._store = store
        self._source = source
        self._place = place
        self._asked: dict[str, Location] = {}
        self.deleted = 0
        self.moved = 0
        self.refused: dict[str, str] = {}
        """Key to the server's reason."""

    def resume(self, listed: Collection[str]) -> None:
        """Finish what an earlier run was cut off from, or the server refused; what is no longer there is done already.

        A server refuses for reasons that pass: rights, a folder in use, a missing extension.
        """
        with self._store.read() as tx:
            pending = journal.to_settle(tx, self._place, refused=True)
        gone = [location.id for location in pending if location.key not in listed]
        if gone:
            with self._store.write() as tx:
                journal.settle(tx, gone, Settle.DONE)
        self._ask([location for location in pending if location.key in listed])

    def finish(self) -> None:
        """Have the server carry out all that is decided and write down what is certain; the rest stays pending."""
        with self._store.read() as tx:
            pending = journal.to_settle(tx, self._place)
        self._ask([location for location in pending if location.key not in self._asked])
        settlement = self._source.finish()
        done = [self._asked[key] for key in settlement.done if key in self._asked]
        refused = [self._asked[key] for key in settlement.refused if key in self._asked]
        self.refused = {location.key: settlement.refused[location.key] for location in refused}
        self.deleted = sum(location.action is SettleAction.DELETE for location in done)
        self.moved = sum(location.action is SettleAction.MOVE for location in done)
        if done or refused:
            with self._store.write() as tx:
                journal.settle(tx, [location.id for location in done], Settle.DONE)
                newly = [location.id for location in refused if location.settle is not Settle.REFUSED]
                journal.settle(tx, newly, Settle.REFUSED)

    def _ask(self, locations: Collection[Location]) -> None:
        deletions = [location.key for location in locations if location.action is SettleAction.DELETE]
        moves: dict[str, list[str]] = defaultdict(list)
        for location in locations:
            if location.action is SettleAction.MOVE and location.move_to:
                moves[location.move_to].append(location.key)
        # Noted first: a server that carries a move out and then fails must not be asked for it again.
        self._asked.update({location.key: location for location in locations})
        if deletions:
            self._source.delete(deletions)
        for target, keys in moves.items():
            self._source.move(keys, target)
