"""`config`: the whole configuration as one file."""

import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, RegisteredSender, Security
from allegra_tui.usecases import records
from tests.commands.conftest import WORLD, Cli, World
from tests.servers.dovecot import DovecotAccount

MINIMAL = """
[intake]
default_project = "INBOX"
[[projects]]
key = "INBOX"
"""
BOX = """
[[mailboxes]]
name = "{name}"
host = "mail.example.org"
username = "{name}"
"""
EVERYTHING = """
[intake]
enabled = false
allow_unknown_senders = true
allowed_pattern = '[^@ \\t]@[a-z]+\\.example|[^@]@"'
default_project = "INBOX"
poll_seconds = 60
overdue_seconds = 600
max_message_mb = 5
keep_originals_days = 7
marker_words = ["Fall", "Größe"]
marker_templates = ["[{word} {number}]"]
unknown_comment_own_only = false
reject_subjects = ['^Buy\\b', "it's"]
reject_senders = ['@spam\\.']
reject_bodies = ['lottery']
cut_passages = ['^Disclaimer:']
drop_file_names = ['^image\\d+\\.png$']
drop_file_hashes = ["{pin}"]
authserv_id = "mx.example.org"
rate_messages = 20
rate_minutes = 5

[[projects]]
key = "INBOX"
name = "Catch-all \\"quoted\\""

[[projects]]
key = "OLD"
name = "Old"
archived = true

[[mailboxes]]
name = "a box"
protocol = "imap"
host = "mail.example.org"
port = 10993
security = "starttls"
username = "issues"
password_command = ["pass", "show", "it's \\\\ here"]
folder = "Später"
move_to = "Fertig"
ca_file = "ca.pem"
pin = "{pin}"
first_contact = 30
connect_timeout = 2.5
read_timeout = 9
run_seconds = 100
poll_seconds = 30
overdue_seconds = 90
addresses = ["a@x.example", "b@x.example"]
take_auto_generated = true

[[mailboxes]]
name = "b"
project = "INBOX"
protocol = "pop3"
host = "mail.example.org"
username = "issues"
password = "s3cret-canary"
security = "none"
leave_on_server = true
first_contact = "new"
enabled = false

[[mailboxes]]
name = "c"
protocol = "maildir"
path = "mail"

[[mailboxes]]
name = "d"
host = "other.example.org"
username = "x"
password_env = "MAIL_PASSWORD"

[[mailboxes]]
name = "e"
host = "other.example.org"
username = "y"
password_file = "credential"

[[senders]]
name = "Anna Meier"
addresses = ["anna@x.example", "anna.meier@x.example"]

[[senders]]
name = "Zoë"
addresses = ["zoe@x.example"]
enabled = false
"""


