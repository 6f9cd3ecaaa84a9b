"""IMAP (RFC 3501). imapclient owns session and commands; every command runs within limits of time and size."""

import imaplib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from imapclient.exceptions import LoginError as ClientLoginError

from allegra_tui.model.credential import BearerToken, Obtain
from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.sources import sasl
from allegra_tui.sources.concealed import words
from allegra_tui.sources.imap_connection import LITERAL, told
from allegra_tui.sources.imap_download import Ask, Completed, Told, bodies, pipelined
from allegra_tui.sources.imap_removal import Removals
from allegra_tui.sources.imap_session import Session, uid_sets
from allegra_tui.sources.network import FAREWELL, NetworkSource
from allegra_tui.sources.source import (
    Certificate,
    ConnectError,
    DeadlineError,
    Download,
    Entry,
    FolderError,
    Listing,
    LoginError,
    RefusedError,
    Settlement,
    SourceError,
    Step,
    StepName,
    TlsError,
    utc,
)
from allegra_tui.sources.tls import Handshake

_NUMBER = 2**32 - 1
"""The highest number that the protocol has (RFC 3501 9)."""
_DESCRIBED = 1_000
"""Messages that one FETCH describes."""


class ImapSource(NetworkSource):
    """One folder of one IMAP account."""

    def __init__(self, mailbox: Mailbox, obtain: Obtain) -> None:
        super().__init__(mailbox, obtain)
        self._session_or_none: Session | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._removals = Removals()
        self._uidvalidity = 0
        self._next_uid = 0
        self._count = 0
        self._changes_refused = ""

    @property
    def _session(self) -> Session:
        if self._session_or_none is None:
            raise ConnectError(f"there is no connection to {self._wire.address}")
        return self._session_or_none

    def _forget(self) -> None:
        self._removals = Removals()

    def _again(self) -> Step | None:
        session = self._session_or_none
        if session is None or not session.open or not self._wire.alive:
            return None
        try:
            return Step(name=StepName.FOLDER, detail=self._open_folder(session))
        except (ConnectError, DeadlineError):
            return None  # it was dead and nobody had noticed

    def _greet(self) -> None:
        self._session_or_none = session = Session(self._wire)
        if session.preauthenticated and self._mailbox.security not in (Security.SSL, Security.NONE):
            raise TlsError(
                f"{self._wire.address} takes the log-in for done before encryption began (PREAUTH): "
                "somebody may be tampering, or it is set up for another purpose"
            )

    def _upgrade(self, handshake: Callable[[], Handshake]) -> Certificate | None:
        session = self._session
        if "STARTTLS" not in session.connection.capabilities:
            return None
        with session.talking():
            return session.connection.upgrade(handshake())

    def _enter(self) -> Iterator[Step]:
        session = self._session
        if session.preauthenticated:
            yield Step(name=StepName.LOGIN, detail="logged in by the server itself (PREAUTH)")
        else:
            self._log_in()
            yield Step(name=StepName.LOGIN, detail=f"logged in as {self._mailbox.username}")
        with session.talking():
            self._capabilities = session.refresh_capabilities()
        yield Step(name=StepName.CAPABILITIES, detail=self._abilities())
        yield Step(name=StepName.FOLDER, detail=self._open_folder(session))

    def _give_password(self, password: str) -> str | None:
        session, user = self._session, self._mailbox.username
        offered = session.connection.capabilities
        if "LOGINDISABLED" in offered:
            raise LoginError(f"{self._wire.address} takes no password without encryption: choose ssl or starttls")
        plain = not (user.isascii() and password.isascii())
        if plain and "AUTH=PLAIN" not in offered:
            raise LoginError(
                f"{self._wire.address} takes only ASCII (no AUTH=PLAIN), and user name or password of {user} is not"
            )
        with session.talking():
            try:
                if plain:
                    session.plain_login(user, password)
                else:
                    # imaplib quotes the password alone.
                    session.login('"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"', password)
            except ClientLoginError as error:
                if isinstance(error.__context__, imaplib.IMAP4.abort):
                    raise error.__context__ from error
                return told(self._wire, error)
        return None

    def _give_token(self, token: BearerToken) -> str | None:
        session = self._session
        offered = session.connection.capabilities
        mechanism = sasl.mechanism([name.removeprefix("AUTH=") for name in offered if name.startswith("AUTH=")])
        if mechanism is None:
            raise self._no_tokens()
        with session.talking():
            return session.connection.give_token(
                mechanism, self._initial(mechanism, token), at_once="SASL-IR" in offered
            )

    def _abilities(self) -> str:
        wanted = ("UIDPLUS", "MOVE", "IDLE")
        return ", ".join(f"{name}{'' if name in self._capabilities else ' missing'}" for name in wanted)

    def _open_folder(self, session: Session) -> str:
        folder = self._mailbox.folder
        answer: dict[bytes, Any] = {}

        def select(*, readonly: bool) -> None:
            answer.update(session.select_folder(folder, readonly=readonly))

        self._changes_refused = "the connection is read-only" if self._read_only else ""
        with session.talking():
            try:
                why = session.refusal(lambda: select(readonly=self._read_only))
            except imaplib.IMAP4.readonly:
                self._changes_refused = "the server opens the folder read-only: look at the account's rights"
                why = session.refusal(lambda: select(readonly=True))
            if why is not None:
                raise FolderError(f"{self._wire.address} does not open the folder {folder}: {why}")
            if not 0 < int(answer.get(b"UIDVALIDITY", 0)) <= _NUMBER:
                raise FolderError(f"{self._wire.address} has no lasting numbers (UIDVALIDITY) for the folder {folder}")
            self._uidvalidity, self._count = int(answer[b"UIDVALIDITY"]), int(answer.get(b"EXISTS", 0))
            self._next_uid = int(answer.get(b"UIDNEXT", 0))
            self._wire.messages = self._count
            detail = f"{folder} holds {self._count} messages"
            target = self._mailbox.move_to
            if self._read_only and target and not session.folder_exists(target):
                detail += f"; the folder {target} does not exist and will be made"
        return detail

    @property
    def announces(self) -> bool:
        """See `Source.announces`: by IDLE, unless the server refused it."""
        return "IDLE" in self._capabilities and not self._session.idle.refused

    def wait(self, seconds: float) -> bool:
        """See `Source.wait`."""
        return self.announces and self._session.idle.wait(seconds)

    def list(self) -> Listing:
        """See `Source.list`."""
        self._session.connection.grown = False
        uids = self._session.search_uids("ALL", at_most=self._count)
        keys = [str(uid) for uid in sorted(uids)]
        return Listing(uidvalidity=self._uidvalidity, keys=keys, count=self._count, next_uid=self._next_uid)

    def marked(self) -> Collection[str]:
        """See `Source.marked`."""
        return {str(uid) for uid in self._session.search_uids("DELETED", at_most=self._count)}

    def describe(self, keys: Sequence[str], *, dates: bool = False) -> Iterator[Entry]:
        """See `Source.describe`."""
        items = "(UID RFC822.SIZE INTERNALDATE)" if dates else "(UID RFC822.SIZE)"
        uids = [int(key) for key in keys]
        for start in range(0, len(uids), _DESCRIBED):
            some = uids[start : start + _DESCRIBED]
            found, refused = self._described(items, [held for _, held in uid_sets(some)])
            if refused:
                # A server may answer NO for all because of one message; that one's size comes with its body.
                alone, refused = self._described(items, [[uid] for uid in some if uid not in found])
                found |= alone
                if refused and not found:
                    raise SourceError(
                        f"{self._wire.address} does not tell the sizes of messages: {next(iter(refused.values()))}"
                    )
            for uid in some:
                if uid in found:
                    yield found[uid]
                elif uid in refused:
                    yield Entry(key=str(uid), size=0)

    def _described(self, items: str, sets: Sequence[Sequence[int]]) -> tuple[dict[int, Entry], dict[int, str]]:
        """Ask about sets of messages. Returns what is told of each, and of the first of each refused set why."""
        found: dict[int, Entry] = {}
        refused: dict[int, str] = {}
        for part in pipelined(self._session, deque(Ask(uids, items, 100 * len(uids)) for uids in sets)):
            if isinstance(part, Completed):
                if part.status != "OK":
                    refused[part.ask.uids[0]] = part.text
            elif b"RFC822.SIZE" in part.data:
                found[part.uid] = _entry(part)
        return found, refused

    def _bodies(self, entries: Sequence[Entry]) -> Iterator[Download]:
        return bodies(self._session, entries)

    def _reopen(self) -> None:
        before = self._uidvalidity
        super()._reopen()
        if self._uidvalidity != before:
            raise FolderError(f"{self._wire.address} has renumbered the folder meanwhile; the next run goes on")

    def _header(self, key: str) -> bytes:
        found = b""
        ask = Ask([int(key)], f"(UID BODY.PEEK[HEADER]<0.{LITERAL}>)", LITERAL)
        for part in pipelined(self._session, deque([ask])):
            if isinstance(part, Completed):
                if part.status != "OK":
                    raise RefusedError(f"{self._wire.address} does not give the header of message {key}: {part.text}")
            elif part.uid == int(key):
                found = part.data.get(b"BODY[HEADER]<0>") or found
        return found

    def delete(self, keys: Collection[str]) -> None:
        """See `Source.delete`."""
        if self._changes_refused:
            self._removals.refuse(keys, self._changes_refused)
        else:
            self._removals.mark(self._session, [int(key) for key in keys])

    def move(self, keys: Collection[str], target: str) -> None:
        """See `Source.move`."""
        if self._changes_refused:
            self._removals.refuse(keys, self._changes_refused)
        else:
            self._removals.move(self._session, [int(key) for key in keys], target, self._capabilities)

    def finish(self) -> Settlement:
        """See `Source.finish`."""
        return self._removals.finish(self._session, self._capabilities)

    def folders(self) -> Iterable[str]:
        """See `Source.folders`."""
        session = self._session
        with session.talking(LITERAL):
            found = session.list_folders()
        return sorted(words(name) for flags, _, name in found if rb"\Noselect" not in flags)

    def _say_goodbye(self) -> None:
        session = self._session_or_none
        if session is not None and not session.connection.owed:
            session.idle.stop(within=FAREWELL)
            with session.talking():
                self._wire.hurry(FAREWELL)
                session.logout()


def _entry(part: Told) -> Entry:
    date = part.data.get(b"INTERNALDATE")
    size = part.data[b"RFC822.SIZE"]
    return Entry(
        key=str(part.uid),
        size=min(size, _NUMBER) if isinstance(size, int) else 0,
        internal_date=utc(date) if isinstance(date, datetime) else None,
    )
