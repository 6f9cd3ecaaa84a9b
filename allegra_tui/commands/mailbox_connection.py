"""`mailbox test`: the connection, step by step."""

from argparse import Namespace

from allegra_tui.commands.declare import ExitCode


def run_test(args: Namespace) -> int:
    """Print each step as it is done."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import configure, connect, rules
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
    if not args.json and (unsafe := rules.unsafe(mailbox)):
        output.note(unsafe)
    return ExitCode.FAILED if failed else ExitCode.DONE
