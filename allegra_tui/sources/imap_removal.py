r"""Deletions and moves over IMAP: only own messages are ever expunged, and what is told as done has been looked up.

Never EXPUNGE or CLOSE: they remove what others marked as `\Deleted` (RFC 4315 2.1).
"""

from collections.abc import Collection, Sequence

from allegra_tui.sources.imap_session import Session, uid_sets
from allegra_tui.sources.source import Settlement

NO_UIDPLUS = "marked, the server has no UIDPLUS: it stays until somebody expunges the folder"


class Removals:
    """What was asked for in one folder since the connection was opened, across new connections to it."""

    def __init__(self) -> None:
        self._marked: set[int] = set()
        self._moved: set[int] = set()
        self._refused: dict[int, str] = {}
        self._notes: list[str] = []

    def refuse(self, keys: Collection[str], why: str) -> None:
        """Note that nothing is done about these."""
        self._refused.update((int(key), why) for key in keys)

    def mark(self, session: Session, uids: Sequence[int]) -> None:
        r"""Mark messages as `\Deleted`."""
        for uid_set, held in uid_sets(uids):
            with session.talking():
                why = session.refusal(session.add_flags, uid_set, [rb"\Deleted"], silent=True)
            if why is None:
                self._marked.update(held)
            else:
                self._refused.update(dict.fromkeys(held, f"the server does not mark it as deleted: {why}"))

    def move(self, session: Session, uids: Sequence[int], target: str, capabilities: Collection[str]) -> None:
        """Move messages by MOVE (RFC 6851), else copy and mark them. A missing folder is made.

        What is marked already is not copied: an earlier run did that, and could not expunge it.
        """
        command = session.move if "MOVE" in capabilities else session.copy
        if command == session.copy:
            copied = _still_there(session, uids, "DELETED")
            self._marked |= copied
            uids = [uid for uid in uids if uid not in copied]
        for uid_set, held in uid_sets(uids):
            with session.talking():
                why = session.refusal(command, uid_set, target)
                if why is not None and self._made(session, target):
                    why = session.refusal(command, uid_set, target)
            if why is not None:
                self._refused.update(dict.fromkeys(held, f"the server does not move it to {target}: {why}"))
            elif command == session.move:
                self._moved.update(held)
            else:
                self.mark(session, held)

    def _made(self, session: Session, target: str) -> bool:
        """Make the folder where it does not exist."""
        if session.folder_exists(target):
            return False
        why = session.refusal(session.create_folder, target)
        if why is None:
            self._notes.append(f"made the folder {target}")
        return why is None

    def finish(self, session: Session, capabilities: Collection[str]) -> Settlement:
        """Expunge what was marked, and look what is really gone."""
        if "UIDPLUS" not in capabilities:
            self._refused.update(dict.fromkeys(self._marked, NO_UIDPLUS))
        else:
            for uid_set, held in uid_sets(list(self._marked)):
                with session.talking():
                    why = session.refusal(session.uid_expunge, uid_set)
                if why is not None:
                    self._refused.update(dict.fromkeys(held, f"marked as deleted, but the server keeps it: {why}"))
        removed = (self._marked | self._moved) - self._refused.keys()
        for uid in _still_there(session, removed):
            self._refused[uid] = "the server says that it has removed it, and still has it"
        done = sorted(removed - self._refused.keys())
        return Settlement(
            done=[str(uid) for uid in done],
            refused={str(uid): why for uid, why in self._refused.items()},
            notes=tuple(self._notes),
        )


def _still_there(session: Session, uids: Collection[int], *criteria: str) -> set[int]:
    found: set[int] = set()
    for uid_set, held in uid_sets(list(uids)):
        found |= session.search_uids("UID", uid_set, *criteria, at_most=len(held))
    return found.intersection(uids)
