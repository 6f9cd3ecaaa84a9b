"""Projects, senders and settings on a real pty: foreign names do nothing to the terminal."""

from tests.console.hostile import HOSTILE, steering
from tests.console.terminal import open_console
from tests.console.world import World, letter


def test_hostile_names_and_settings_do_not_reach_the_terminal(world: World) -> None:
    world.project("EVIL", HOSTILE)
    world.sender(HOSTILE, "evil@example.org")
    world.set(reject_bodies=(f"nothing {HOSTILE[:12]}",), authserv_id=HOSTILE)
    world.receive(letter("Printer"))
    with open_console(world.root) as terminal:
        terminal.wait_for(b"? help")
        terminal.send("4")
        terminal.wait_for(b"d archive")  # offered as soon as the cursor is on a project
        terminal.send("d")
        terminal.wait_for(b"Archive this project")
        terminal.send("n", "5")
        terminal.wait_for(b"1 sender")
        terminal.quiet()
        terminal.send("enter")
        terminal.wait_for(b"evil@example.org  0 issues")
        terminal.send("9")
        terminal.wait_for(b"Take mail in")
        terminal.send("G", "g", "enter")
        terminal.wait_for(b"ctrl+s keep")
        terminal.send("\x1b[C")
        terminal.wait_for(b"Take mail in *")
        terminal.send("\x13")
        terminal.wait_for(b"1 not saved yet")
        terminal.send("\x13")
        terminal.wait_for(b"Of the last 1 messages")
        terminal.send("\x1b")
        terminal.wait_for(b"drop all", since=len(terminal.output))
        terminal.send(*"jjjjjjj", "enter")
        terminal.wait_for(b"Try a text")
        terminal.send("\x1b")
        terminal.wait_for(b"drop all", since=len(terminal.output))
        terminal.send(*"jjjjjjj", "enter")
        terminal.wait_for(b"Authentication server", since=len(terminal.output))
        terminal.quiet()
    assert steering(terminal.output) == []
    assert b"[@click=app.quit]" in terminal.output
