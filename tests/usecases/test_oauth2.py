"""Logging in by OAuth2: signing in, renewal, what a provider may say, and Dovecot's own check of the tokens."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.model.sign_in import SignIn
from allegra_tui.secrets import Vault
from allegra_tui.sources.source import CancelledError, SignInError, StepName
from allegra_tui.store import Store, audit, mailboxes, sign_ins
from allegra_tui.usecases import attention, configure, connect, keys, overview, status, tokens
from allegra_tui.usecases.errors import Changed, NotFound, Refused
from allegra_tui.usecases.sign_in import Attempt
from allegra_tui.usecases.watch.wanted import wanted
from tests.servers.authorization import AuthorizationServer, dovecot_config, serving
from tests.servers.dovecot import Dovecot, DovecotAccount, running
from tests.usecases.children import renew, start
from tests.usecases.conftest import Intake


@pytest.fixture(scope="module")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthorizationServer]:
    with serving(tmp_path_factory.mktemp("provider")) as server:
        yield server


@pytest.fixture(scope="module")
def trusting(provider_process: AuthorizationServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """A Dovecot that takes the provider's tokens."""
    with running(dovecot_config(provider_process, tmp_path_factory.mktemp("dovecot"))) as server:
        yield server


@pytest.fixture
def provider(provider_process: AuthorizationServer) -> AuthorizationServer:
    provider_process.reset()
    return provider_process


@pytest.fixture
def account(trusting: Dovecot) -> DovecotAccount:
    return trusting.account()


@pytest.fixture
def vault(intake: Intake) -> Vault:
    return Vault(intake.directory / "secret.key")


@pytest.fixture
def box(intake: Intake, account: DovecotAccount, provider: AuthorizationServer) -> Mailbox:
    """A mailbox that nobody signed in to yet."""
    return intake.add(reached(account, provider))


def reached(account: DovecotAccount, server: AuthorizationServer, **changes: Any) -> Mailbox:
    both = (account.dovecot.ca_pem or "") + server.authority.pem
    return replace(account.mailbox(), **{**server.settings(), "ca_pem": both, **changes})


def sign_in(intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer) -> None:
    attempt = Attempt(intake.store, vault, box, pause=Person(provider, box.username, "approved"))
    attempt.begin()
    attempt.wait(who="anna")


def stored(store: Store, box: Mailbox) -> SignIn | None:
    with store.read() as tx:
        return sign_ins.find(tx, box.id)


def age(store: Store, box: Mailbox, seconds: int) -> None:
    """Let a sign-in be older than it is."""
    with store.write() as tx:
        found = sign_ins.find(tx, box.id)
        assert found is not None
        ago = timedelta(seconds=seconds)
        sign_ins.save(tx, replace(found, renew_at=found.renew_at - ago, expires_at=found.expires_at - ago))


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def last(intake: Intake, vault: Vault, box: Mailbox) -> connect.Tried:
    *_, found = connect.try_steps(intake.store, vault, box)
    return found


# --- signing in


@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_signed_in_mail_is_taken(
    intake: Intake,
    account: DovecotAccount,
    provider: AuthorizationServer,
    vault: Vault,
    protocol: Protocol,
    security: Security,
) -> None:
    port = account.dovecot.port(protocol, security)
    box = intake.add(reached(account, provider, protocol=protocol, security=security, port=port))
    account.deliver(b"From: anna@bosch.com\r\nSubject: Printer\r\n\r\nIt does not print.\r\n")
    sign_in(intake, vault, box, provider)
    done = intake.fetch()
    assert [one.error for one in done.mailboxes] == [None]
    assert [issue.title for issue in intake.issues()] == ["Printer"]


def test_before_anybody_signed_in_it_is_said_how(intake: Intake, vault: Vault, box: Mailbox) -> None:
    failed = last(intake, vault, box)
    assert (failed.step, failed.ok) == (StepName.LOGIN, False)
    assert failed.detail == "nobody has signed in to mailbox box yet: allegra-tui mailbox sign-in box"
    (seen,) = status.every(intake.store)
    assert (seen.error, seen.warning) == (None, failed.detail)
    (done,) = intake.fetch().mailboxes
    assert done.error == failed.detail
    (seen,) = status.every(intake.store)
    assert (seen.error, seen.warning) == (failed.detail, None)
    found = attention.concerns(overview.situation(intake.store))
    assert [one.text for one in found if one.mailbox == "box"] == [f"box: {failed.detail}"]


