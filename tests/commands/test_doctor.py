"""`doctor` as a shell sees it."""

from dataclasses import replace

from allegra_tui.store import mailboxes
from tests.commands.conftest import Cli, World, letter


def test_in_order(world: World) -> None:
    world.fetch(letter("One"))
    result = world.cli.done("doctor")
    assert "+ ok       post: last success 20" in result.out
    assert result.out.endswith(("Everything is in order.\n", "\n1 warning\n"))  # where /tmp is in memory
    assert max(map(len, result.out.splitlines())) <= 80 or str(world.cli.data_dir) in result.out


def test_what_is_wrong_and_what_to_do(world: World) -> None:
    (world.cli.data_dir / "allegra.db").chmod(0o644)
    result = world.cli("doctor")
    assert result.code == 1
    lines = result.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("x error    open to others: allegra.db"))
    assert lines[at + 1].startswith("           -> chmod 600")
    assert "1 error, " in lines[-1]
    found = {one["check"]: one for one in world.cli("doctor", "--json").objects}
    assert (found["files"]["level"], found["mailbox"]["level"]) == ("error", "warning")
    assert found["mailbox"]["mailbox"] == "post"
    assert found["files"]["advice"].startswith("chmod 600 ")


def test_foreign_words_cannot_steer_the_terminal(world: World) -> None:
    with world.cli.store() as store, store.write() as tx:
        (box,) = mailboxes.every(tx)
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), error="\x1b[31mgone\x07"))
    result = world.cli("doctor")
    assert result.code == 1
    assert "x error    post: \u241b[31mgone\u2407 (last success: never)" in result.out


def test_nothing_to_examine(cli: Cli) -> None:
    result = cli("doctor")
    assert (result.code, result.out) == (2, "")
    assert "There is no database in" in result.err
    assert not cli.data_dir.exists()
