"""Settings as plain values and back."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, RegisteredSender, Security
from allegra_tui.usecases import configuration_file, records, rules, values
from allegra_tui.usecases.errors import Invalid
from allegra_tui.usecases.rules import Configuration

HERE = Path("/nowhere")
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(max_size=5)), st.just({"a": 1})
)
LINE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
WORD = st.text("abcxyz", min_size=1, max_size=10)


@given(st.sampled_from(sorted({**records.MAILBOX, **records.SECRET})), PLAIN)
def test_any_value_of_a_mailbox_is_taken_or_told_as_a_mistake(key: str, value: object) -> None:
    entry, mistakes = records.read_mailbox({"name": "x", key: value}, None, base=HERE)
    assert isinstance(entry.mailbox, Mailbox)
    assert all(mistake.message for mistake in mistakes)


@given(st.dictionaries(st.sampled_from(sorted(records.INTAKE)), PLAIN))
def test_any_setting_is_taken_or_told_as_a_mistake(given_values: dict[str, Any]) -> None:
    settings, mistakes = records.read_settings(given_values, IntakeSettings())
    assert {mistake.place for mistake in mistakes} <= set(given_values)
    plain = {key: "" if getattr(settings, key) is None else getattr(settings, key) for key in records.INTAKE}
    again, none = records.read_settings(plain, IntakeSettings())
    assert none == []
    assert again == settings


@given(st.text())
def test_any_text_is_a_configuration_file_or_told_as_a_mistake(text: str) -> None:
    mistakes: Sequence[object] = ()
    document = None
    try:
        document = configuration_file.parse(text, HERE)
    except Invalid as error:
        mistakes = error.mistakes
    assert (document is None) == bool(mistakes)


MAILBOXES = st.builds(
    Mailbox,
    name=LINE,
    host=WORD,
    port=st.none() | st.integers(1, 65_535),
    security=st.sampled_from(Security),
    username=LINE,
    folder=LINE,
    move_to=st.none() | LINE,
    leave_on_server=st.booleans(),
    first_contact=st.sampled_from(["all", "new"]) | st.integers(1, 36_500),
    connect_timeout=st.floats(0.1, 1000) | st.integers(1, 1000),
    poll_seconds=st.none() | st.integers(1, 86_400),
    enabled=st.booleans(),
    take_auto_generated=st.booleans(),
)
SETTINGS = st.builds(
    IntakeSettings,
    enabled=st.booleans(),
    allowed_pattern=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
        lambda text: not text or text.strip() != ""
    ),
    default_project=st.none() | WORD.map(str.upper),
    poll_seconds=st.integers(1, 86_400),
    marker_words=st.lists(LINE, unique=True).map(tuple),
    must_accept=st.lists(LINE, unique=True).map(tuple),
    must_refuse=st.lists(LINE, unique=True).map(tuple),
)
SENDERS = st.builds(RegisteredSender, name=LINE, addresses=st.just(("a@b.de", "c@d.de")), enabled=st.booleans())
PROJECTS = st.builds(Project, key=WORD.map(str.upper), name=LINE, archived=st.booleans())


@given(SETTINGS, st.lists(PROJECTS, max_size=2), st.lists(MAILBOXES, max_size=2), st.lists(SENDERS, max_size=2))
def test_what_is_rendered_is_read_back(
    settings: IntakeSettings, projects: list[Project], mailboxes: list[Mailbox], senders: list[RegisteredSender]
) -> None:
    whole = Configuration(settings=settings, projects=projects, mailboxes=mailboxes, senders=senders)
    document = configuration_file.parse(configuration_file.render(whole), HERE)
    assert records.read_settings(document.intake, IntakeSettings()) == (settings, [])
    read = [records.read_mailbox(given_values, None, base=HERE) for given_values in document.mailboxes]
    assert [mistakes for _, mistakes in read] == [[] for _ in mailboxes]
    assert {replace(entry.mailbox, name="") for entry, _ in read} == {replace(box, name="") for box in mailboxes}
    assert {records.read_project(each, None)[0] for each in document.projects} == set(projects)
    assert len(document.senders) == len(senders)


def test_lines_name_tables_and_keys() -> None:
    document = configuration_file.parse(
        "[intake]\nenabled = true\n\n[[mailboxes]]\n'name' = \"a\"\npath = '''\nname = x\n'''\n"
        "[[ mailboxes ]]\nport=1\n",
        HERE,
    )
    assert document.lines == {
        "intake": 1,
        "intake.enabled": 2,
        "mailboxes": 4,
        "mailboxes[0]": 4,
        "mailboxes[0].name": 5,
        "mailboxes[0].path": 6,
        "mailboxes[1]": 9,
        "mailboxes[1].port": 10,
    }


def test_a_change_of_protocol_leaves_nothing_of_the_old_one() -> None:
    box = Mailbox(name="x", id=3, host="h", username="u", folder="F", move_to="G", pin="a" * 64)
    entry, mistakes = records.read_mailbox({"protocol": "pop3"}, box, base=HERE, change=True)
    assert mistakes == []
    assert entry.mailbox == replace(box, protocol=Protocol.POP3, folder="INBOX", move_to=None)
    entry, mistakes = records.read_mailbox({"protocol": "maildir", "path": "box"}, box, base=HERE, change=True)
    assert mistakes == []
    assert entry.mailbox == Mailbox(name="x", id=3, protocol=Protocol.MAILDIR, path="/nowhere/box")


@pytest.mark.parametrize(
    ("given_host", "stored"), [("mail.example.org", "mail.example.org"), ("[::1]", "::1"), ("::1", "::1"), (" a ", "a")]
)
def test_hosts(given_host: str, stored: str) -> None:
    assert values.host(given_host) == stored


@pytest.mark.parametrize("given_host", ["", "imaps://x", "x:993", "a b", "a/b", "u@h", 3])
def test_what_is_no_host(given_host: object) -> None:
    with pytest.raises(values.WrongValue):
        values.host(given_host)


@pytest.mark.parametrize("written", ["INBOX", "Inbox", " inbox "])
def test_inbox_is_one_folder_however_it_is_written(written: str) -> None:
    """Two mailboxes on it would make each issue twice, and a move to it would bring its messages back for ever."""
    given = {"name": "x", "host": "h", "username": "u"}
    entry, mistakes = records.read_mailbox({**given, "folder": written}, None, base=HERE)
    assert (entry.mailbox.folder, mistakes) == ("INBOX", [])
    (twin,) = rules.twins(entry.mailbox, [Mailbox(name="other", host="h", username="u", id=2)])
    assert "reads the same account" in twin.message
    entry, _ = records.read_mailbox({**given, "move_to": written}, None, base=HERE)
    assert [mistake.place for mistake in rules.mailbox_mistakes(entry.mailbox, ())] == ["move_to"]
    assert records.read_mailbox({**given, "folder": "Inbox/Sub"}, None, base=HERE)[0].mailbox.folder == "Inbox/Sub"