@pytest.fixture
def everything(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file that names every setting, beside the certificate it names."""
    from tests.servers.certificates import Authority

    (tmp_path / "ca.pem").write_text("a comment\n" + Authority(tmp_path).pem)
    file = tmp_path / "all.toml"
    file.write_text(EVERYTHING.replace("{pin}", "AB:" * 31 + "AB"))
    return file


def test_export_an_empty_directory_apply_export_give_the_same_file(cli: Cli, everything: Path, tmp_path: Path) -> None:
    cli.done("config", "apply", everything)
    cli.done("config", "export", tmp_path / "1.toml")
    other = Cli(tmp_path / "other", cli.capsys, cli.monkeypatch)
    other.done("config", "apply", tmp_path / "1.toml")
    exported = other.done("config", "export").out
    assert exported == (tmp_path / "1.toml").read_text()
    assert "s3cret-canary" not in exported
    assert "ab" * 32 in exported
    before, after = (one.done("config", "show", "--json").objects for one in (cli, other))
    (kept,) = [box for box in before[0]["mailboxes"] if box["password"]]
    kept["password"] = False  # the one thing that an export leaves out
    assert before == after


def test_every_setting_has_a_key_and_arrives(cli: Cli, everything: Path, tmp_path: Path) -> None:
    cli.done("config", "apply", everything)
    (shown,) = cli.done("config", "show", "--json").objects
    assert shown["intake"] == {
        "enabled": False,
        "allow_unknown_senders": True,
        "allowed_pattern": '[^@ \\t]@[a-z]+\\.example|[^@]@"',
        "default_project": "INBOX",
        "poll_seconds": 60,
        "overdue_seconds": 600,
        "max_message_mb": 5,
        "keep_originals_days": 7,
        "marker_words": ["Fall", "Größe"],
        "marker_templates": ["[{word} {number}]"],
        "unknown_comment_own_only": False,
        "reject_subjects": ["^Buy\\b", "it's"],
        "reject_senders": ["@spam\\."],
        "reject_bodies": ["lottery"],
        "cut_passages": ["^Disclaimer:"],
        "drop_file_names": ["^image\\d+\\.png$"],
        "drop_file_hashes": ["ab" * 32],
        "authserv_id": "mx.example.org",
        "rate_messages": 20,
        "rate_minutes": 5,
    }
    boxes = {box["name"]: box for box in shown["mailboxes"]}
    pem = boxes["a box"].pop("ca_pem")
    assert pem.startswith("-----BEGIN CERTIFICATE-----\n")
    assert pem.endswith("-----END CERTIFICATE-----\n")
    assert boxes["a box"] == {
        "name": "a box",
        "project": None,
        "protocol": "imap",
        "host": "mail.example.org",
        "port": 10993,
        "security": "starttls",
        "username": "issues",
        "password": False,
        "password_command": ["pass", "show", "it's \\ here"],
        "folder": "Später",
        "path": "",
        "leave_on_server": False,
        "move_to": "Fertig",
        "pin": "ab" * 32,
        "first_contact": 30,
        "connect_timeout": 2.5,
        "read_timeout": 9,
        "run_seconds": 100,
        "poll_seconds": 30,
        "overdue_seconds": 90,
        "addresses": ["a@x.example", "b@x.example"],
        "take_auto_generated": True,
        "enabled": True,
    }
    assert (boxes["b"]["password"], boxes["b"]["port"], boxes["b"]["first_contact"]) == (True, None, "new")
    assert boxes["c"]["path"] == str(tmp_path / "mail")
    assert boxes["d"]["password_env"] == "MAIL_PASSWORD"
    assert boxes["e"]["password_file"] == "credential"
    assert [sender["enabled"] for sender in shown["senders"]] == [True, False]


def test_the_file_that_names_everything_does_so() -> None:
    found = tomllib.loads(EVERYTHING)
    assert set(found["intake"]) == {field.name for field in fields(IntakeSettings)}
    boxes = {key for box in found["mailboxes"] for key in box}
    words = {"secret": set(records.SECRET), "ca_pem": {"ca_file"}, "id": set()}
    assert boxes == set().union(*(words.get(field.name, {field.name}) for field in fields(Mailbox)))
    for table, record in (("projects", Project), ("senders", RegisteredSender)):
        assert {key for entry in found[table] for key in entry} == {field.name for field in fields(record)} - {"id"}


def test_applied_again_a_file_changes_nothing(cli: Cli, everything: Path) -> None:
    first = cli.done("config", "apply", everything, "--json")
    assert {(change["action"], change["kind"]) for change in first.objects} == {
        ("change", "intake"),
        ("add", "project"),
        ("add", "mailbox"),
        ("add", "sender"),
    }
    audited = cli.done("audit", "list", "--json").objects
    assert cli.done("config", "apply", everything, "--json").out == ""
    assert cli.done("config", "apply", everything).out == "nothing changed\n"
    assert cli.done("audit", "list", "--json").objects == audited


def test_the_whole_configuration_is_shown_in_short(cli: Cli, everything: Path) -> None:
    cli.done("config", "apply", everything)
    lines = cli.done("config", "show").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "1 registered sender, 1 disabled" in lines


def test_without_a_database_the_defaults_are_shown_and_nothing_is_made(cli: Cli) -> None:
    assert "poll_seconds = 300" in cli.done("config", "export").out
    assert cli.done("config", "show", "--json").objects[0]["mailboxes"] == []
    assert not cli.data_dir.exists()


def test_what_the_file_does_not_name_stays_and_prune_disables_it(cli: Cli) -> None:
    assert cli.apply(MINIMAL + BOX.format(name="one") + BOX.format(name="two")).code == 0
    cli.done("projects", "add", "OTHER")
    cli.done("senders", "add", "Anna", "anna@bosch.com")
    smaller = MINIMAL + BOX.format(name="one") + "enabled = true\n"
    assert cli.apply(smaller).out == "nothing changed\n"
    cli.apply(smaller, "--prune")
    (shown,) = cli.done("config", "show", "--json").objects
    assert {box["name"]: box["enabled"] for box in shown["mailboxes"]} == {"one": True, "two": False}
    assert {project["key"]: project["archived"] for project in shown["projects"]} == {"INBOX": False, "OTHER": True}
    assert [sender["enabled"] for sender in shown["senders"]] == [False]


def test_settings_of_the_intake_that_are_left_out_stay(cli: Cli) -> None:
    cli.apply("[intake]\nallowed_pattern = 'bosch\\.com'\npoll_seconds = 7\n")
    cli.apply("[intake]\npoll_seconds = 8\n")
    (shown,) = cli.done("config", "show", "--json").objects
    assert (shown["intake"]["allowed_pattern"], shown["intake"]["poll_seconds"]) == ("bosch\\.com", 8)


def test_what_a_mailbox_leaves_out_is_as_by_default_but_password_pin_and_authority_stay(
    cli: Cli, everything: Path
) -> None:
    cli.done("config", "apply", everything)
    cli.apply('[[mailboxes]]\nname = "a box"\nhost = "mail.example.org"\nusername = "issues"\nfolder = "Später"\n')
    (box,) = cli.done("mailbox", "list", "a box", "--json").objects
    assert (box["move_to"], box["security"], box["addresses"], box["first_contact"]) == (None, "ssl", [], "all")
    assert box["password_command"][0] == "pass"
    assert box["pin"] == "ab" * 32
    assert box["ca_pem"].startswith("-----BEGIN")
    cli.apply(
        '[[mailboxes]]\nname = "a box"\nhost = "mail.example.org"\nusername = "issues"\nfolder = "Später"\n'
        'pin = ""\nca_file = ""\npassword = ""\n'
    )
    (box,) = cli.done("mailbox", "list", "a box", "--json").objects
    assert (box["pin"], box["ca_pem"], box["password"], "password_command" in box) == (None, None, False, False)


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


def test_senders_keep_who_they_are_when_names_and_addresses_change(world: World) -> None:
    world.cli.apply("[[senders]]\nname = 'Anna Weiß'\naddresses = ['a.weiss@bosch.com', 'anna@bosch.com']\n")
    (anna,) = world.cli.done("senders", "list", "--json").objects
    assert (anna["name"], anna["addresses"]) == ("Anna Weiß", ["a.weiss@bosch.com", "anna@bosch.com"])
    world.cli.apply(
        "[[senders]]\nname = 'Berta'\naddresses = ['a.weiss@bosch.com']\n"
        "[[senders]]\nname = 'Anna Weiß'\naddresses = ['anna@bosch.com']\n"
    )
    found = {sender["name"]: sender["addresses"] for sender in world.cli.done("senders", "list", "--json").objects}
    assert found == {"Berta": ["a.weiss@bosch.com"], "Anna Weiß": ["anna@bosch.com"]}


def test_a_change_of_the_file_must_not_break_what_it_leaves_alone(world: World) -> None:
    box = world.cli.done("mailbox", "list", "--json").objects[0]
    assert world.cli.done("mailbox", "edit", box["name"], "--project", "INBOX").code == 0
    result = world.cli.apply("[[projects]]\nkey = 'INBOX'\narchived = true\n[intake]\ndefault_project = ''\n")
    assert result.code == 2
    assert f"mailbox {box['name']} (not in the file): project: project INBOX is archived" in result.err


def test_a_global_mailbox_may_come_before_the_default_project(world: World) -> None:
    assert world.cli.apply("[intake]\ndefault_project = ''\n").code == 0
    fetched = world.cli("fetch")
    assert fetched.code == 1
    assert "there is no default project" in fetched.out + fetched.err


def test_a_dry_run_tells_what_would_change_and_stores_nothing(world: World) -> None:
    before = world.cli.done("config", "export").out
    result = world.cli.apply("[intake]\npoll_seconds = 9\n" + BOX.format(name="x") + "password = 'y'\n", "--dry-run")
    assert "poll_seconds: 300 -> 9" in result.out
    assert "added mailbox x" in result.out
    assert world.cli.done("config", "export").out == before
    assert not (world.cli.data_dir / "secret.key").exists()


def test_paths_begin_at_the_file(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "pw").write_text("x")
    file = tmp_path / "conf" / "mail.toml"
    file.write_text(MINIMAL + BOX.format(name="x") + "password_file = 'pw'\n")
    monkeypatch.chdir(tmp_path)
    cli.done("config", "apply", "conf/mail.toml")
    (box,) = cli.done("mailbox", "list", "--json").objects
    assert box["password_file"] == str(tmp_path / "conf" / "pw")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[intake]\nallowed_pattern = '\xe4'\n"])
def test_a_file_that_is_not_utf_8(cli: Cli, content: bytes) -> None:
    result = cli("config", "apply", "-", stdin=content)
    assert result.code == 2
    assert "the file is not in UTF-8" in result.err


def test_a_file_that_is_not_there(cli: Cli) -> None:
    result = cli("config", "apply", "/no/such.toml")
    assert (result.code, result.err) == (2, "allegra-tui: /no/such.toml cannot be read: No such file or directory\n")


def test_private_keys_in_a_certificate_file_are_not_copied(cli: Cli, tmp_path: Path) -> None:
    from tests.servers.certificates import Authority

    authority = Authority(tmp_path)
    issued = authority.issue("server", ["localhost"])
    (tmp_path / "both.pem").write_bytes(issued.key_file.read_bytes() + issued.cert_file.read_bytes())
    file = tmp_path / "mail.toml"
    file.write_text(MINIMAL + BOX.format(name="x") + "ca_file = 'both.pem'\n")
    cli.done("config", "apply", file)
    exported = cli.done("config", "export").out
    assert "BEGIN CERTIFICATE" in exported
    assert "PRIVATE" not in exported
    assert b"PRIVATE KEY" not in (cli.data_dir / "allegra.db").read_bytes()


def test_from_a_file_to_issues_on_real_servers(
    cli: Cli, account: DovecotAccount, mailbox_toml: Callable[..., str], tmp_path: Path
) -> None:
    """An IMAPS global mailbox and a POP3S project mailbox; run again, nothing more comes."""
    dovecot = account.dovecot
    other = dovecot.account()
    account.deliver(b"From: a@bosch.com\r\nSubject: One\r\n\r\n1\r\n")
    account.deliver(b"From: x@evil.org\r\nSubject: No\r\n\r\n1\r\n")
    other.deliver(b"From: b@bosch.com\r\nSubject: Two\r\n\r\n2\r\n")
    text = WORLD.partition("[[mailboxes]]")[0].replace("[intake]", "[intake]\nallow_unknown_senders = true")
    text += mailbox_toml("global", "imap", dovecot.port(Protocol.IMAP, Security.SSL))
    text += mailbox_toml("support", "pop3", dovecot.port(Protocol.POP3, Security.SSL), 'project = "SUP"').replace(
        account.username, other.username
    )
    assert cli.apply(text).code == 0
    summary = cli.done("fetch", "--json").objects[-1]
    assert {key: summary[key] for key in ("event", "received", "created", "rejected")} == {
        "event": "summary",
        "received": 3,
        "created": 2,
        "rejected": 1,
    }
    issues = {issue["title"]: issue["project"] for issue in cli.done("issues", "list", "--json").objects}
    assert issues == {"One": "INBOX", "Two": "SUP"}
    again = cli.done("fetch", "--json").objects
    assert [line["event"] for line in again] == ["summary"]
    assert again[0]["received"] == 0
    assert len(cli.done("issues", "list", "--json").objects) == 2
    assert account.messages() == []
