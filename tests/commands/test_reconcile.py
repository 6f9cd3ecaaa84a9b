"""`reconcile`: the table adds up, what is missing is named, and the exit code says whether all is explained."""

import re

from allegra_tui.store.tables import locations
from tests.commands.conftest import World, letter


def summed(text: str) -> tuple[int, int]:
    """The sum of the rows of a table, and what its last row says."""
    *rows, total = [int(row.replace(",", "")) for row in re.findall(r"^ +([\d,]+)  ", text, re.MULTILINE)]
    return sum(rows), total


def test_the_table_adds_up(world: World) -> None:
    world.fetch(letter("One"), letter("Two"), letter("Evil", sender="eve@elsewhere.org"))
    (world.maildir / "new" / "000002.test").unlink()
    world.deliver(letter("Three\x1b[31m"))
    before = sorted((file, file.read_bytes()) for file in world.maildir.rglob("*.test"))
    result = world.cli.done("reconcile")
    assert summed(result.out) == (3, 3)
    for part in ("1  made an issue", "1  rejected", "1  not fetched yet", "3  on the server, all explained"):
        assert part in result.out
    assert "The journal has 3 from there: 2 there, 1 removed by somebody else." in result.out
    assert re.search(
        r"taken, and removed there by somebody else:\n +000002.test  message 2, created #2: Two", result.out
    )
    assert re.search(r"not fetched yet:\n +000004.test  20\d\d-\d\d-\d\d \d\d:\d\d  \d+ B", result.out)
    assert result.out.isprintable() or all(line.isprintable() for line in result.out.splitlines())
    assert max(map(len, result.out.splitlines())) <= 80
    assert sorted((file, file.read_bytes()) for file in world.maildir.rglob("*.test")) == before


def test_as_json(world: World) -> None:
    world.fetch(letter("One"), letter("Two"))
    (world.maildir / "new" / "000001.test").unlink()
    whole, *messages = world.cli.done("reconcile", "post", "--json").objects
    assert whole == {
        "event": "mailbox", "mailbox": "post", "error": None, "server": 1, "counts": {"created": 1}, "gone": 1,
        "settled": 0, "journal": 2, "foreign_marks": 0, "renamed": False, "contacted": True, "holder": None,
        "explained": True,
    }  # fmt: skip
    (gone,) = messages
    assert (gone["kind"], gone["key"], gone["id"], gone["issue"], gone["subject"]) == (
        "gone",
        "000001.test",
        1,
        1,
        "One",
    )


def test_what_is_not_explained_ends_with_1(world: World) -> None:
    world.fetch(letter("One"))
    with world.cli.store() as store, store.write() as tx:
        tx.execute(locations.update().values(settle="done", action="delete"))
    result = world.cli("reconcile")
    assert result.code == 1
    assert "1  ! deleted or moved by us, and there nevertheless" in result.out
    assert "all explained" not in result.out
    assert world.cli("reconcile", "--json").objects[1]["explained"] is False


def test_a_mailbox_that_cannot_be_read_does_not_stop_the_next(world: World) -> None:
    broken = '[[mailboxes]]\nname = "broken"\nprotocol = "maildir"\npath = "/nonexistent"\n'
    assert world.cli.apply(broken).code == 0
    result = world.cli("reconcile")
    assert result.code == 1
    assert "broken: /nonexistent is no Maildir" in result.out
    assert "0  on the server, all explained" in result.out
    assert world.cli("reconcile", "broken", "--json").objects[0]["error"].startswith("/nonexistent is no Maildir")
    assert world.cli("reconcile", "nobody").code == 2


def test_many_are_named_up_to_a_limit(world: World) -> None:
    world.deliver(*(letter(f"Number {number}") for number in range(12)))
    assert "and 2 more: --limit" in world.cli.done("reconcile").out
    assert "and 9 more" in world.cli.done("reconcile", "--limit", 3).out
    assert len(world.cli.done("reconcile", "--json").objects) == 13


def test_disabled_mailboxes_are_read_where_they_are_named(world: World) -> None:
    world.cli.done("mailbox", "edit", "post", "--no-enabled")
    assert world.cli.done("reconcile").err.startswith("No mailbox is enabled")
    assert world.cli.done("reconcile", "post").out.startswith("post:")


def test_without_a_database(world: World) -> None:
    (world.cli.data_dir / "allegra.db").unlink()
    assert world.cli("reconcile").code == 2
