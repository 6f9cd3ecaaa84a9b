"""`mailbox sign-in`: letting this program read a mailbox by OAuth2."""

import sys
from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode

if TYPE_CHECKING:
    from allegra_tui.usecases.sign_in import Attempt, Shown


def run_sign_in(args: Namespace) -> int:
    """Show what the person needs and wait for the sign-in, or forget it."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configure, tokens
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        with store.read() as tx:
            mailbox = configure.find_mailbox(tx, args.name)
        if args.forget:
            tokens.forget(store, mailbox.name, who=who())
        else:
            from allegra_tui.usecases.sign_in import Attempt

            attempt = Attempt(store, workspace.vault, mailbox)
            _wait(args, attempt, attempt.begin(), who())
    if args.json:
        output.emit({"mailbox": mailbox.name, "signed_in": not args.forget})
    elif args.forget:
        output.say(f"mailbox {mailbox.name}: nobody is signed in any more; the provider is not told of it")
    else:
        output.say(f"mailbox {mailbox.name}: signed in")
        output.note(f"To see whether its mail can be read: allegra-tui mailbox test {mailbox.name}")
    return ExitCode.DONE


def _wait(args: Namespace, attempt: "Attempt", shown: "Shown", who: str) -> None:
    """Tell the person what to do, and wait until it is done."""
    from allegra_tui.commands import output
    from allegra_tui.usecases.sign_in import SignInError

    if args.json:
        output.emit({"address": shown.address, "code": shown.code, "seconds": shown.seconds})
    if shown.code is not None:
        if not args.json:
            output.say(f"Open in a browser:  {shown.address}")
            output.say(f"and type the code:  {shown.code}")
            output.note(f"Waiting for at most {(shown.seconds or 0) // 60} minutes; ctrl+c stops.")
            sys.stdout.flush()
        attempt.wait(who=who)
        return None
    if not args.json:
        output.say("Open in a browser, on any machine:")
        output.say(shown.address)
        output.note(
            "In the end the browser cannot open a page whose address begins with http://127.0.0.1: that is in order. "
            "Copy this whole address and paste it here."
        )
    while True:
        try:
            return attempt.finish(_pasted(), who=who)
        except SignInError as error:
            if not sys.stdin.isatty():
                raise
            output.note(str(error))


def _pasted() -> str:
    """Read a line, however long: a terminal that gathers lines itself takes no more than 4,095 characters of one."""
    from allegra_tui.usecases.sign_in import SignInError

    if sys.stdin.isatty():
        sys.stderr.write("Address: ")
        sys.stderr.flush()
        with suppress(ImportError):
            import readline  # noqa: F401  (reads long lines)

        try:
            line = input()
        except EOFError:
            line = ""
    else:
        line = sys.stdin.readline()
    if not line.strip():
        raise SignInError("no address was given: nothing was stored")
    return line
