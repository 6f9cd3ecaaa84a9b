"""`pattern`: patterns tried out before they are set."""

import json

import pytest

from tests.commands.conftest import Cli, World, letter


def test_both_verdicts_side_by_side(cli: Cli) -> None:
    addresses = ["anna@bosch.com", "anna@bosch.com.evil.org", "a b@bosch.com"]
    (found,) = cli.done("pattern", "check", r"[^@ \t]@bosch\.com", *addresses, "--json").objects
    assert set(found) == {"pattern", "used", "error", "lint", "results"}
    assert (found["pattern"], found["used"], found["error"]) == (r"[^@ \t]@bosch\.com", r"[^@ \t]@bosch\.com", None)
    assert found["results"] == [
        {"address": "anna@bosch.com", "match": True, "accepted": True, "reason": None},
        {"address": "anna@bosch.com.evil.org", "match": True, "accepted": False, "reason": "pattern"},
        {"address": "a b@bosch.com", "match": True, "accepted": False, "reason": "sender_malformed"},
    ]


def test_a_misprint_of_the_manual_is_used_as_it_was_meant(cli: Cli) -> None:
    printed = r"[^@\T]@t-online\.de | [^@\t]@computer\.org"
    (found,) = cli.done("pattern", "check", printed, "a@t-online.de", "--json").objects
    assert found["used"] == r"[^@ \t]@t-online\.de|[^@ \t]@computer\.org"
    assert found["results"][0] == {"address": "a@t-online.de", "match": False, "accepted": True, "reason": None}


def test_a_pattern_that_is_refused(cli: Cli) -> None:
    (found,) = cli.done("pattern", "check", "a(", "a@b.de", "--json").objects
    assert found["used"] is None
    assert "no closing )" in found["error"]
    assert found["results"] == [{"address": "a@b.de", "match": None, "accepted": False, "reason": "pattern"}]
    assert "Refused: This ( has no closing ) (character 2)" in cli.done("pattern", "check", "a(", "a@b.de").out


@pytest.mark.parametrize(("pattern", "match"), [("", True), ("  ", False)])
def test_no_pattern_is_no_restriction(cli: Cli, pattern: str, match: bool) -> None:
    (found,) = cli.done("pattern", "check", pattern, "a@b.de", "--json").objects
    assert found["used"] == ""
    assert found["results"] == [{"address": "a@b.de", "match": match, "accepted": True, "reason": None}]


def test_a_pattern_that_begins_with_a_dash(cli: Cli) -> None:
    (found,) = cli.done("pattern", "check", "--json", "--", r"-x@b\.de", "a-x@b.de").objects
    assert found["results"][0]["accepted"] is True


def test_many_patterns_from_standard_input(cli: Cli) -> None:
    asked = [
        {"pattern": r"@b\.de", "addresses": ["a@b.de"]},
        {"pattern": "(", "addresses": []},
        {"pattern": "x" * 2000, "addresses": ["a@b.de"]},
    ]
    result = cli.done("pattern", "check", "-", "--json", stdin="\n".join(map(json.dumps, asked)) + "\n\n")
    first, second, third = result.objects
    assert first["results"][0]["accepted"] is True
    assert second["error"]
    assert third["error"]
    assert third["results"][0]["match"] is None


@pytest.mark.parametrize(
    "line", ["x", "[]", "{}", '{"pattern": 1, "addresses": []}', '{"pattern": "", "addresses": [1]}']
)
def test_a_line_that_cannot_be_read_is_told_and_the_others_answered(cli: Cli, line: str) -> None:
    good = json.dumps({"pattern": "", "addresses": []})
    result = cli("pattern", "check", "-", stdin=f"{line}\n{good}\n")
    assert result.code == 2
    assert len(result.objects) == 1
    assert result.error["message"].startswith("line 1: ")


def test_people_read_why(cli: Cli) -> None:
    result = cli.done("pattern", "check", r"@bosch\.com", "a@bosch.com.evil.org", "\x1b[31m@x")
    assert "REFUSED: The match ends before the address does" in result.out
    assert "Perl's plain search: matches" in result.out
    assert "\x1b" not in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_lint_as_json(cli: Cli) -> None:
    found = cli.done("pattern", "lint", "@bosch.com", "--json").objects
    (dot,) = [finding for finding in found if finding["id"] == "P06"]
    assert set(dot) == {"id", "severity", "message", "fix", "start", "end"}
    assert (dot["severity"], dot["fix"], dot["start"]) == ("warning", r"@bosch\.com", 6)
    (checked,) = cli.done("pattern", "check", "@bosch.com", "--json").objects
    assert {tuple(finding) for finding in checked["lint"]} == {("id", "severity", "message", "fix")}
    assert [finding["id"] for finding in checked["lint"]] == [finding["id"] for finding in found]


def test_lint_for_people_shows_the_place_and_the_repair(cli: Cli) -> None:
    lines = cli.done("pattern", "lint", "@bosch.com").out.splitlines()
    place = lines.index(" " * 14 + "@bosch.com")
    assert lines[place + 1] == " " * 20 + "^"
    assert " " * 14 + r"use instead: @bosch\.com" in lines
    assert max(map(len, lines)) <= 80
    assert cli.done("pattern", "lint", "").out == "Nothing to remark.\n"


def test_lint_fails_where_the_pattern_cannot_be_used(cli: Cli) -> None:
    result = cli("pattern", "lint", "a(", "--json")
    assert result.code == 1
    assert [(finding["id"], finding["severity"]) for finding in result.objects] == [("P01", "error")]


def test_senders_gained_and_lost(world: World) -> None:
    world.fetch(letter(sender="Eve <eve@evil.org>"), letter(sender="bert@bosch.com"))
    result = world.cli.done("pattern", "senders", r"@evil\.org", "--json")
    assert result.objects == [
        {"address": "eve@evil.org", "change": "gained"},
        {"address": "anna@bosch.com", "change": "lost"},
        {"address": "bert@bosch.com", "change": "lost"},
    ]
    people = world.cli.done("pattern", "senders", "")
    assert (people.out, people.err) == ("gained     eve@evil.org\n", "1 gained, 0 lost\n")
    refused = world.cli("pattern", "senders", "a(")
    assert (refused.code, refused.out) == (2, "")
    assert any("P20" in line for line in world.cli.done("pattern", "lint", r"@evil\.org").out.splitlines())


def test_senders_need_a_configuration(cli: Cli) -> None:
    assert cli("pattern", "senders", "x").code == 2
    assert not cli.data_dir.exists()
