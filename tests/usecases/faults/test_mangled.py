"""Servers whose answers are mangled at random: whatever a run, a look or a comparison meets, it is expected trouble."""

import random
from contextlib import suppress
from dataclasses import replace

import pytest

from allegra_tui.model.settings import Protocol
from allegra_tui.secrets import Vault
from allegra_tui.sources import SourceError
from allegra_tui.usecases import connect, first_contact
from allegra_tui.usecases.reconcile import reconcile
from tests.servers.faulty import Fault, Maildrop, faulty
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter

PIECES = (
    *(b"NIL", b"(", b")", b'"', b"[", b"]", b"\\", b"*", b"\r\n", b"\0", b"\xff", b"-1", b"9" * 30, b"UID", b"FETCH"),
    *(
        b"{5}\r\n",
        b"{0}\r\n",
        b"{99999999999}\r\n",
        b"{2+}\r\n",
        b"+ \r\n",
        b".\r\n",
        b"-ERR\r\n",
        b"+OK\r\n",
        b"1 \r\n",
    ),
    *(
        b"* BYE x\r\n",
        b"* 1 EXPUNGE\r\n",
        b"* 0 EXISTS\r\n",
        b"* SEARCH 1 x 3\r\n",
        b"* CAPABILITY\r\n",
        b"* FLAGS\r\n",
    ),
    *(b"* 2 FETCH ()\r\n", b"* 2 FETCH (UID x)\r\n", b"* 2 FETCH (UID 2 BODY[] NIL)\r\n", b"* OK [UIDVALIDITY]\r\n"),
    *(b"* OK [UIDNEXT a]\r\n", b'* 1 FETCH (UID 1 INTERNALDATE " 1-Foo-2020 00:00:00 +0000")\r\n', b"1 \r\n"),
)


class Mangled(Fault):
    """Puts pieces in, leaves bytes out, and repeats and shuffles what is said."""

    def __init__(self, chance: random.Random, share: float) -> None:
        self._chance = chance
        self._share = share

    async def send(self, talk: Talk, data: bytes) -> None:
        await talk.put(self._mangle(data) if self._chance.random() < self._share else data)

    def _mangle(self, data: bytes) -> bytes:
        for _ in range(self._chance.choice((1, 1, 2, 4))):
            at = self._chance.randrange(len(data) + 1)
            match self._chance.randrange(5):
                case 0 | 1:
                    data = data[:at] + self._chance.choice(PIECES) + data[at:]
                case 2:
                    data = data[:at] + data[at + self._chance.choice((1, 3, 10)) :]
                case 3:
                    data += data[at:]
                case _:
                    lines = data.split(b"\r\n")
                    self._chance.shuffle(lines)
                    data = b"\r\n".join(lines)
        return data


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_mangled_answers_are_expected_trouble(
    intake: Intake, protocol: Protocol, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = Vault(intake.directory / "secret.key")
    for number in range(200 if pytestconfig.getoption("--long") else 5):
        chance = random.Random(number)
        drop = Maildrop((letter(f"Letter {number} {place}") for place in range(5)), user=f"user{number}")
        with faulty(protocol, drop, Mangled(chance, chance.choice((0.05, 0.15, 0.4)))) as server:
            settings = server.mailbox(
                read_timeout=0.3,
                first_contact=chance.choice(("all", "new", 5)),
                move_to="Processed" if protocol is Protocol.IMAP and chance.random() < 0.4 else None,
            )
            box = intake.add(replace(settings, name=f"box{number}"), drop.password)
            for dry_run in (False, True, False):
                intake.fetch(box.name, dry_run=dry_run)
            for look in (first_contact.held, reconcile, connect.folders):
                with suppress(SourceError):
                    look(intake.store, vault, box)
            list(connect.try_steps(intake.store, vault, box))
    assert capsys.readouterr() == ("", "")
