"""The connection tried step by step, by the code of the fetch."""

from dataclasses import replace

import pytest

from allegra_tui.model.settings import Protocol, Secret, SecretKind, Security
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources.source import ConnectError, StepName
from allegra_tui.store import mailboxes
from allegra_tui.usecases import configure, connect
from allegra_tui.usecases.errors import Changed, Refused
from tests.servers.dovecot import DovecotAccount
from tests.usecases.conftest import Intake


@pytest.fixture
def vault(intake: Intake) -> Vault:
    return Vault(intake.directory / "secret.key")


def test_a_password_that_is_only_typed_is_tried(intake: Intake, account: DovecotAccount, vault: Vault) -> None:
    box = account.mailbox()
    *_, last = connect.try_steps(intake.store, vault, box, password=account.password)
    assert (last.step, last.ok) == (StepName.FOLDER, True)
    *_, last = connect.try_steps(intake.store, vault, box, password="wrong")
    assert (last.step, last.ok) == (StepName.LOGIN, False)


def test_without_the_password_the_steps_before_the_log_in_are_tried(
    intake: Intake, account: DovecotAccount, vault: Vault
) -> None:
    box = replace(account.mailbox(), secret=Secret(kind=SecretKind.ENV, value=("NO_SUCH_VARIABLE",)))
    tried = list(connect.try_steps(intake.store, vault, box))
    assert [(step.step, step.ok) for step in tried] == [
        (StepName.RESOLVE, True),
        (StepName.CONNECT, True),
        (StepName.TLS, True),
        (StepName.LOGIN, False),
    ]
    assert "NO_SUCH_VARIABLE" in tried[-1].detail
    with pytest.raises(SecretError):
        connect.folders(intake.store, vault, box)


def test_trying_changes_nothing_on_the_server(intake: Intake, account: DovecotAccount, vault: Vault) -> None:
    account.deliver(b"Subject: x\r\n\r\n")
    before = account.messages()
    assert all(step.ok for step in connect.try_steps(intake.store, vault, account.mailbox(), password=account.password))
    assert account.messages() == before


def test_folders_are_listed_though_the_one_that_is_set_is_wrong(
    intake: Intake, account: DovecotAccount, vault: Vault
) -> None:
    account.folder_path("Später")
    found = connect.folders(intake.store, vault, account.mailbox(folder="Nowhere"), password=account.password)
    assert {"INBOX", "Später"} <= set(found)
    pop3 = account.mailbox(protocol=Protocol.POP3)
    assert connect.folders(intake.store, vault, pop3, password=account.password) == []


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS, Security.STARTTLS_IF_AVAILABLE])
def test_the_certificate_that_a_server_presents(
    account: DovecotAccount, protocol: Protocol, security: Security
) -> None:
    box = account.mailbox(protocol=protocol, security=security)
    trusted = connect.presented(box)
    assert (trusted.sha256, trusted.problem) == (account.dovecot.issued.sha256, "")
    unknown = connect.presented(replace(box, ca_pem=None))
    assert unknown.sha256 == trusted.sha256
    assert unknown.problem
    assert list(unknown.names) == ["localhost"]


def test_what_has_no_certificate(account: DovecotAccount) -> None:
    with pytest.raises(Refused, match="has no encryption"):
        connect.presented(account.mailbox(security=Security.NONE))
    with pytest.raises(ConnectError):
        connect.presented(account.mailbox(port=1))


def test_only_what_verification_refuses_is_pinned_and_nobody_is_overwritten(
    intake: Intake, account: DovecotAccount, vault: Vault
) -> None:
    box = intake.add(account.mailbox(), account.password)
    with pytest.raises(Refused, match="no pin is needed"):
        connect.pin(intake.store, vault, box, connect.presented(box), who="x")
    unknown = connect.presented(replace(box, ca_pem=None))
    connect.pin(intake.store, vault, box, unknown, who="x")
    with pytest.raises(Changed):
        connect.pin(intake.store, vault, box, unknown, who="x")
    with intake.store.read() as tx:
        pinned = configure.find_mailbox(tx, box.name)
        assert mailboxes.state(tx, box.id).next_run is None  # it never ran, so it waits for its first interval
    assert pinned.pin == account.dovecot.issued.sha256
    assert all(step.ok for step in connect.try_steps(intake.store, vault, pinned))
    other = replace(pinned, pin="0" * 64)
    *_, last = connect.try_steps(intake.store, vault, other)
    assert (last.step, last.ok) == (StepName.TLS, False)
