"""Certificates over time: remembered, warned of before they end, changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.secrets import Vault
from allegra_tui.sources.source import TlsError
from allegra_tui.store import mailboxes
from allegra_tui.usecases import attention, certificates, connect, overview, status
from allegra_tui.usecases.errors import Refused
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, DovecotAccount, running
from tests.usecases.conftest import Intake, letter

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def renewing() -> Iterator[Dovecot]:
    """A Dovecot whose certificate changes."""
    with running() as server:
        yield server


@pytest.fixture
def vault(intake: Intake) -> Vault:
    return Vault(intake.directory / "secret.key")


def state(intake: Intake, box: Mailbox) -> MailboxState:
    with intake.store.read() as tx:
        return mailboxes.state(tx, box.id)


def current(intake: Intake, box: Mailbox) -> Mailbox:
    with intake.store.read() as tx:
        found = mailboxes.get(tx, box.id)
    assert found is not None
    return found


def test_a_change_of_the_pinned_one_stops_the_mailbox_until_the_new_one_is_trusted(
    intake: Intake, renewing: Dovecot, vault: Vault
) -> None:
    account = renewing.account()
    box = intake.add(account.mailbox(ca_pem=None), account.password)
    old = connect.presented(box)
    connect.pin(intake.store, vault, box, old, who="anna")
    box = current(intake, box)
    assert certificates.pinned(intake.store, box) == replace(old, names=tuple(old.names), problem="")
    assert intake.fetch().mailboxes[0].error is None
    renewing.authority.issue("server", ["localhost"], days=10)  # into the files it is started with
    renewing.restart()
    account.deliver(letter("Printer"))
    (stopped,) = intake.fetch().mailboxes
    assert stopped.error is not None
    assert f"pinned {old.sha256[:16]}" in stopped.error
    assert intake.issues() == []
    assert certificates.pinned(intake.store, box) is not None  # to be shown beside the new one
    new = connect.presented(box)
    assert new.sha256 != old.sha256
    connect.pin(intake.store, vault, box, new, who="anna")
    with intake.store.read() as tx:
        due = mailboxes.state(tx, box.id).next_run
        assert due is not None
        assert due <= tx.now()
    (done,) = intake.fetch().mailboxes
    assert done.error is None
    assert [issue.title for issue in intake.issues()] == ["Printer"]
    (warned,) = status.every(intake.store)
    assert warned.warning is not None
    assert "the server's pinned certificate ends on" in warned.warning
    assert "in 9 days" in warned.warning
    assert "mailbox trust box" in warned.warning
    assert not warned.alarming
    found = attention.concerns(overview.situation(intake.store))
    assert [one.text for one in found if one.kind is attention.Kind.CERTIFICATE] == [f"box: {warned.warning}"]


def test_what_a_trusted_server_showed_is_remembered(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(), account.password)
    assert state(intake, box).certificate is None
    intake.fetch()
    found = state(intake, box).certificate
    assert found is not None
    assert found.sha256 == account.dovecot.issued.sha256
    assert found.not_after == account.dovecot.issued.certificate.not_valid_after_utc
    (seen,) = status.every(intake.store)
    assert (seen.certificate_ends, seen.warning) == (found.not_after, None)
    intake.change(replace(box, username="other"))
    assert state(intake, box).certificate is None


def remembered(days: float) -> MailboxState:
    end = NOW + timedelta(days=days)
    facts = Certificate(subject="s", names=(), issuer="i", not_before=NOW, not_after=end, sha256="ab" * 32)
    return MailboxState(mailbox_id=1, certificate=facts)


def test_it_is_warned_of_thirty_days_ahead() -> None:
    box = Mailbox(name="box", host="h", username="u")
    pinned = replace(box, pin="ab" * 32)
    assert certificates.ending(box, remembered(30.01), NOW) is None
    assert certificates.ending(box, MailboxState(mailbox_id=1), NOW) is None
    assert "ends on 2026-12-01, in 29 days: unless" in (certificates.ending(box, remembered(29.5), NOW) or "")
    assert "in 1 day:" in (certificates.ending(box, remembered(1.5), NOW) or "")
    assert "ended on 2026-11-01" in (certificates.ending(pinned, remembered(-1), NOW) or "")
    for quiet in (replace(box, security=Security.NONE), replace(box, protocol=Protocol.MAILDIR)):
        assert certificates.ending(quiet, remembered(1), NOW) is None


def test_an_authority_is_trusted_in_place_of_a_pin(
    intake: Intake, account: DovecotAccount, vault: Vault, tmp_path: Path
) -> None:
    box = intake.add(account.mailbox(ca_pem=None, pin="0" * 64), account.password)
    stranger = replace(box, ca_pem=Authority(tmp_path, "Stranger").pem)
    with pytest.raises(Refused, match="is refused as well"):
        connect.trust_authority(intake.store, vault, box, stranger, who="anna")
    assert current(intake, box) == box
    trusting = replace(box, ca_pem=account.dovecot.ca_pem)
    found = connect.trust_authority(intake.store, vault, box, trusting, who="anna")
    assert found.sha256 == account.dovecot.issued.sha256
    assert current(intake, box) == replace(trusting, pin=None)
    assert intake.fetch().mailboxes[0].error is None
    with pytest.raises(TlsError):
        connect.trust_authority(intake.store, vault, box, replace(box, ca_pem="none"), who="anna")
