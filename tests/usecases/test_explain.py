"""What would happen to a message: the pure functions of the intake over the stored settings."""

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.model.verdict import CheckName, Decision, Reason
from allegra_tui.usecases.errors import NotFound
from allegra_tui.usecases.explain import explainer
from tests.usecases.conftest import Intake, letter


def test_without_configuration_the_defaults_hold() -> None:
    with explainer(None) as explain:
        told = explain(letter())
    assert (told.verdict.decision, told.verdict.reason) == (Decision.REJECT, Reason.UNKNOWN_SENDER)
    assert (told.mail.title, told.registered) == ("Printer", False)
    with pytest.raises(NotFound), explainer(None, "box"):
        pass


def test_the_stored_settings_and_the_mailbox_decide(intake: Intake) -> None:
    intake.register("anna@bosch.com")
    intake.add(Mailbox(name="support", protocol=Protocol.MAILDIR, path="box", project="SUP"))
    with explainer(intake.store, "support") as explain:
        told = explain(letter())
    assert (told.verdict.decision, told.verdict.project, told.registered) == (Decision.CREATE, "SUP", True)
    with explainer(intake.store) as explain:
        assert explain(letter()).verdict.project == "INBOX"
    assert intake.rows() == []
    with pytest.raises(NotFound), explainer(intake.store, "nowhere"):
        pass


@pytest.mark.parametrize(
    ("setting", "value", "check"),
    [("allowed_pattern", "(unclosed", CheckName.PATTERN), ("reject_bodies", ("(unclosed",), CheckName.REJECT_LISTS)],
)
def test_an_unusable_pattern_is_what_every_message_fails_by(
    intake: Intake, setting: str, value: object, check: CheckName
) -> None:
    intake.register("anna@bosch.com")
    intake.set(**{setting: value})
    with explainer(intake.store) as explain:
        told = explain(letter())
    assert (told.verdict.decision, told.verdict.reason) == (Decision.FAIL, Reason.PATTERN_UNUSABLE)
    (failed,) = told.verdict.checks
    assert (failed.name, failed.passed) == (check, False)
    assert "nothing is taken in before it is mended" in failed.detail
    assert (told.mail.title, told.registered) == ("Printer", True), "the message is read all the same"
