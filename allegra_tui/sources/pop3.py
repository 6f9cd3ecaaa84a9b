"""POP3 (RFC 1939, 2449). poplib owns the session. Deletions happen at QUIT, and only its answer makes them certain."""

import poplib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from allegra_tui.model.credential import BearerToken, Obtain
from allegra_tui.model.settings import Mailbox
from allegra_tui.sources import sasl
from allegra_tui.sources.network import FAREWELL, NetworkSource
from allegra_tui.sources.pop3_listing import arrived, distinct, named, octets
from allegra_tui.sources.pop3_session import Answer, Command, Session, told, translated
from allegra_tui.sources.source import (
    Certificate,
    ConnectError,
    Download,
    Entry,
    FolderError,
    Listing,
    RefusedError,
    Settlement,
    SourceError,
    Step,
    StepName,
)
from allegra_tui.sources.tls import Handshake
from allegra_tui.sources.wire import OversizedError

_HEADER = 1024 * 1024
_USUAL_HEADER = 32 * 1024
"""Bytes of headers as they are, and as most are."""


class Pop3Source(NetworkSource):
    """The one maildrop of a POP3 account."""

    def __init__(self, mailbox: Mailbox, obtain: Obtain) -> None:
        super().__init__(mailbox, obtain)
        self._session_or_none: Session | None = None
        self._abilities: dict[str, list[str]] = {}
        self._count = 0
        self._numbers: dict[str, int] | None = None
        self._sizes: dict[str, int] = {}
        self._top_is_whole = True
        self._marked: list[str] = []
        self._gone: list[str] = []
        self._refused: dict[str, str] = {}

    @property
    def _session(self) -> Session:
        if self._session_or_none is None:
            raise ConnectError(f"there is no connection to {self._wire.address}")
        return self._session_or_none

    def _forget(self) -> None:
        self._marked, self._gone, self._refused = [], [], {}

    def _greet(self) -> None:
        self._session_or_none = Session(self._wire)
        self._numbers = None

    def _upgrade(self, handshake: Callable[[], Handshake]) -> Certificate | None:
        session = self._session
        abilities = session.abilities()
        if abilities and "STLS" not in abilities:
            return None
        self._wire.expect(0)
        try:
            return session.upgrade(handshake())
        except poplib.error_proto:
            return None

    def _enter(self) -> Iterator[Step]:
        session = self._session
        self._wire.expect(0)
        self._abilities = session.abilities()
        self._log_in()
        yield Step(name=StepName.LOGIN, detail=f"logged in as {self._mailbox.username}")
        self._wire.expect(0)
        self._abilities = session.abilities()
        yield Step(name=StepName.CAPABILITIES, detail=self._told_abilities())
        self._wire.expect(0)
        with translated(self._wire):
            self._count, size = session.stat()
        yield Step(name=StepName.FOLDER, detail=f"the mailbox holds {self._count} messages, {size} bytes")

    def _give_password(self, password: str) -> str | None:
        session, user = self._session, self._mailbox.username
        self._wire.expect(0)
        with translated(self._wire):
            if "PLAIN" in self._abilities.get("SASL", ()) and "USER" not in self._abilities:
                return session.authenticate("PLAIN", f"\0{user}\0{password}".encode())  # RFC 4616
            try:
                session.user(user)
                session.pass_(password)
            except poplib.error_proto as error:
                return told(self._wire, error)
        return None

    def _give_token(self, token: BearerToken) -> str | None:
        mechanism = sasl.mechanism([name.upper() for name in self._abilities.get("SASL", ())])
        if mechanism is None:
            raise self._no_tokens()
        initial = self._initial(mechanism, token)
        self._wire.expect(0)
        with translated(self._wire):
            return self._session.authenticate(mechanism, initial)

    def _told_abilities(self) -> str:
        if not self._abilities:
            return "the server does not tell its capabilities"
        wanted = ("UIDL", "TOP", "PIPELINING")
        return ", ".join(f"{name}{'' if name in self._abilities else ' missing'}" for name in wanted)

    @property
    def _ahead(self) -> bool:
        return "PIPELINING" in self._abilities

    @property
    def announces(self) -> bool:
        """See `Source.announces`: POP3 shows what is there when a session begins, and no more."""
        return False

    def wait(self, seconds: float) -> bool:
        """See `Source.wait`."""
        return False

    def list(self) -> Listing:
        """See `Source.list`."""
        return Listing(uidvalidity=0, keys=list(self._numbered()), count=self._count)

    def marked(self) -> Collection[str]:
        """See `Source.marked`: a POP3 session sees no marks but its own."""
        return ()

    def _numbered(self) -> dict[str, int]:
        """Return the numbers that this session gives to messages, by key, listing them once."""
        if self._numbers is None:
            session = self._session
            with translated(self._wire):
                sizes = session.table("LIST", self._count)
                try:
                    uidls = session.table("UIDL", self._count)
                except poplib.error_proto:
                    if "UIDL" in self._abilities:  # it fails for now; under other names every message would seem new
                        raise
                    uidls = {}
            told = {number: octets(text) for number, text in sizes.items()}
            unnamed = {number: size for number, size in told.items() if not uidls.get(number)}
            names = {number: named(header, told[number]) for number, header in self._headers(unnamed)}
            self._numbers = distinct({number: uidls.get(number) or names[number] for number in sorted(told)})
            self._sizes = {key: told[number] for key, number in self._numbers.items()}
        return self._numbers

    def _headers(self, sizes: Mapping[int, int]) -> Iterator[tuple[int, bytes]]:
        """Ask for the headers alone of messages of which the size is told; no header is longer than its message.

        Raises `FolderError` where the server cannot do that either.
        """
        commands = [
            Command(str(number), f"TOP {number} 0", max(min(size, _HEADER), _USUAL_HEADER), multiline=True)
            for number, size in sizes.items()
        ]
        for answer in self._session.in_turn(commands, ahead=self._ahead):
            if not answer.ok:
                raise FolderError(
                    f"{self._wire.address} has neither lasting names (UIDL) nor headers (TOP) for its messages: "
                    f"{answer.text}; use IMAP"
                )
            yield int(answer.command.key), answer.body

    def describe(self, keys: Sequence[str], *, dates: bool = False) -> Iterator[Entry]:
        """See `Source.describe`. The date is that of the last Received line, or else of the message."""
        numbers = self._numbered()
        present = [key for key in keys if key in numbers]
        if not dates:
            yield from (Entry(key=key, size=self._sizes[key]) for key in present)
            return
        headers = self._headers({numbers[key]: self._sizes[key] for key in present})
        for key, (_, header) in zip(present, headers, strict=True):
            yield Entry(key=key, size=self._sizes[key], internal_date=arrived(header))

    def _bodies(self, entries: Sequence[Entry]) -> Iterator[Download]:
        numbers = self._numbered()
        present = [entry for entry in entries if entry.key in numbers]
        yield from (
            Download(key=entry.key, problem="vanished", vanished=True) for entry in entries if entry.key not in numbers
        )
        if self._unseen():
            # Servers that also have the mailbox for IMAP mark as read what was asked for by RETR.
            again = []
            for answer in self._asked("TOP {number} 99999999", present):
                if answer.ok and len(answer.body) == answer.command.size:
                    yield Download(key=answer.command.key, raw=answer.body)
                else:
                    again.append(answer.command.key)
            present = [entry for entry in present if entry.key in again]
            self._top_is_whole = self._top_is_whole and not again
        for answer in self._asked("RETR {number}", present):
            yield _download(answer)

    def _unseen(self) -> bool:
        """Whether messages that stay can be had by TOP, which leaves their flags alone."""
        stay = self._read_only or self._mailbox.leave_on_server
        return stay and self._top_is_whole and "TOP" in self._abilities

    def _asked(self, text: str, entries: Sequence[Entry]) -> Iterator[Answer]:
        numbers = self._numbered()
        commands = [
            Command(entry.key, text.format(number=numbers[entry.key]), entry.size, multiline=True) for entry in entries
        ]
        current = iter(commands)
        try:
            for answer in self._session.in_turn(commands, ahead=self._ahead):
                next(current)
                yield answer
        except OversizedError as error:
            error.key = next(current).key
            raise

    def _reopen(self) -> None:
        super()._reopen()
        # The old session ended without QUIT, so nothing is marked any more.
        marked, self._marked = self._marked, []
        self.delete(marked)

    def _header(self, key: str) -> bytes:
        number = self._numbered().get(key)
        if number is None:
            return b""
        command = Command(key, f"TOP {number} 0", _HEADER, multiline=True)
        (answer,) = self._session.in_turn([command], ahead=False)
        if not answer.ok:
            raise RefusedError(f"{self._wire.address} does not give the header of message {key}: {answer.text}")
        return answer.body[:_HEADER]

    def delete(self, keys: Collection[str]) -> None:
        """See `Source.delete`."""
        if self._read_only:
            self._refused.update(dict.fromkeys(keys, "the connection is read-only"))
            return
        numbers = self._numbered()
        self._gone += [key for key in keys if key not in numbers]
        commands = [Command(key, f"DELE {numbers[key]}") for key in keys if key in numbers]
        for answer in self._session.in_turn(commands, ahead=self._ahead):
            if answer.ok:
                self._marked.append(answer.command.key)
            else:
                self._refused[answer.command.key] = f"the server does not mark it as deleted: {answer.text}"

    def move(self, keys: Collection[str], target: str) -> None:
        """See `Source.move`: POP3 has no folders."""
        self._refused.update(dict.fromkeys(keys, f"POP3 has no folder {target} to move it to"))

    def finish(self) -> Settlement:
        """See `Source.finish`."""
        self._wire.expect(0)
        try:
            with translated(self._wire):
                self._session.quit()
        except SourceError as error:
            self._wire.close()
            if not self._marked:
                return Settlement(done=self._gone, refused=dict(self._refused))
            raise type(error)(
                f"{error}; without an answer to QUIT no deletion is certain, so the next run looks"
            ) from error
        return Settlement(done=[*self._gone, *self._marked], refused=dict(self._refused))

    def folders(self) -> Iterable[str]:
        """See `Source.folders`: POP3 has none."""
        return ()

    def _say_goodbye(self) -> None:
        # QUIT would carry deletions out; without it the server forgets them.
        session = self._session_or_none
        if session is not None and not self._marked and not session.owed:
            self._wire.expect(0)
            self._wire.hurry(FAREWELL)
            with translated(self._wire):
                session.quit()


def _download(answer: Answer) -> Download:
    command, raw = answer.command, answer.body
    if not answer.ok:
        return Download(key=command.key, problem=f"the server refuses it: {answer.text}")
    if not raw:
        return Download(key=command.key, problem="the server gives no content for it")
    # The sizes of LIST are estimates with some servers, so a few bytes prove nothing.
    if command.size - len(raw) > max(command.size // 10, 64):
        problem = f"cut short: {len(raw)} of {command.size} bytes came"
        return Download(key=command.key, raw=raw, problem=problem)
    return Download(key=command.key, raw=raw)
