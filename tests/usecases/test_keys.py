"""A new key for what is stored encrypted: nothing is forgotten, nothing is lost whenever it is cut off."""

import re
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from allegra_tui.model.settings import Mailbox, Secret
from allegra_tui.model.sign_in import SignIn
from allegra_tui.secrets import KeyFileError, Vault
from allegra_tui.sources.oauth2 import Tokens
from allegra_tui.store import Store, audit, mailboxes, sealed, sign_ins
from allegra_tui.usecases import configuration, configure, keys, tokens
from allegra_tui.usecases.errors import Refused
from tests.usecases import children
from tests.usecases.conftest import Intake

PASSWORDS = {"one": "c4n4ry-1", "two": "c4n4ry-zwö", "three": "c4n4ry-3"}
TOKEN = re.compile(rb"gAAAA[A-Za-z0-9_-]{60,}={0,2}")
"""What the encryption of `secrets` looks like, wherever it stands."""


@pytest.fixture
def vault(intake: Intake) -> Vault:
    """Encrypted passwords of three mailboxes, one of them disabled."""
    vault = Vault(intake.directory / "secret.key")
    for name, password in PASSWORDS.items():
        mailbox = Mailbox(name=name, host="mail.example.org", username=name, enabled=name != "three")
        configure.add_mailbox(intake.store, vault, mailbox, password=password, who="test")
    return vault


def passwords(store: Store, vault: Vault) -> dict[str, str | None]:
    with store.read() as tx:
        return {mailbox.name: vault.password(mailbox.secret) for mailbox in mailboxes.every(tx)}


