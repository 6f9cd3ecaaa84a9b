"""The connection to a mailbox, tried step by step by the very code of the fetch, and what of it is trusted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources import open_source
from allegra_tui.sources.source import Certificate as Certificate  # so that callers need not know the sources
from allegra_tui.sources.source import FolderError, LoginError, SourceError, StepName, TlsError
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import certificates, configure, credentials
from allegra_tui.usecases.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A step of a connection, and what came of it. Trying ends with the first that fails."""

    step: StepName
    ok: bool
    detail: str
    certificate: Certificate | None = None
    """What the server presented; of a failed step only where pinning it would help."""


Opened = Callable[[Callable[[], None]], object]
"""Is given what ends a connection from another thread; what waits for the server then raises `SourceError`."""


def _unwatched(cancel: Callable[[], None]) -> None:
    """Leave a connection to itself."""


def try_steps(
    store: Store, vault: Vault, mailbox: Mailbox, *, password: str | None = None, opened: Opened = _unwatched
) -> Iterator[Tried]:
    """Connect, log in and open the folder read-only, telling each step. Nothing on the server changes.

    `password` is one that was typed and not yet stored; otherwise it is fetched as for a fetch. Where it cannot be
    had, the steps before the log-in are tried all the same.
    """
    expected = steps_of(mailbox)
    with open_source(mailbox, credentials.obtain(store, vault, mailbox, password=password)) as source:
        opened(source.cancel)
        steps = source.connect(read_only=True)
        while expected:
            try:
                step = next(steps, None)
            except (SourceError, SecretError) as error:
                certificate = error.certificate if isinstance(error, TlsError) else None
                yield Tried(step=_failed(error, expected), ok=False, detail=str(error), certificate=certificate)
                return
            if step is None:
                return
            expected = expected[expected.index(step.name) + 1 :] if step.name in expected else expected
            yield Tried(step=step.name, ok=True, detail=step.detail, certificate=step.certificate)


def folders(
    store: Store, vault: Vault, mailbox: Mailbox, *, password: str | None = None, opened: Opened = _unwatched
) -> Sequence[str]:
    """List the folders to choose from. Raises `SecretError` and `SourceError`."""
    # The folder that is set may be the very thing that is wrong.
    inbox = replace(mailbox, folder="INBOX")
    with open_source(inbox, credentials.obtain(store, vault, inbox, password=password)) as source:
        opened(source.cancel)
        for _ in source.connect(read_only=True):
            pass
        return list(source.folders())


def presented(mailbox: Mailbox) -> Certificate:
    """Return the certificate that the server presents, with why it is not trusted by itself. Logs in nowhere.

    Raises `Refused` where the mailbox has no encryption, `SourceError` where no certificate is had.
    """
    if mailbox.protocol is Protocol.MAILDIR or mailbox.security is Security.NONE:
        raise Refused(f"mailbox {mailbox.name} has no encryption, so there is no certificate to trust")
    with open_source(replace(mailbox, pin=None), credentials.nothing) as source:
        try:
            for step in source.connect(read_only=True):
                if step.name is StepName.TLS and step.certificate is not None:
                    return step.certificate
                if step.name is StepName.TLS:
                    break
        except TlsError as error:
            if error.certificate is None:
                raise
            return error.certificate
    raise Refused(f"the server of mailbox {mailbox.name} offers no encryption, so there is no certificate to trust")


def pin(store: Store, vault: Vault, mailbox: Mailbox, certificate: Certificate, *, who: str) -> None:
    """Trust this very certificate for the mailbox. Raises `Refused` where ordinary verification accepts it."""
    if not certificate.problem:
        raise Refused(f"the certificate of mailbox {mailbox.name} is trusted as it is: no pin is needed")
    _trust(store, vault, replace(mailbox, pin=certificate.sha256), certificate, was=mailbox, who=who)


def trust_authority(store: Store, vault: Vault, mailbox: Mailbox, trusting: Mailbox, *, who: str) -> Certificate:
    """Trust an authority, the `ca_pem` of `trusting`, for the mailbox, in place of a pinned certificate.

    Returns what the server presents. Raises `Refused` where that is not of this authority, or not for this host.
    """
    trusting = replace(trusting, pin=None)
    certificate = presented(trusting)
    if certificate.problem:
        raise Refused(
            f"with this authority the certificate of mailbox {mailbox.name} is refused as well "
            f"({certificate.problem}): nothing was changed"
        )
    _trust(store, vault, trusting, certificate, was=mailbox, who=who)
    return certificate


def _trust(store: Store, vault: Vault, new: Mailbox, certificate: Certificate, *, was: Mailbox, who: str) -> None:
    """Save what is trusted from now on, keep the facts of the certificate, and have the mailbox polled."""
    configure.save_mailbox(store, vault, new, was=was, who=who)
    with store.write() as tx:
        certificates.note(tx, new, certificate)
        mailboxes.due(tx, new.id)


def steps_of(mailbox: Mailbox) -> list[StepName]:
    """List the steps that reading this mailbox may take, in their order."""
    if mailbox.protocol is Protocol.MAILDIR:
        return [StepName.FOLDER]
    return [step for step in StepName if step is not StepName.TLS or mailbox.security is not Security.NONE]


def _failed(error: SourceError | SecretError, expected: Sequence[StepName]) -> StepName:
    """Tell which step an error belongs to: the one it names, else the next that was to come."""
    kinds = ((TlsError, StepName.TLS), (LoginError, StepName.LOGIN), (FolderError, StepName.FOLDER))
    return next((step for kind, step in kinds if isinstance(error, kind)), expected[0])
