"""`config`: the whole configuration as one file."""

import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, RegisteredSender, Security
from allegra_tui.usecases import records
from tests.commands.conftest import BOX, MINIMAL, WORLD, Cli, World
from tests.servers.dovecot import DovecotAccount

EVERYTHING = """
[intake]
enabled = false
allow_unknown_senders = true
allowed_pattern = '[^@ \\t]@[a-z]+\\.example|[^@]@"'
must_accept = ["anna@bosch.example"]
must_refuse = ["eve@bosch.example.evil.org", "no address"]
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

[[mailboxes]]
name = "f"
username = "issues@example.org"
auth = "oauth2"
provider = "microsoft365"
client_id = "0123-abcd"
client_secret = "s3cret-canary"
tenant = "example.org"
scope = "mail offline_access"

[[mailboxes]]
name = "g"
host = "third.example.org"
username = "z"
auth = "oauth2"
provider = "custom"
client_id = "issues"
client_secret_command = ["pass", "show", "client"]
device_endpoint = "https://login.example.org:8443/device"
authorization_endpoint = "https://login.example.org/authorize"
token_endpoint = "https://login.example.org/token"

[[mailboxes]]
name = "h"
protocol = "pop3"
username = "issues@gmail.example"
auth = "oauth2"
provider = "google"
client_id = "1.apps.example"
client_secret_env = "CLIENT_SECRET"

[[mailboxes]]
name = "i"
username = "issues@gmail.example"
auth = "oauth2"
provider = "google"
client_id = "1.apps.example"
client_secret_file = "/etc/secret"

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
    for kind in ("password", "client_secret"):
        (kept,) = [box for box in before[0]["mailboxes"] if box[kind]]
        kept[kind] = False  # what an export leaves out
    assert before == after


def test_every_setting_has_a_key_and_arrives(cli: Cli, everything: Path, tmp_path: Path) -> None:
    cli.done("config", "apply", everything)
    (shown,) = cli.done("config", "show", "--json").objects
    assert shown["intake"] == {
        "enabled": False,
        "allow_unknown_senders": True,
        "allowed_pattern": '[^@ \\t]@[a-z]+\\.example|[^@]@"',
        "must_accept": ["anna@bosch.example"],
        "must_refuse": ["eve@bosch.example.evil.org", "no address"],
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
        "auth": "password",
        "password": False,
        **dict.fromkeys(("client_id", "tenant", "device_endpoint", "authorization_endpoint", "token_endpoint"), ""),
        "provider": None,
        "client_secret": False,
        "scope": "",
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
    microsoft, custom = boxes["f"], boxes["g"]
    assert (microsoft["auth"], microsoft["provider"], microsoft["client_secret"]) == ("oauth2", "microsoft365", True)
    assert (microsoft["host"], microsoft["tenant"]) == ("outlook.office365.com", "example.org")
    assert microsoft["scope"] == "mail offline_access"
    assert custom["client_secret_command"] == ["pass", "show", "client"]
    assert custom["device_endpoint"] == "https://login.example.org:8443/device"
    assert (boxes["h"]["host"], boxes["h"]["client_secret_env"]) == ("pop.gmail.com", "CLIENT_SECRET")
    assert (boxes["i"]["host"], boxes["i"]["client_secret_file"]) == ("imap.gmail.com", "/etc/secret")
    assert [sender["enabled"] for sender in shown["senders"]] == [True, False]


def test_the_file_that_names_everything_does_so() -> None:
    found = tomllib.loads(EVERYTHING)
    assert set(found["intake"]) == {field.name for field in fields(IntakeSettings)}
    boxes = {key for box in found["mailboxes"] for key in box}
    secrets = {"secret": "password", "client_secret": "client_secret"}
    words = {field: set(records.SECRETS[key]) for field, key in secrets.items()}
    words |= {"ca_pem": {"ca_file"}, "id": set()}
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


def test_lists_may_ask_for_letters_that_no_address_has(cli: Cli) -> None:
    cli.apply("[intake]\nreject_subjects = ['Stra\u00dfe']\nreject_bodies = ['Gr\u00fc\u00dfe$']\n")
    (shown,) = cli.done("config", "show", "--json").objects
    assert (shown["intake"]["reject_subjects"], shown["intake"]["reject_bodies"]) == (["Straße"], ["Grüße$"])


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