def encrypted(path: Path) -> Iterator[bytes]:
    """Every value of every table that is encrypted."""
    with closing(sqlite3.connect(path)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield from TOKEN.findall(value if isinstance(value, bytes) else str(value).encode())


def test_everything_opens_with_the_new_key_and_nothing_with_the_former(intake: Intake, vault: Vault) -> None:
    key = intake.directory / "secret.key"
    former = key.read_bytes()
    (intake.directory / "former").touch(0o600)
    (intake.directory / "former").write_bytes(former)
    assert keys.rotate(intake.store, vault, who="anna") == 3
    assert former.strip() not in key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not vault.has_former_key
    assert passwords(intake.store, vault) == PASSWORDS
    with pytest.raises(KeyFileError, match="was not encrypted with"):
        passwords(intake.store, Vault(intake.directory / "former"))
    with intake.store.read() as tx:
        newest = audit.entries(tx, limit=1)[0]
    assert (newest.who, newest.action, newest.subject, newest.changes) == ("anna", "rotate", "key", {})


def test_no_table_keeps_anything_of_the_former_key(intake: Intake, vault: Vault) -> None:
    before = set(encrypted(intake.store.path))
    keys.rotate(intake.store, vault, who="anna")
    after = set(encrypted(intake.store.path))
    assert (len(before), len(after), before & after) == (3, 3, set())


def test_no_kind_of_secret_is_forgotten(intake: Intake, vault: Vault) -> None:
    """The list in `store.sealed` names every kind, and knows of each value in the database that is encrypted."""
    kinds = get_args(sealed.Kind)
    now = datetime(2026, 11, 2, tzinfo=UTC)
    tokens = {"refresh": vault.encrypt("r"), "access": vault.encrypt("a")}
    times = {"since": now, "renew_at": now, "expires_at": now}
    with intake.store.write() as tx:
        one = configure.find_mailbox(tx, "one")
        mailboxes.save(tx, replace(one, client_secret=vault.encrypt("c")))
        sign_ins.save(tx, SignIn(mailbox_id=one.id, client="c", **tokens, **times))  # type: ignore[arg-type]
        found = sealed.every(tx)
    assert {each.kind for each in found} == set(kinds)
    assert len(found) == len(set(encrypted(intake.store.path))) == 6
    before = set(encrypted(intake.store.path))
    assert keys.rotate(intake.store, vault, who="anna") == 6
    assert before & set(encrypted(intake.store.path)) == set()
    with intake.store.read() as tx:
        assert sorted(str(vault.password(each.secret)) for each in sealed.every(tx)) == sorted(
            [*PASSWORDS.values(), "c", "r", "a"]
        )


def file(**typed: str) -> str:
    """A configuration file with these passwords."""
    box = "[[mailboxes]]\nname = '{0}'\nusername = '{0}'\nhost = 'mail.example.org'\npassword = '{1}'\n"
    return "".join(box.format(name, password) for name, password in typed.items())


def test_no_new_key_is_made_while_something_opens_with_the_missing_one(intake: Intake, vault: Vault) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    with intake.store.write() as tx:
        one, two, three = (configure.find_mailbox(tx, name) for name in PASSWORDS)
        for box in (two, three):
            mailboxes.save(tx, replace(box, secret=Secret()))
        refresh, access = vault.encrypt("r"), vault.encrypt("a")
        sign_ins.save(
            tx,
            SignIn(
                mailbox_id=two.id, client="c", since=now, renew_at=now, expires_at=now, refresh=refresh, access=access
            ),
        )
    key = intake.directory / "secret.key"
    key.unlink()
    given = Tokens(access="x", refresh="y", seconds=60)
    with pytest.raises(KeyFileError, match=r"not open the refresh token of mailbox two, access token of mailbox two:"):
        configure.set_password(intake.store, vault, one, "anew", who="anna")
    with pytest.raises(KeyFileError, match=r"secret.key is missing.*would not open the password of mailbox one: .*"):
        tokens.keep(intake.store, vault, two, given, who="anna")
    applied = file(one="anew")
    with pytest.raises(KeyFileError, match="refresh token of mailbox two"):
        configuration.preview(intake.store, vault, applied, base=intake.directory)
    with pytest.raises(KeyFileError, match="refresh token of mailbox two"):
        configuration.apply(intake.store, vault, applied, base=intake.directory, who="anna")
    assert not key.exists()
    tokens.forget(intake.store, "two", who="anna")
    assert configuration.apply(intake.store, vault, applied, base=intake.directory, who="anna").changes
    assert passwords(intake.store, vault)["one"] == "anew"


def test_a_new_key_is_made_where_all_that_needs_the_missing_one_is_replaced(intake: Intake, vault: Vault) -> None:
    key = intake.directory / "secret.key"
    key.unlink()
    applied = {name: f"new {name}" for name in PASSWORDS}
    configuration.apply(intake.store, vault, file(**applied), base=intake.directory, who="anna")
    assert passwords(intake.store, vault) == applied
    key.unlink()
    with intake.store.read() as tx:
        boxes = [configure.find_mailbox(tx, name) for name in PASSWORDS]
    for box in boxes:
        with pytest.raises(KeyFileError, match="first forget what it opened"):
            configure.set_password(intake.store, vault, box, "x", who="anna")
    for box in boxes[1:]:
        configure.set_password(intake.store, vault, box, "", who="anna")
    configure.set_password(intake.store, vault, boxes[0], "c4n4ry-1", who="anna")
    assert passwords(intake.store, vault) == {"one": "c4n4ry-1", "two": None, "three": None}


def test_killed_at_any_point_everything_opens_and_the_next_call_does_the_whole(intake: Intake, vault: Vault) -> None:
    key = intake.directory / "secret.key"
    states = set()
    for point in range(1, 100):
        (intake.directory / "point").write_text(str(point))
        code = children.run_to_end(children.rotate_and_die, intake.directory)
        assert code in (0, 9)
        assert passwords(intake.store, vault) == PASSWORDS, point
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        states.add(len(key.read_bytes().split()))
        if code == 0:
            break
    assert code == 0
    assert point > 10, "the points of the test have to be those of the program"
    assert max(states) > 1, "no kill met the moment with two keys"
    assert len(key.read_bytes().split()) == 1
    assert sorted(path.name for path in intake.directory.glob("*secret*")) == ["secret.key"]


def test_a_change_that_was_cut_off_shows_and_is_done_by_the_next(intake: Intake, vault: Vault) -> None:
    vault.add_key()
    assert vault.has_former_key
    assert passwords(intake.store, vault) == PASSWORDS
    with intake.store.read() as tx:
        stored = [mailbox.secret for mailbox in mailboxes.every(tx)]
    with pytest.raises(KeyFileError, match="was not encrypted"):
        vault.drop_former_keys(stored)
    assert vault.has_former_key, "a key that something needs stays"
    keys.rotate(intake.store, vault, who="anna")
    assert not vault.has_former_key


def test_without_anything_encrypted_there_is_no_key_to_change(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    with pytest.raises(Refused, match="no password is stored encrypted"):
        keys.rotate(intake.store, vault, who="anna")
    assert not vault.has_key


def test_what_does_not_open_is_named_and_nothing_changes(intake: Intake, vault: Vault) -> None:
    with intake.store.write() as tx:
        two = mailboxes.find(tx, "two")
        assert two is not None
        stranger = Vault(intake.directory / "other.key").encrypt("x")
        mailboxes.save(tx, replace(two, secret=stranger))
    before = (intake.directory / "secret.key").read_bytes(), set(encrypted(intake.store.path))
    with pytest.raises(KeyFileError, match=r"^password of mailbox two: the stored password was not encrypted with"):
        keys.rotate(intake.store, vault, who="anna")
    assert ((intake.directory / "secret.key").read_bytes(), set(encrypted(intake.store.path))) == before


def test_a_key_file_that_is_a_link_stays_one(intake: Intake, vault: Vault, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    key = intake.directory / "secret.key"
    key.rename(elsewhere / "allegra.key")
    key.symlink_to(elsewhere / "allegra.key")
    keys.rotate(intake.store, vault, who="anna")
    assert key.is_symlink()
    assert passwords(intake.store, vault) == PASSWORDS
    assert [path.name for path in elsewhere.iterdir()] == ["allegra.key"]


def test_several_at_once_and_passwords_set_meanwhile_lose_nothing(intake: Intake, vault: Vault) -> None:
    start = threading.Barrier(3)
    troubles: list[Exception] = []

    def at_once(act: object) -> None:
        store = Store.open(intake.store.path)
        start.wait()
        try:
            for turn in range(6):
                if act is keys.rotate:
                    keys.rotate(store, Vault(intake.directory / "secret.key"), who="anna")
                else:
                    with store.read() as tx:
                        two = configure.find_mailbox(tx, "two")
                    configure.save_mailbox(store, vault, replace(two, secret=two.secret), password=f"{turn}", who="bob")
        except Exception as error:
            troubles.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=at_once, args=(act,)) for act in (keys.rotate, keys.rotate, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert passwords(intake.store, vault) == {**PASSWORDS, "two": "5"}
    assert not vault.has_former_key
