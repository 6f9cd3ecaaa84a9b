"""`mailbox trust`: the server's certificate, shown and pinned, or the authority to trust instead."""

import sys
import textwrap
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode
from allegra_tui.text import display

if TYPE_CHECKING:
    from allegra_tui.model.settings import Mailbox
    from allegra_tui.store import Store
    from allegra_tui.usecases.connect import Certificate
    from allegra_tui.usecases.workspace import Workspace

_LABEL = 14
_HALF = 33


def run_trust(args: Namespace) -> int:
    """Show the server's certificate and pin it, trust an authority, or forget a pin."""
    from dataclasses import replace

    from allegra_tui.usecases import certificates, configure, connect
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
        if args.ca is not None:
            return _trust_authority(args, workspace, store, mailbox)
        certificate = connect.presented(mailbox)
        if not args.json:
            _show(mailbox, certificate, certificates.pinned(store, mailbox))
        if mailbox.pin == certificate.sha256:
            return _told(args, mailbox, certificate, "this certificate is pinned already")
        if not certificate.problem:
            return _told(args, mailbox, None, "ordinary verification accepts the certificate: no pin is needed")
        if not _agreed(args, certificate):
            return _told(args, mailbox, None, "nothing was changed")
        connect.pin(store, workspace.vault, mailbox, certificate, who=who())
    return _told(args, mailbox, certificate, "trusted from now on, and no other")


def _trust_authority(args: Namespace, workspace: "Workspace", store: "Store", mailbox: "Mailbox") -> int:
    from allegra_tui.commands import output
    from allegra_tui.usecases import connect, records
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.errors import Invalid

    entry, mistakes = records.read_mailbox({"ca_file": args.ca}, mailbox, base=Path.cwd(), change=True)
    if mistakes:
        raise Invalid(mistakes)
    certificate = connect.trust_authority(store, workspace.vault, mailbox, entry.mailbox, who=who())
    if args.json:
        output.emit({"mailbox": mailbox.name, "pinned": False, "authority": True, **_facts(certificate)})
    else:
        output.fields(list(_rows(certificate).items()))
        output.say(f"mailbox {mailbox.name}: this authority is trusted from now on, for this mailbox alone")
    return ExitCode.DONE


def _agreed(args: Namespace, certificate: "Certificate") -> bool:
    """Whether the person who runs the command vouches for the certificate."""
    from allegra_tui.usecases import values
    from allegra_tui.usecases.errors import Invalid, Mistake

    if args.fingerprint is not None:
        try:
            same = values.sha256(args.fingerprint) == certificate.sha256
        except values.WrongValue as error:
            raise Invalid([Mistake("--fingerprint", str(error))]) from None
        if not same:
            raise Invalid([Mistake("--fingerprint", f"the server presents another one: {certificate.sha256}")])
        return True
    if args.json or not sys.stdin.isatty():
        raise Invalid([Mistake("", f"nobody to ask: compare and say --fingerprint {certificate.sha256}")])
    sys.stderr.write("Compare the SHA-256 with what the server's administrator says. Trust it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _show(mailbox: "Mailbox", certificate: "Certificate", former: "Certificate | None") -> None:
    """Print the certificate; beside the pinned one where it is another."""
    from allegra_tui.commands import output

    if mailbox.pin is None or mailbox.pin == certificate.sha256:
        output.fields([*_rows(certificate).items(), ("Verification", certificate.problem or "in order")])
        return
    old = _rows(former) if former else {"SHA-256": mailbox.pin}
    output.say(f"{'':{_LABEL}}{'pinned until now':<{_HALF}}presented now")
    for label, new in _rows(certificate).items():
        sides = [_wrapped(old.get(label, "(not known)")), _wrapped(new)]
        for number, (left, right) in enumerate(zip_longest(*sides, fillvalue="")):
            output.say(f"{'' if number else label:<{_LABEL}}{left:<{_HALF}}{right}".rstrip())


def _wrapped(value: object) -> Sequence[str]:
    from allegra_tui.commands import output

    text = output.local(value) if isinstance(value, datetime) else str(value)
    return textwrap.wrap(display(text), _HALF - 1) or [""]


def _rows(certificate: "Certificate") -> dict[str, object]:
    return {
        "Subject": certificate.subject,
        "Names": ", ".join(certificate.names),
        "Issuer": certificate.issuer,
        "Valid from": certificate.not_before,
        "Valid until": certificate.not_after,
        "SHA-256": certificate.sha256,
    }


def _facts(certificate: "Certificate") -> dict[str, object]:
    return {
        "subject": certificate.subject,
        "names": list(certificate.names),
        "issuer": certificate.issuer,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "sha256": certificate.sha256,
        "problem": certificate.problem or None,
    }


def _told(args: Namespace, mailbox: "Mailbox", certificate: "Certificate | None", text: str) -> int:
    from allegra_tui.commands import output

    if not args.json:
        output.say(f"mailbox {mailbox.name}: {text}")
    elif certificate is None:
        output.emit({"mailbox": mailbox.name, "pinned": False})
    else:
        output.emit({"mailbox": mailbox.name, "pinned": True, **_facts(certificate)})
    return ExitCode.DONE
