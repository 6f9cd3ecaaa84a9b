"""A wrong configuration file: nothing changes, and every mistake is told with its place."""

import pytest

from tests.commands.conftest import BOX, MINIMAL, Cli, World


def test_a_wrong_file_changes_nothing_and_every_mistake_is_told_with_its_place(world: World) -> None:
    before = world.cli.done("config", "export").out
    result = world.cli.apply(
        """[intake]
allowed_pattern = '[^@'
poll_second = 3
default_project = "NOPE"
[[projects]]
key = "sup port"
[[mailboxes]]
name = "a"
host = "imaps://foo"
port = "993"
username = "u"
[[mailboxes]]
name = "c"
protocol = "maildir"
security = "starttls"
first_contact = -3
[[senders]]
name = "x"
addresses = ["foo"]
[[projects]]
key = "GOOD"
[other]
""".replace("[other]\n", "")
    )
    assert result.code == 2
    assert result.out == ""
    told = result.err.removeprefix("allegra-tui: ").splitlines()
    assert [line.split(": ")[:2] for line in told] == [
        ["line 2", "intake.allowed_pattern"],
        ["line 3", "intake.poll_second"],
        ["line 4", "intake.default_project"],
        ["line 6", "projects[0].key"],
        ["line 9", "mailboxes[0].host"],
        ["line 10", "mailboxes[0].port"],
        ["line 12", "mailboxes[1].path"],
        ["line 15", "mailboxes[1].security"],
        ["line 16", "mailboxes[1].first_contact"],
        ["line 19", "senders[0].addresses"],
    ]
    assert "is poll_seconds meant?" in told[1]
    assert world.cli.done("config", "export").out == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "this is no TOML: "),
        ("[mailbox]\nname = 'x'\n", "line 1: mailbox: unknown table; there are intake, projects, mailboxes, senders"),
        ("mailboxes = 3\n", "line 1: mailboxes: a list of tables is expected: [[mailboxes]]"),
        ("intake = 3\n", "line 1: intake: a table is expected"),
        (MINIMAL + BOX.format(name="x") + "project = 'NOPE'\n", "there is no project NOPE"),
        (MINIMAL + BOX.format(name="x") + BOX.format(name="X"), "mailboxes[1].name: there is another mailbox x"),
        (
            MINIMAL + BOX.format(name="x") + BOX.format(name="y").replace('username = "y"', 'username = "x"'),
            "mailboxes[1].username: mailbox x reads the same account and folder already",
        ),
        (MINIMAL + BOX.format(name="x") + "leave_on_server = true\nmove_to = 'Done'\n", "either left on the server or"),
        (MINIMAL + BOX.format(name="x") + "protocol = 'pop3'\nmove_to = 'Done'\n", "move_to: POP3 has no folders"),
        (MINIMAL + BOX.format(name="x") + "path = '/mail'\n", "path: only a Maildir has a path"),
        (MINIMAL + BOX.format(name="x") + "password = 'a'\npassword_env = 'B'\n", "password, password_env, not all"),
        (MINIMAL + BOX.format(name="x") + "ca_file = 'no.pem'\n", "no.pem cannot be read: No such file"),
        (MINIMAL + BOX.format(name="x") + "ca_pem = 'x'\n", "there is no certificate in PEM form"),
        (
            MINIMAL + BOX.format(name="x") + "security = 'none'\npin = '" + "a" * 64 + "'\n",
            "a certificate is of no use",
        ),
        (MINIMAL + BOX.format(name="import"), "choose another name"),
        (MINIMAL + "[[projects]]\nkey = 'inbox'\n", "projects[1].key: project INBOX is described twice"),
        (MINIMAL + "[[mailboxes]]\nhost = 'x'\nusername = 'x'\n", "mailboxes[0].name: it is missing"),
        ("[intake]\nmarker_templates = ['#{number}']\n", "a bare number is no marker"),
        ("[[senders]]\nname = 'x'\n", "senders[0].addresses: it is missing"),
        ("[[senders]]\nname = 'x'\naddresses = []\n", "senders[0].addresses: at least one address is needed"),
        (
            "[[senders]]\nname = 'x'\naddresses = ['a@b.de']\n[[senders]]\nname = 'y'\naddresses = ['A@b.de']\n",
            "senders[1].addresses: A@b.de belongs to x already",
        ),
    ],
)
def test_mistakes(cli: Cli, text: str, message: str) -> None:
    result = cli.apply(text)
    assert result.code == 2
    assert message in result.err
    assert not cli.data_dir.exists(), "a wrong file does not even make a database"


def test_mistakes_as_json_are_one_object(cli: Cli) -> None:
    error = cli.apply("[intake]\npoll_seconds = 0\nenabled = 1\n", "--json").error
    assert error["code"] == "invalid"
    assert error["message"].splitlines() == [
        "line 2: intake.poll_seconds: a whole number from 1 to 86400 is expected",
        "line 3: intake.enabled: true or false is expected",
    ]


def test_a_sender_whom_the_pattern_refuses_is_not_registered_with_the_reason(world: World) -> None:
    result = world.cli.apply("[[senders]]\nname = 'Eve'\naddresses = ['eve@evil.org']\n")
    assert result.code == 2
    assert "senders[0].addresses: eve@evil.org is not registered, the pattern refuses it: " in result.err
    assert len(world.cli.done("senders", "list", "--json").objects) == 1


def test_a_registered_sender_whom_a_new_pattern_refuses_stays_with_a_warning(world: World) -> None:
    result = world.cli.apply(
        "[intake]\nallowed_pattern = 'other\\.example'\n"
        "[[senders]]\nname = 'Anna Meier'\naddresses = ['anna@bosch.com']\n"
    )
    assert result.code == 0
    assert "anna@bosch.com stays registered, but the pattern now refuses its mail" in result.err


def test_a_change_of_the_file_must_not_break_what_it_leaves_alone(world: World) -> None:
    box = world.cli.done("mailbox", "list", "--json").objects[0]
    assert world.cli.done("mailbox", "edit", box["name"], "--project", "INBOX").code == 0
    result = world.cli.apply("[[projects]]\nkey = 'INBOX'\narchived = true\n[intake]\ndefault_project = ''\n")
    assert result.code == 2
    assert f"mailbox {box['name']} (not in the file): project: project INBOX is archived" in result.err


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[intake]\nallowed_pattern = '\xe4'\n"])
def test_a_file_that_is_not_utf_8(cli: Cli, content: bytes) -> None:
    result = cli("config", "apply", "-", stdin=content)
    assert result.code == 2
    assert "the file is not in UTF-8" in result.err


def test_a_file_that_is_not_there(cli: Cli) -> None:
    result = cli("config", "apply", "/no/such.toml")
    assert (result.code, result.err) == (2, "allegra-tui: /no/such.toml cannot be read: No such file or directory\n")
