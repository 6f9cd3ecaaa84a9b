"""Passwords: every place they come from, and that nothing tells them."""

import stat
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest

from allegra_tui.model.settings import Secret, SecretKind
from allegra_tui.secrets import KeyFileError, SecretError, Vault

CANARY = "c4n4ry-sécret"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "secret.key")


def command(*arguments: str) -> Secret:
    return Secret(kind=SecretKind.COMMAND, value=arguments)


def python(program: str) -> Secret:
    return command(sys.executable, "-c", program)


def test_an_encrypted_password_comes_back_and_its_key_is_private(vault: Vault, tmp_path: Path) -> None:
    assert not vault.has_key
    secret = vault.encrypt(CANARY)
    assert secret.kind is SecretKind.STORED
    assert CANARY not in "".join(secret.value)
    assert vault.password(secret) == CANARY
    assert Vault(tmp_path / "secret.key").password(secret) == CANARY
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_file_open_to_others_is_refused_with_what_to_run(vault: Vault, tmp_path: Path) -> None:
    secret = vault.encrypt(CANARY)
    key = tmp_path / "secret.key"
    key.chmod(0o640)
    for use in (lambda: vault.password(secret), lambda: vault.encrypt("other"), vault.check_key):
        with pytest.raises(KeyFileError, match=rf"\(mode 0640\): chmod 600 {key}$"):
            use()
    key.chmod(0o600)
    assert vault.password(secret) == CANARY


def test_a_missing_key_is_told_apart_from_a_wrong_one(vault: Vault, tmp_path: Path) -> None:
    secret = vault.encrypt(CANARY)
    key = tmp_path / "secret.key"
    key.unlink()
    with pytest.raises(KeyFileError, match="is missing: restore it"):
        vault.password(secret)
    vault.encrypt("something else")
    with pytest.raises(KeyFileError, match="was not encrypted with"):
        vault.password(secret)
    key.write_text("not a key\n")
    with pytest.raises(KeyFileError, match="holds no key"):
        vault.password(secret)


def test_processes_that_make_the_key_at_once_use_the_same(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    secrets: list[Secret] = []

    def encrypt() -> None:
        start.wait()
        secrets.append(Vault(tmp_path / "secret.key").encrypt(CANARY))

    threads = [threading.Thread(target=encrypt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    vault = Vault(tmp_path / "secret.key")
    assert [vault.password(secret) for secret in secrets] == [CANARY] * 8


def runs(pid: int) -> bool:
    """Whether the process is there and more than a name in the table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_no_password_is_none(vault: Vault) -> None:
    assert vault.password(Secret()) is None


def test_a_command_gives_the_first_line_it_prints(vault: Vault) -> None:
    assert vault.password(python(f"print({CANARY!r}); print('user: x')")) == CANARY
    assert vault.password(command("printf", "a b $HOME\\r\\n")) == "a b $HOME"


def test_the_arguments_of_a_command_meet_no_shell(vault: Vault) -> None:
    assert vault.password(command("echo", "$(id); x | y")) == "$(id); x | y"


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (command("no-such-program-here"), "command no-such-program-here cannot be run"),
        (python(f"import sys; sys.exit('{CANARY}')"), "ended with 1; run it by hand"),
        (python(f"print(); print({CANARY!r})"), "printed an empty first line"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')"), "not UTF-8"),
        (Secret(kind=SecretKind.ENV, value=("NO_SUCH_VARIABLE",)), "variable NO_SUCH_VARIABLE"),
        (Secret(kind=SecretKind.FILE, value=("/no/such/file",)), "/no/such/file cannot be read: No such file"),
        (Secret(kind=SecretKind.FILE, value=("credential",)), "is relative, and"),
    ],
)
def test_what_cannot_be_had_is_one_line_without_the_secret(vault: Vault, secret: Secret, message: str) -> None:
    with pytest.raises(SecretError, match=message) as caught:
        vault.password(secret)
    assert "\n" not in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(secret)


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    vault = Vault(tmp_path / "secret.key", command_seconds=1)
    with pytest.raises(SecretError, match="did not end within 1 s"):
        vault.password(command("sh", "-c", f"sleep 60 & echo $! > {marker}; wait"))
    child = int(marker.read_text())
    deadline = time.monotonic() + 10
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not runs(child)


def test_the_environment(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", CANARY)
    assert vault.password(Secret(kind=SecretKind.ENV, value=("MAIL_PASSWORD",))) == CANARY


def test_a_file_and_a_systemd_credential(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail").write_bytes(f"{CANARY}\r\nsecond line\n".encode())
    assert vault.password(Secret(kind=SecretKind.FILE, value=(str(tmp_path / "mail"),))) == CANARY
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert vault.password(Secret(kind=SecretKind.FILE, value=("mail",))) == CANARY


def test_a_key_that_cannot_be_written_is_one_line(vault: Vault, closed_directory: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be written"):
        Vault(closed_directory / "secret.key").encrypt(CANARY)
