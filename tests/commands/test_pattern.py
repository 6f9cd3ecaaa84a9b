"""`pattern`: patterns tried out before they are set."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

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


def test_a_slow_pattern_has_a_time_limit_for_all_addresses_together(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegra_tui.commands.pattern._SECONDS", 0.1)
    slow = [f"{'a' * 40}{number}@exa.example.org" for number in range(20)]
    asked = [{"pattern": "(a|a)*$", "addresses": slow}, {"pattern": "@b$", "addresses": ["a@b.de"]}]
    result = cli("pattern", "check", "-", stdin="\n".join(map(json.dumps, asked)))
    assert result.code == 1
    first, second = result.objects
    assert [answer["address"] for answer in first["results"]] == slow, "each has its answer"
    assert {answer["reason"] for answer in first["results"]} == {"pattern_timeout"}
    assert second["results"][0]["reason"] == "pattern", "the next line is answered all the same"
    assert result.error["code"] == "out_of_time"
    assert result.error["message"].startswith("line 1: the pattern is slow: 19 of 20 addresses")
    people = cli("pattern", "check", "(a|a)*$", *slow)
    assert people.code == 1
    assert "Not asked: the addresses before took the" in people.out
    assert people.err.startswith("allegra-tui: the pattern is slow: 19 of 20 addresses")


def test_ctrl_c_ends_a_slow_pattern_at_once(cli: Cli) -> None:
    slow = {"pattern": "(a|a)*$", "addresses": [f"{'a' * 40}@exa.example.org"] * 100}
    command = [sys.executable, "-m", "allegra_tui", "--data-dir", str(cli.data_dir), "pattern", "check", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps({"pattern": "@b$", "addresses": []}) + "\n")
        running.stdin.flush()
        assert running.stdout.readline()
        started = _ticks(running.pid)
        running.stdin.write(json.dumps(slow) + "\n")
        running.stdin.flush()
        while _ticks(running.pid) < started + 30:
            time.sleep(0.02)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=60) == ("", "")
        assert running.returncode == 130
        assert time.monotonic() - began < 5, "the whole line takes ten"


def _ticks(pid: int) -> int:
    """How much processor time a process used, in hundredths of a second."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


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