def test_a_browser_signs_in_where_there_are_no_device_codes(
    intake: Intake, account: DovecotAccount, provider: AuthorizationServer, vault: Vault
) -> None:
    box = intake.add(reached(account, provider, **{"device_endpoint": "", **provider.settings(device=False)}))
    attempt = Attempt(intake.store, vault, box)
    shown = attempt.begin()
    assert shown.code is None
    end = provider.browse(shown.address, box.username)
    with pytest.raises(SignInError, match="at which signing in ends"):
        attempt.finish("http://127.0.0.1:51773/", who="anna")
    with pytest.raises(SignInError, match="another attempt"):
        attempt.finish(end.replace("state=", "state=x"), who="anna")
    attempt.finish(f"  {end[:60]}\n{end[60:]}\n", who="anna")  # as a terminal may break it
    assert last(intake, vault, box).ok


def test_a_browser_that_declined_is_told(
    intake: Intake, account: DovecotAccount, provider: AuthorizationServer, vault: Vault
) -> None:
    box = intake.add(reached(account, provider, **{"device_endpoint": "", **provider.settings(device=False)}))
    attempt = Attempt(intake.store, vault, box)
    end = provider.browse(attempt.begin().address, box.username)
    with pytest.raises(SignInError, match="access_denied"):
        attempt.finish(end.replace("code=", "error=access_denied&x="), who="anna")
    with pytest.raises(SignInError, match="copy it whole"):
        attempt.finish(end.replace("code=", "x="), who="anna")


class Person:
    """Stands in for the time between two questions: does the next thing on the list, and notes how long it waited."""

    def __init__(self, provider: AuthorizationServer, username: str, *statuses: str) -> None:
        self._provider, self._username, self._statuses = provider, username, list(statuses)
        self.waited: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.waited.append(seconds)
        if self._statuses:
            self._provider.decide(self._statuses.pop(0), self._username)
        return False


def test_the_provider_is_asked_as_often_as_it_wants(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    provider.interval = 7
    person = Person(provider, box.username, "authorization_pending", "slow_down", "slow_down", "approved")
    attempt = Attempt(intake.store, vault, box, pause=person)
    shown = attempt.begin()
    assert (shown.code, shown.seconds) == ("WDJB-MJHT", 900)
    attempt.wait(who="anna")
    assert person.waited == [7, 7, 12, 17]
    assert last(intake, vault, box).ok
    with intake.store.read() as tx:
        assert [(entry.who, entry.action, entry.subject) for entry in audit.entries(tx)][:1] == [
            ("anna", "sign in", "mailbox box")
        ]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("access_denied", "somebody declined"),
        ("expired_token", "the code has expired"),
        ("unauthorized_client", "localhost refuses: unauthorized_client"),
    ],
)
def test_what_ends_a_sign_in_is_told(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer, status: str, says: str
) -> None:
    attempt = Attempt(intake.store, vault, box, pause=Person(provider, "", status))
    attempt.begin()
    with pytest.raises(SignInError, match=says):
        attempt.wait(who="anna")
    assert stored(intake.store, box) is None


