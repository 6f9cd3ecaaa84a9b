"""`mailbox sign-in`, and that no token shows up anywhere."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Cli, World
from tests.servers.authorization import CLIENT, AuthorizationServer, serving


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[AuthorizationServer]:
    with serving(tmp_path) as server:
        yield server


def add(cli: Cli, provider: AuthorizationServer, *, device: bool = True) -> None:
    how = "--device-endpoint" if device else "--authorization-endpoint"
    address = provider.address("device" if device else "authorize")
    cli.done(
        *("mailbox", "add", "office", "--host", "localhost", "--port", 1, "--username", "issues", "--auth", "oauth2"),
        *("--provider", "custom", "--client-id", CLIENT, how, address, "--token-endpoint", provider.address("token")),
        *("--ca-file", provider.authority.file),
    )


def approving(provider: AuthorizationServer) -> threading.Thread:
    """Do as the person does, as soon as there is a code."""

    def approve() -> None:
        while not provider.devices:
            time.sleep(0.01)
        provider.decide("approved", "issues")

    thread = threading.Thread(target=approve)
    thread.start()
    return thread


def test_a_code_is_shown_and_waited_for(world: World, provider: AuthorizationServer) -> None:
    add(world.cli, provider)
    person = approving(provider)
    result = world.cli.done("mailbox", "sign-in", "office")
    person.join()
    assert result.out.splitlines() == [
        f"Open in a browser:  {provider.address('activate')}",
        "and type the code:  WDJB-MJHT",
        "mailbox office: signed in",
    ]
    assert "at most 15 minutes; ctrl+c stops" in result.err
    assert "sign in" in world.cli.done("audit", "list").out
    assert "nobody is signed in" in world.cli.done("mailbox", "sign-in", "office", "--forget").out
    again = world.cli("mailbox", "sign-in", "office", "--forget")
    assert (again.code, again.err) == (2, "allegra-tui: nobody has signed in to mailbox office\n")


def test_programs_get_objects(world: World, provider: AuthorizationServer) -> None:
    add(world.cli, provider)
    person = approving(provider)
    shown, done = world.cli.done("mailbox", "sign-in", "office", "--json").objects
    person.join()
    assert shown == {"address": provider.address("activate"), "code": "WDJB-MJHT", "seconds": 900}
    assert done == {"mailbox": "office", "signed_in": True}
    provider.answers = [lambda: (400, b'{"error": "unauthorized_client"}')]
    failed = world.cli("mailbox", "sign-in", "office", "--json")
    assert failed.code == 1
    assert json.loads(failed.err)["error"]["code"] == "sign_in"


def test_the_address_of_a_browser_comes_from_standard_input(
    world: World, provider: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(world.cli, provider, device=False)
    nothing = world.cli("mailbox", "sign-in", "office", stdin="\n")
    assert (nothing.code, "no address was given" in nothing.err) == (1, True)
    wrong = world.cli("mailbox", "sign-in", "office", stdin="http://127.0.0.1/\n")
    assert (wrong.code, "this is not the address" in wrong.err) == (1, True)

    class Person:
        """Opens the address that was printed, and pastes the one at which the browser ends."""

        def isatty(self) -> bool:
            return False

        def readline(self) -> str:
            printed = world.cli.capsys.readouterr().out
            address = next(line for line in printed.splitlines() if line.startswith("https://"))
            return provider.browse(address, "issues") + "\n"

    from allegra_tui.__main__ import main

    monkeypatch.setattr(sys, "stdin", Person())
    assert main(["--data-dir", str(world.cli.data_dir), "mailbox", "sign-in", "office"]) == 0
    assert "signed in" in world.cli.capsys.readouterr().out


def test_what_has_a_password_is_not_signed_in_to(world: World) -> None:
    result = world.cli("mailbox", "sign-in", "post")
    assert result.code == 1
    assert "--auth oauth2" in result.err
    assert world.cli("mailbox", "sign-in", "nope").code == 2


def test_a_password_and_a_client_secret_are_asked_for_where_they_belong(
    world: World, provider: AuthorizationServer
) -> None:
    cli = world.cli
    add(cli, provider)
    assert "mailbox sign-in office" in cli("mailbox", "password", "office").err, "nobody is asked first"
    assert "a Maildir is read from the disk" in cli("mailbox", "password", "post").err
    cli.done("mailbox", "password", "office", "--client-secret", "--password-stdin", stdin="s3cret\n")
    (shown,) = cli.done("mailbox", "list", "office", "--json").objects
    assert (shown["client_secret"], shown["password"]) == (True, False)
    cli.done("mailbox", "password", "office", "--client-secret", "--remove")
    assert not cli.done("mailbox", "list", "office", "--json").objects[0]["client_secret"]
    assert cli("mailbox", "password", "post", "--client-secret", "--password-stdin", stdin="x\n").code == 1


def test_ctrl_c_stops_waiting(world: World, provider: AuthorizationServer) -> None:
    add(world.cli, provider)
    program = [sys.executable, "-m", "allegra_tui", "--data-dir", str(world.cli.data_dir)]
    with subprocess.Popen(
        [*program, "mailbox", "sign-in", "office"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("Open in a browser")
        assert child.stdout.readline().startswith("and type the code")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err


def test_no_token_or_secret_shows_up_anywhere(
    world: World, provider: AuthorizationServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.client_secret = "s3cret-canary"
    cli = world.cli
    add(cli, provider)
    results = [cli("mailbox", "password", "office", "--client-secret", "--password-stdin", stdin="s3cret-canary\n")]
    person = approving(provider)
    results.append(cli("mailbox", "sign-in", "office"))
    person.join()
    results += [
        cli("mailbox", "test", "office"),
        cli("fetch", "office"),
        cli("mailbox", "rotate-key"),
        *(cli(*command, *how) for how in ([], ["--json"]) for command in (["config", "export"], ["config", "show"])),
        *(cli(*command) for command in (["audit", "list"], ["mailbox", "list", "office"], ["status"], ["doctor"])),
    ]
    canaries = ["s3cret-canary", *provider.access_tokens, *provider.refresh_tokens]
    assert len(canaries) == 3
    for result in results:
        assert not any(canary in result.out + result.err for canary in canaries)
    assert not any(canary in caplog.text for canary in canaries)
    for file in cli.data_dir.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not any(canary.encode() in data for canary in canaries), file
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        assert not any(canary.encode() in Path(f"/proc/{os.getpid()}/cmdline").read_bytes() for canary in canaries)
