"""Machine mail makes no issue; people's mail is not taken for it."""

import pytest

from allegra_tui.mail import parse
from allegra_tui.model.mail import MachineKind
from tests.mail.letters import letter, multipart, part


@pytest.mark.parametrize(
    ("field", "kind", "evidence"),
    [
        ("Auto-Submitted: auto-replied", MachineKind.AUTO_REPLY, "Auto-Submitted: auto-replied"),
        ("Auto-Submitted: auto-notified; owner-email=a@b.org", MachineKind.AUTO_REPLY, "Auto-Submitted: auto-notified"),
        ("AUTO-SUBMITTED: Auto-Replied (vacation)", MachineKind.AUTO_REPLY, "Auto-Submitted: auto-replied"),
        ("Auto-Submitted: auto-generated", MachineKind.AUTO_GENERATED, "Auto-Submitted: auto-generated"),
        ("Precedence: auto_reply", MachineKind.AUTO_REPLY, "Precedence: auto_reply"),
        ("X-Autoreply: yes", MachineKind.AUTO_REPLY, "X-Autoreply: yes"),
        ("X-Autorespond: Away", MachineKind.AUTO_REPLY, "X-Autorespond: away"),
        ("Return-Path: <>", MachineKind.BOUNCE, "Return-Path: <>"),
        ("Return-Path: < >", MachineKind.BOUNCE, "Return-Path: <>"),
        ("X-Failed-Recipients: a@b.org", MachineKind.BOUNCE, "X-Failed-Recipients is set"),
    ],
)
def test_machine(field: str, kind: MachineKind, evidence: str) -> None:
    machine = parse(letter("x", field)).machine
    assert machine is not None
    assert (machine.kind, machine.evidence) == (kind, evidence)


@pytest.mark.parametrize(
    "fields",
    [
        ("Auto-Submitted: no",),
        ("Precedence: bulk",),
        ("Precedence: list", "List-Id: <x.example.org>"),
        ("Precedence: junk",),
        ("X-Auto-Response-Suppress: All",),
        ("X-Autoreply: no",),
        ("Return-Path: <anna@example.org>",),
        ("Return-Path: <anna@example.org>", "Return-Path: <>"),
        (),
    ],
)
def test_people(fields: tuple[str, ...]) -> None:
    assert parse(letter("x", *fields, subject="Automatic reply: Out of office")).machine is None


def test_reports() -> None:
    bounce = multipart('report; report-type="delivery-status"', part("text/plain", "failed")).replace(
        b"report; report", b"report; Report"
    )
    machine = parse(bounce).machine
    assert machine is not None
    assert (machine.kind, machine.evidence) == (MachineKind.BOUNCE, "Content-Type: multipart/report delivery-status")
    receipt = parse(multipart("report; report-type=disposition-notification", part("text/plain", "read"))).machine
    assert receipt is not None
    assert receipt.kind is MachineKind.AUTO_REPLY


def test_reply_of_a_program_with_an_empty_path_is_a_reply() -> None:
    machine = parse(letter("x", "Return-Path: <>", "Auto-Submitted: auto-replied")).machine
    assert machine is not None
    assert machine.kind is MachineKind.AUTO_REPLY


def test_mailer_daemon() -> None:
    for sender in ("MAILER-DAEMON", "Mail Delivery System <MAILER-DAEMON@mx.example.org>"):
        machine = parse(letter(sender=sender)).machine
        assert machine is not None
        assert machine.kind is MachineKind.BOUNCE