def test_a_provider_that_stumbles_is_asked_again_later(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    person = Person(provider, box.username, "approved")
    attempt = Attempt(intake.store, vault, box, pause=person)
    attempt.begin()
    provider.answers += [lambda: (503, b"busy"), lambda: (200, b"x" * 100_000)]
    attempt.wait(who="anna")
    assert person.waited == [1, 2, 4]


def test_a_sign_in_can_be_cancelled_while_it_waits_for_the_person(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    provider.interval = 60
    attempt = Attempt(intake.store, vault, box)
    attempt.begin()
    timer = threading.Timer(0.1, attempt.cancel)
    timer.start()
    with pytest.raises(CancelledError):
        attempt.wait(who="anna")
    timer.join()
    assert [path for path, _ in provider.asked] == ["/device"]


def test_a_sign_in_can_be_cancelled_while_it_waits_for_the_provider(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    attempt = Attempt(intake.store, vault, box, pause=lambda _: False)
    attempt.begin()
    release = threading.Event()

    def stall() -> tuple[int, bytes]:
        attempt.cancel()
        release.wait(60)
        return 500, b""

    provider.answers = [stall]
    with pytest.raises(CancelledError):
        attempt.wait(who="anna")
    release.set()
    assert stored(intake.store, box) is None


def test_what_needs_no_signing_in_and_what_changed_meanwhile(
    intake: Intake, account: DovecotAccount, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    with pytest.raises(Refused, match="--auth oauth2"):
        Attempt(intake.store, vault, account.mailbox())
    attempt = Attempt(intake.store, vault, box, pause=Person(provider, box.username, "approved"))
    attempt.begin()
    intake.change(replace(box, scope="other"))
    with pytest.raises(Changed):
        attempt.wait(who="anna")


def test_without_a_refresh_token_nobody_is_signed_in(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    attempt = Attempt(intake.store, vault, box, pause=Person(provider, box.username))
    attempt.begin()
    provider.answers = [lambda: (200, b'{"access_token": "x", "token_type": "Bearer"}')]
    with pytest.raises(SignInError, match="no refresh token"):
        attempt.wait(who="anna")


def test_forgotten(intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer) -> None:
    sign_in(intake, vault, box, provider)
    tokens.forget(intake.store, box.name, who="anna")
    assert "nobody has signed in" in last(intake, vault, box).detail
    with pytest.raises(NotFound):
        tokens.forget(intake.store, box.name, who="anna")


def test_other_settings_need_another_sign_in(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    other = replace(box, client_id="other")
    intake.change(other)
    assert "the settings of mailbox box changed" in last(intake, vault, other).detail
    assert last(intake, vault, box).ok


# --- renewal


def test_a_token_is_used_until_it_is_about_to_expire(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    before = len(provider.asked)
    assert last(intake, vault, box).ok
    age(intake.store, box, 3_600 - 301)
    assert last(intake, vault, box).ok
    assert len(provider.asked) == before
    age(intake.store, box, 2)
    assert last(intake, vault, box).ok
    assert [form["grant_type"] for _, form in provider.asked[before:]] == ["refresh_token"]
    assert last(intake, vault, box).ok
    assert len(provider.asked) == before + 1


@pytest.mark.parametrize("rotating", [True, False])
def test_refresh_tokens_that_change_and_that_stay(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer, rotating: bool
) -> None:
    provider.rotating = rotating
    sign_in(intake, vault, box, provider)
    for _ in range(3):
        age(intake.store, box, 3_600)
        assert last(intake, vault, box).ok
    assert len(provider.redeemed) == 3
    assert len(set(provider.redeemed)) == (3 if rotating else 1)


def test_many_that_renew_at_once_ask_once_and_lose_nothing(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    (first,) = provider.access_tokens
    provider.busy = 1.0
    age(intake.store, box, 3_600)
    children = [start(renew, intake.directory) for _ in range(3)]
    wait_for(lambda: len(list(intake.directory.glob("*.ready"))) == 3)
    (intake.directory / "go").touch()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    given = {file.read_text() for file in intake.directory.glob("*.token")}
    assert given == set(provider.access_tokens) - {first}
    assert len(provider.redeemed) == 1
    age(intake.store, box, 3_600)
    assert last(intake, vault, box).ok  # with the refresh token that the one of them was given


def test_whoever_died_while_renewing_is_not_waited_for_for_ever(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    age(intake.store, box, 3_600)
    with intake.store.write() as tx:
        assert sign_ins.begin_renewal(tx, box.id, tx.now() + timedelta(seconds=1))
        assert not sign_ins.begin_renewal(tx, box.id, tx.now() + timedelta(seconds=1))
    assert last(intake, vault, box).ok


def test_a_provider_that_is_away_stops_nothing_while_the_token_lasts(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    age(intake.store, box, 3_600 - 100)
    provider.answers = [lambda: (503, b"")]
    assert last(intake, vault, box).ok
    age(intake.store, box, 100)
    provider.answers = [lambda: (503, b"")]
    failed = last(intake, vault, box)
    assert "localhost cannot answer at the moment (status 503)" in failed.detail
    assert last(intake, vault, box).ok  # nothing was lost by it


def test_a_token_that_the_mail_server_refuses_is_exchanged_once(
    intake: Intake, account: DovecotAccount, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    pop3 = reached(account, provider, protocol=Protocol.POP3, port=account.dovecot.port(Protocol.POP3, Security.SSL))
    for number, one in enumerate((box, intake.add(replace(pop3, name="pop")))):
        sign_in(intake, vault, one, provider)
        provider.access_tokens.clear()
        assert last(intake, vault, one).ok
        assert len(provider.redeemed) == number + 1
        provider.answers = [lambda: (200, b'{"access_token": "no-good", "expires_in": 3600}')]
        provider.access_tokens.clear()
        failed = last(intake, vault, one)
        assert (failed.step, failed.ok) == (StepName.LOGIN, False)
        assert "refuses the log-in" in failed.detail
        assert "no-good" not in failed.detail


def test_a_read_only_store_does_not_lose_what_was_renewed(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    age(intake.store, box, 3_600)
    with closing(Store.open(intake.store.path, read_only=True)) as store:
        assert all(step.ok for step in connect.try_steps(store, vault, box))
    assert len(provider.redeemed) == 1
    age(intake.store, box, 3_600)
    assert last(intake, vault, box).ok


def test_a_consent_that_was_withdrawn_is_told_with_the_next_step_and_not_asked_again(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    provider.revoke(box.username)
    (done,) = intake.fetch().mailboxes
    assert done.error == (
        "the log-in of mailbox box has expired or was withdrawn (localhost refuses: invalid_grant, The consent was "
        "withdrawn.); sign in again: allegra-tui mailbox sign-in box"
    )
    with intake.store.read() as tx:
        assert mailboxes.state(tx, box.id).error == done.error
    before = len(provider.asked)
    assert last(intake, vault, box).detail == done.error
    assert len(provider.asked) == before
    before_signing_in = wanted(intake.store, None)
    sign_in(intake, vault, box, provider)
    assert last(intake, vault, box).ok
    with intake.store.read() as tx:
        state = mailboxes.state(tx, box.id)
        assert state.next_run is not None  # at once, and not when its turn would be
        assert state.next_run <= tx.now()
    assert wanted(intake.store, None).boxes != before_signing_in.boxes  # so that a watch begins anew


def test_a_new_key_carries_the_tokens_over(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    assert keys.rotate(intake.store, vault, who="anna") == 2
    assert last(intake, vault, box).ok
    age(intake.store, box, 3_600)
    assert last(intake, vault, box).ok


def test_the_client_secret_is_sent_where_there_is_one(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    provider.client_secret = "s3cret-canary"
    with pytest.raises(SignInError, match="invalid_client"):
        Attempt(intake.store, vault, box).begin()
    with intake.store.write() as tx:
        box = replace(box, client_secret=vault.encrypt("s3cret-canary"))
        mailboxes.save(tx, box)
    sign_in(intake, vault, box, provider)
    keys.rotate(intake.store, vault, who="anna")
    age(intake.store, box, 3_600)
    assert last(intake, vault, box).ok


# --- where no token is sent


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS_IF_AVAILABLE])
def test_settings_without_encryption_are_refused(provider: AuthorizationServer, security: Security) -> None:
    from allegra_tui.usecases import rules

    box = Mailbox(name="x", host="h", username="u", security=security, **provider.settings())
    assert [str(mistake) for mistake in rules.mailbox_mistakes(box, ())] == [
        'security: OAuth2 needs encryption: "ssl" or "starttls"'
    ]


def test_no_token_travels_unencrypted(
    intake: Intake, account: DovecotAccount, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    for protocol in (Protocol.IMAP, Protocol.POP3):
        port = account.dovecot.port(protocol, Security.NONE)
        plain = replace(box, protocol=protocol, security=Security.NONE, port=port)
        assert "is not encrypted, so no token is sent" in last(intake, vault, plain).detail


def test_a_provider_is_not_trusted_by_the_big_ones_settings(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    """Only an authority that the mailbox names makes a provider of one's own trusted."""
    with pytest.raises(Exception, match="the certificate is not trusted"):
        Attempt(intake.store, vault, replace(box, ca_pem=None)).begin()
    assert provider.asked == []


# --- what becomes of it with the mailbox, and without the key


def test_a_mailbox_that_goes_takes_its_tokens_along(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    assert configure.remove_mailbox(intake.store, box.name, who="anna")
    with intake.store.read() as tx:
        assert sign_ins.every(tx) == {}


def test_without_the_key_somebody_signs_in_again(
    intake: Intake, vault: Vault, box: Mailbox, provider: AuthorizationServer
) -> None:
    sign_in(intake, vault, box, provider)
    (intake.directory / "secret.key").unlink()
    failed = last(intake, vault, box)
    assert "secret.key is missing" in failed.detail
    assert "mailbox sign-in" in failed.detail
    sign_in(intake, vault, box, provider)
    assert last(intake, vault, box).ok
