"""Several intakes at once: by the lease one of them works, and without it the database still keeps them apart."""

from collections import Counter

import pytest

from allegra_tui import mail
from allegra_tui.model.settings import Protocol
from tests.bench import mix
from tests.servers.dovecot import DovecotAccount
from tests.usecases import children
from tests.usecases.conftest import Intake

MESSAGES = 100
BUSY = 3


def _set_up(
    intake: Intake, account: DovecotAccount, protocol: Protocol = Protocol.IMAP, *, leave: bool = False
) -> list[bytes]:
    messages = list(mix.messages(MESSAGES, seed=7))
    intake.register(*mix.SENDERS)
    intake.add(account.mailbox(protocol=protocol, leave_on_server=leave), account.password)
    account.deliver_all(messages)
    return messages


def _assert_once(intake: Intake, messages: list[bytes]) -> None:
    rows = intake.rows()
    assert Counter(row.content_hash for row in rows) == Counter(mail.envelope(raw).content_hash for raw in messages)
    made = [issue.message_id for issue in intake.issues()]
    made += [comment.message_id for issue in intake.issues() for comment in issue.comments]
    assert Counter(made) == Counter(row.id for row in rows if row.issue is not None)


@pytest.mark.parametrize("count", [2, 4])
def test_one_of_several_intakes_works_and_the_others_say_so(
    intake: Intake, account: DovecotAccount, count: int
) -> None:
    messages = _set_up(intake, account)
    processes = [children.start(children.fetch, intake.directory) for _ in range(count)]
    for process in processes:
        process.join(120)
    assert {process.exitcode for process in processes} <= {0, BUSY}
    assert 0 in {process.exitcode for process in processes}
    _assert_once(intake, messages)
    assert account.messages() == []


@pytest.mark.parametrize(
    ("protocol", "leave", "count"),
    [(Protocol.IMAP, False, 2), (Protocol.IMAP, False, 4), (Protocol.IMAP, True, 4), (Protocol.POP3, False, 4)],
)
def test_without_a_lease_nothing_is_doubled_either(
    intake: Intake, account: DovecotAccount, protocol: Protocol, leave: bool, count: int
) -> None:
    messages = _set_up(intake, account, protocol, leave=leave)
    processes = [children.start(children.fetch_without_lease, intake.directory) for _ in range(count)]
    for process in processes:
        process.join(120)
    assert None not in {process.exitcode for process in processes}
    assert children.run_to_end(children.fetch, intake.directory) == 0
    _assert_once(intake, messages)
    assert len(account.messages()) == (len(messages) if leave else 0)
