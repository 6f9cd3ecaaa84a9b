"""The fixtures themselves: what the other tests rely on."""

import imaplib
import poplib
import subprocess
import sys
import time

import pytest

from allegra_tui.model.settings import Protocol, Security
from tests.servers.delay import delayed
from tests.servers.dovecot import Dovecot, DovecotAccount
from tests.servers.ports import HOST
from tests.servers.pymap import Pymap

RAW = b"Subject: hello\r\n\r\nBody\r\n"


def test_a_delivered_message_is_read_back_unchanged(account: DovecotAccount) -> None:
    account.deliver(RAW)
    account.deliver(RAW, folder="Übergabe.Alt")
    assert [(message.uid, message.raw, message.flags) for message in account.messages()] == [(1, RAW, frozenset())]
    assert [message.raw for message in account.messages("&ANw-bergabe.Alt")] == [RAW]


def test_every_delivery_keeps_its_order(account: DovecotAccount) -> None:
    bodies = [b"Subject: %d\r\n\r\n" % number for number in range(30)]
    account.deliver_all(bodies)
    assert [message.raw for message in account.messages()] == bodies


def test_pop3_reads_the_same_mailbox(account: DovecotAccount, dovecot: Dovecot) -> None:
    account.deliver(RAW)
    port = dovecot.port(Protocol.POP3, Security.SSL)
    connection = poplib.POP3_SSL(HOST, port, context=dovecot.authority.client_context(), timeout=30)
    connection.user(account.username)
    connection.pass_(account.password)
    assert connection.stat()[0] == 1
    connection.quit()


def test_renumber_changes_the_uidvalidity(account: DovecotAccount) -> None:
    account.deliver(RAW)

    def uidvalidity() -> bytes:
        with account.imap("INBOX") as connection:
            value = connection.response("UIDVALIDITY")[1][0]
            assert isinstance(value, bytes)
            return value

    before = uidvalidity()
    account.renumber()
    assert uidvalidity() != before
    assert len(account.messages()) == 1


def test_flags_and_expunge_are_seen_by_others(account: DovecotAccount) -> None:
    account.deliver_all([RAW, RAW])
    account.store_flags("1", r"\Seen")
    assert account.messages()[0].flags == {r"\Seen"}
    account.expunge("1")
    assert [message.uid for message in account.messages()] == [2]


def test_a_wrong_password_is_refused_at_once(account: DovecotAccount) -> None:
    connection = account.dovecot.imap()
    started = time.monotonic()
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        connection.login(account.username, "wrong")
    assert time.monotonic() - started < 5
    connection.logout()


def test_pymap_takes_and_gives_messages(pymap_server: Pymap, pymap_folder: str) -> None:
    account = pymap_server.account()
    account.append(RAW, pymap_folder)
    assert [message.raw for message in account.messages(pymap_folder)] == [RAW]


def test_the_proxy_runs_as_a_program(account: DovecotAccount) -> None:
    target = f"127.0.0.1:{account.dovecot.port(Protocol.IMAP, Security.NONE)}"
    command = [sys.executable, "-m", "tests.servers.delay", "--target", target, "--milliseconds", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        connection = imaplib.IMAP4(HOST, int(process.stdout.readline()), timeout=30)
        assert connection.noop()[0] == "OK"
        connection.logout()
        process.terminate()


def test_the_proxy_delays_each_direction(account: DovecotAccount) -> None:
    port = account.dovecot.port(Protocol.IMAP, Security.NONE)
    with delayed(port, 0.05) as proxy:
        connection = imaplib.IMAP4(HOST, proxy, timeout=30)
        started = time.monotonic()
        connection.noop()
        assert time.monotonic() - started >= 0.1
        connection.logout()
