"""The administrator's lists: what is rejected, cut and left out."""

import hashlib

import pytest

from allegra_tui import address
from allegra_tui.model.mail import Attachment, Mail, Sender
from allegra_tui.model.verdict import Reason
from allegra_tui.policy.lists import ListPatternError, compile_lists


def mail(subject: str = "Printer", text: str = "It does not print.", sender: str = "anna@bosch.com") -> Mail:
    known = Sender(address=address.parse(sender))
    return Mail(subject=subject, title=subject, sender=known, text=text, visible_text=text)


def file(name: str, data: bytes = b"data") -> Attachment:
    return Attachment(
        filename=name, content_type="image/png", data=data, sha256=hashlib.sha256(data).hexdigest(), inline=False
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (mail("You have WON a prize"), Reason.SUBJECT_LIST),
        (mail(sender="noreply@shop.example"), Reason.SENDER_LIST),
        (mail(text="one\nclick here to unsubscribe\n"), Reason.BODY_LIST),
        (mail(), None),
    ],
)
def test_each_list_searches_its_own_text(message: Mail, reason: Reason | None) -> None:
    lists = compile_lists(subjects=[r"\bwon\b"], senders=["^noreply@"], bodies=["unsubscribe$"])
    hit = lists.find(message, [])
    assert (hit.reason if hit else None) == reason


def test_letters_outside_ascii_are_searched_ignoring_case() -> None:
    lists = compile_lists(subjects=["\u00c4NDERUNG"], passages=["mit freundlichen Gr\u00fc\u00dfen\\W+\\w+$"])
    assert lists.find(mail("\u00c4nderung der Adresse"), [])
    message = mail(text="Hallo\nMit freundlichen Gr\u00fc\u00dfen\nJ\u00f6rg")
    assert lists.trim(message).visible_text == "Hallo"


def test_a_runaway_pattern_is_stopped_and_named() -> None:
    lists = compile_lists(bodies=["(a|a)*$", "found"])
    runaway: list[str] = []
    hit = lists.find(mail(text="a" * 40 + "! found"), runaway)
    assert hit
    assert hit.pattern == "found"
    assert len(runaway) == 1
    assert "(a|a)*$" in runaway[0]


def test_files_are_left_out_by_name_and_by_content_and_that_is_told() -> None:
    logo = file("image001.png", b"logo")
    lists = compile_lists(file_names=[r"\.vcf$"], file_hashes=[logo.sha256.upper()])
    message = Mail(
        subject="", title="", sender=Sender(), attachments=(logo, file("anna.VCF"), file("image001.png", b"other"))
    )
    trimmed = lists.trim(message)
    assert [one.data for one in trimmed.attachments] == [b"other"]
    assert len(trimmed.repairs) == 2


def test_passages_are_cut_from_what_is_shown_alone() -> None:
    lists = compile_lists(passages=[r"(?s)this e-mail is confidential.*"])
    trimmed = lists.trim(mail(text="Please help.\n\nThis e-mail is CONFIDENTIAL and\nso on."))
    assert trimmed.visible_text == "Please help."
    assert trimmed.text.endswith("so on.")
    whole = lists.trim(mail(text="This e-mail is confidential."))
    assert whole.visible_text == "This e-mail is confidential."


def test_without_lists_a_mail_stays_the_object_it_is() -> None:
    message = mail()
    assert compile_lists().trim(message) is message


def test_an_unusable_pattern_is_named_with_its_list() -> None:
    with pytest.raises(ListPatternError, match=r"bodies: '\(unclosed'"):
        compile_lists(bodies=["(unclosed"])
