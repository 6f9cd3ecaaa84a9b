"""`mailbox test` and `mailbox trust`: the connection, step by step, and the server's certificate."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode

if TYPE_CHECKING:
    from allegra_tui.model.settings import Mailbox
    from allegra_tui.usecases.connect import Certificate


def run_test(args: Namespace) -> int:
    """Print each step as it is done."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configure, connect
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    failed = False
    with workspace.unchanged() as store:
        with store.read() as tx:
            mailbox = configure.find_mailbox(tx, args.name)
        for tried in connect.try_steps(store, workspace.vault, mailbox):
            failed = failed or not tried.ok
            if args.json:
                output.emit({"step": tried.step, "ok": tried.ok, "detail": tried.detail})
            else:
                output.block(f"{'ok' if tried.ok else 'NO'}  {tried.step:<12}  {tried.detail}", "", hanging=18)
                if not tried.ok and tried.certificate:
                    output.note(f"To look at the certificate and trust it: allegra-tui mailbox trust {mailbox.name}")
    return ExitCode.FAILED if failed else ExitCode.DONE


def run_trust(args: Namespace) -> int:
    """Show the server's certificate and pin it, or forget a pin."""
    from dataclasses import replace

    from allegra_tui.usecases import configure, connect
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        with store.read() as tx:
            mailbox = configure.find_mailbox(tx, args.name)
        if args.forget:
            forgotten = replace(mailbox, pin=None)
            configure.save_mailbox(store, workspace.vault, forgotten, was=mailbox, who=who())
            return _told(args, mailbox, None, "no certificate is pinned any more")
        certificate = connect.presented(mailbox)
        if not args.json:
            _show(certificate)
        if mailbox.pin == certificate.sha256:
            return _told(args, mailbox, certificate, "this certificate is pinned already")
        if not certificate.problem:
            return _told(args, mailbox, None, "ordinary verification accepts the certificate: no pin is needed")
        if not _agreed(args, certificate):
            return _told(args, mailbox, None, "nothing was changed")
        connect.pin(store, workspace.vault, mailbox, certificate, who=who())
    return _told(args, mailbox, certificate, "trusted from now on, and no other")


def _agreed(args: Namespace, certificate: "Certificate") -> bool:
    """Whether the person who runs the command vouches for the certificate."""
    from allegra_tui.usecases import values
    from allegra_tui.usecases.errors import Invalid, Mistake

    if args.sha256 is not None:
        try:
            same = values.sha256(args.sha256) == certificate.sha256
        except values.WrongValue as error:
            raise Invalid([Mistake("--sha256", str(error))]) from None
        if not same:
            raise Invalid([Mistake("--sha256", f"the server presents another one: {certificate.sha256}")])
        return True
    if args.json or not sys.stdin.isatty():
        raise Invalid([Mistake("", f"nobody to ask: compare and say --sha256 {certificate.sha256}")])
    sys.stderr.write("Compare the SHA-256 with what the server's administrator says. Trust it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show(certificate: "Certificate") -> None:
    from allegra_tui.commands.output import fields

    fields(
        [
            ("Subject", certificate.subject),
            ("Names", ", ".join(certificate.names)),
            ("Issuer", certificate.issuer),
            ("Valid from", certificate.not_before),
            ("Valid until", certificate.not_after),
            ("SHA-256", certificate.sha256),
            ("Verification", certificate.problem or "in order"),
        ]
    )


def _told(args: Namespace, mailbox: "Mailbox", certificate: "Certificate | None", text: str) -> int:
    from allegra_tui.commands import output

    if not args.json:
        output.say(f"mailbox {mailbox.name}: {text}")
    elif certificate is None:
        output.emit({"mailbox": mailbox.name, "pinned": False})
    else:
        output.emit(
            {
                "mailbox": mailbox.name,
                "pinned": True,
                "subject": certificate.subject,
                "names": list(certificate.names),
                "issuer": certificate.issuer,
                "not_before": certificate.not_before,
                "not_after": certificate.not_after,
                "sha256": certificate.sha256,
                "problem": certificate.problem or None,
            }
        )
    return ExitCode.DONE
