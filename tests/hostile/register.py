"""The attacks that have tests of their own, each with its defence: `python -m tests.hostile.register [NAME…]`.

It takes one defence after the other out of a copy of the program and runs the tests that are to notice. What still
passes then is no test. `tests/hostile/test_register.py` sees to it that the table is true of today's program.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Attack:
    """A class of attack: what stands against it in `file`, what stands there without it, and who notices."""

    name: str
    file: str
    defence: str
    without: str
    tests: str


ATTACKS = (
    Attack(
        "several From", "mail/sender.py", "if len(fields) > 1:", "if False:", "tests/mail/test_sender.py -k two_from"
    ),
    Attack(
        "ambiguous sender",
        "address.py",
        'raise _ambiguous("From can be read as more than one address.")',
        "return name, parse(line.rpartition('<')[2].partition('>')[0])",
        "tests/test_address.py tests/mail/test_sender.py -k 'not_trusted or refused'",
    ),
    Attack(
        "comment in the sender",
        "address.py",
        'if re.search(r\'[ ,;:()\\[\\]"\\\\]\', line) or line.count("@") > 1:',
        "if False:",
        "tests/test_address.py -k not_trusted",
    ),
    Attack(
        "address hidden in encoded words", "address.py", ' or "=?" in local', "", "tests/test_address.py -k malformed"
    ),
    Attack(
        "NUL and newline in the sender", "address.py", "if _CONTROL.search(line):", "if False:", "tests/test_address.py"
    ),
    Attack(
        "domain in letters that turn plain",
        "address.py",
        "if mapped.isascii() and not label.isascii():",
        "if False:",
        "tests/test_address.py -k malformed",
    ),
    Attack(
        "homograph",
        "disguise.py",
        "return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)",
        "return False",
        "tests/test_disguise.py tests/policy/test_verdict.py -k 'domain or taken_for'",
    ),
    Attack(
        "look-alike",
        "disguise.py",
        "return None if part == name else name",
        "return None",
        "tests/test_disguise.py tests/policy/test_verdict.py -k 'look_alikes or taken_for'",
    ),
    Attack(
        "look-alike of a registered sender",
        "store/senders.py",
        'if alike := tx.run(_ALIKE, {"skeleton": skeleton(written)}):',
        "if False:",
        "tests/store/test_configuration.py tests/commands/test_registers.py -k look_like",
    ),
    Attack(
        "look-alike of a registered sender's domain",
        "store/senders.py",
        "if alike := tx.run(_DOMAIN_ALIKE, look):",
        "if False:",
        "tests/store/test_configuration.py -k look_like",
    ),
    Attack(
        "marks piled up",
        "text.py",
        "shown.append(char if marks <= STACK else REPLACEMENT)",
        "shown.append(char)",
        "tests/test_text.py",
    ),
    Attack(
        "name that plays an address",
        "disguise.py",
        'return address or name if "@" in name or not name else name',
        "return name or address or ''",
        "tests/test_disguise.py -k plays",
    ),
    Attack(
        "pattern that ends inside the domain",
        "policy/pattern/rule.py",
        "compile_rule(mended.tree),",
        "compile_plain(mended.tree),",
        "tests/policy/pattern/test_rule.py -k 'whole_domain or both_verdicts'",
    ),
    Attack(
        "pattern that begins inside the domain",
        "policy/pattern/rule.py",
        "if not covers(found, text):",
        "if False:",
        "tests/policy/pattern/test_rule.py",
    ),
    Attack(
        "pattern without end",
        "policy/pattern/rule.py",
        "found = pattern.rule.search(text, timeout=ADDRESS_SECONDS)",
        "found = pattern.rule.search(text)",
        "tests/policy/pattern/test_rule.py -k slow_address",
    ),
    Attack(
        "pattern that takes memory to compile",
        "policy/pattern/limits.py",
        "total.nodes > MAX_REPEATED_NODES or ",
        "",
        "tests/policy/pattern/test_limits.py -k bombs",
    ),
    Attack(
        "pattern that takes time to compile",
        "policy/pattern/limits.py",
        " or (times > 1 and total.groups > MAX_REPEATED_GROUPS)",
        "",
        "tests/policy/pattern/test_limits.py -k bombs",
    ),
    Attack(
        "guessed issue number",
        "policy/verdict.py",
        "if registered or not policy.unknown_comment_own_only:",
        "if True:",
        "tests/policy/test_verdict.py -k strangers",
    ),
    Attack(
        "loop with itself",
        "policy/verdict.py",
        "if sender and address.key(sender) in policy.own_addresses:",
        "if False:",
        "tests/policy/test_verdict.py -k fails_first",
    ),
    Attack(
        "bounce", "mail/machine.py", 'if content.value != "multipart/report":', "if True:", "tests/mail/test_machine.py"
    ),
    Attack(
        "automatic answer",
        "mail/machine.py",
        'if submitted and submitted not in {"no", "auto-generated"}:',
        "if False:",
        "tests/mail/test_machine.py",
    ),
    Attack(
        "flood",
        "policy/verdict.py",
        "if count > policy.rate_messages:",
        "if False:",
        "tests/policy/test_verdict.py -k fails_first",
    ),
    Attack(
        "flood in another's name",
        "store/journal/lookup.py",
        "        or_(messages.c.reason.is_(None), *(messages.c.reason == reason for reason in AFTER_RATE)),\n",
        "",
        "tests/usecases/test_intake.py -k another_name",
    ),
    Attack(
        "file name with a path",
        "mail/filename.py",
        'text = _SEPARATORS.split(text.strip().rstrip("/\\\\"))[-1]',
        "text = text.strip()",
        "tests/mail/test_attachments.py -k 'names or directory'",
    ),
    Attack(
        "reserved file name",
        "mail/filename.py",
        "if _RESERVED.match(text):",
        "if False:",
        "tests/mail/test_attachments.py -k safe",
    ),
    Attack(
        "long file name",
        "mail/filename.py",
        "return _shortened(text)",
        "return text",
        "tests/mail/test_attachments.py -k 'long or directory'",
    ),
    Attack(
        "file name that is saved under",
        "usecases/files.py",
        'char if char.isprintable() and char not in \'/\\\\:*?"<>|\' else "_" for char in file.filename',
        "char for char in file.filename",
        "tests/hostile/test_files.py -k nowhere_else",
    ),
    Attack(
        "file over another",
        "usecases/files.py",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600",
        "os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600",
        "tests/hostile/test_files.py -k 'links or overwrites'",
    ),
    Attack(
        "file that can be run",
        "usecases/files.py",
        "os.O_EXCL, 0o600",
        "os.O_EXCL, 0o700",
        "tests/hostile/test_files.py",
    ),
    Attack(
        "bomb of parts",
        "mail/mime.py",
        "if count > MAX_PARTS:",
        "if False:",
        "tests/mail/test_total.py -k limits_are_noted",
    ),
    Attack(
        "bomb of levels",
        "mail/mime.py",
        "if part.depth >= MAX_DEPTH:",
        "if False:",
        "tests/mail/test_total.py -k limits_are_noted",
    ),
    Attack(
        "bomb of fields",
        "mail/header.py",
        "if fields == MAX_FIELDS and position < end:",
        "if False:",
        "tests/mail/test_total.py -k limits_are_noted",
    ),
    Attack(
        "bomb of one field",
        "mail/header.py",
        "            value = value[:limit]\n",
        "",
        "tests/hostile/test_bombs.py -k field",
    ),
    Attack(
        "bomb of base64",
        "mail/decode.py",
        "_PIECE = 1 << 20\n",
        "_PIECE = 1 << 40\n",
        "tests/hostile/test_bombs.py -k base64",
    ),
    Attack(
        "bomb of HTML",
        "mail/html_convert.py",
        "MAX_DEPTH = 400\n",
        "MAX_DEPTH = 400_000\n",
        "tests/mail/test_html.py -k deep",
    ),
    Attack(
        "remote image",
        "mail/html.py",
        "return html_convert.convert(source)",
        "__import__('socket').getaddrinfo('127.0.0.1', 80); return html_convert.convert(source)",
        "tests/hostile/test_no_access.py",
    ),
    Attack(
        "external body",
        "mail/message.py",
        "def parse(raw: bytes) -> Mail:\n",
        "def parse(raw: bytes) -> Mail:\n    open('/etc/passwd').close()\n",
        "tests/hostile/test_no_access.py",
    ),
    Attack(
        "escape sequence",
        "text.py",
        "return _PILE.sub(_unpile, _UNSAFE.sub(_picture, text))",
        "return text",
        "tests/test_text.py tests/hostile/test_commands.py -k 'display or list'",
    ),
    Attack(
        "escape sequence in a body",
        "text.py",
        'return _PILE.sub(_unpile, _UNSAFE_IN_LINES.sub(_picture, text.replace("\\r\\n", "\\n")))',
        "return text",
        "tests/test_text.py tests/hostile/test_commands.py -k 'lines or issues_show'",
    ),
    Attack(
        "what no border caught",
        "console/printable.py",
        "segment._replace(text=display(segment.text))",
        "segment",
        "tests/console/test_widgets.py -k net",
    ),
    Attack(
        "markup",
        "console/screen.py",
        'line.update(Content(f"x {display_lines(str(error))}"))',
        'line.update(f"x {display_lines(str(error))}")',
        "tests/hostile/test_markup.py",
    ),
    Attack(
        "greeting and error of a server",
        "commands/output.py",
        'for line in display_lines(text).expandtabs(4).split("\\n")',
        'for line in text.expandtabs(4).split("\\n")',
        "tests/hostile/test_commands.py -k 'mailbox_test or mailbox and test'",
    ),
    Attack(
        "text pasted elsewhere",
        "console/app.py",
        "super().copy_to_clipboard(display_lines(text))",
        "super().copy_to_clipboard(text)",
        "tests/hostile/test_markup.py",
    ),
    Attack(
        "trace that quotes foreign text",
        "__main__.py",
        "    sys.excepthook = _tell_defect\n",
        "",
        "tests/hostile/test_canary.py -k steer",
    ),
    Attack(
        "formula",
        "commands/spreadsheet.py",
        'return _FORMULA.sub(r"\\1\\2\'", ',
        "return str(",
        "tests/commands/test_output.py -k cell",
    ),
    Attack(
        "syntax of the full-text search",
        "store/search.py",
        "quoted = ['\"' + word.replace('\"', '\"\"') + '\"' for word in words]",
        "quoted = list(words)",
        "tests/store/test_search.py -k any_text",
    ),
    Attack(
        "wildcards of SQL",
        "store/journal/queries.py",
        "column.icontains(chosen.text, autoescape=True)",
        "column.icontains(chosen.text)",
        "tests/hostile/test_searches.py",
    ),
    Attack(
        "STARTTLS stripped",
        "sources/network.py",
        "elif security is Security.STARTTLS:",
        "elif False:",
        "tests/sources/test_security.py -k kept_away",
    ),
    Attack(
        "STARTTLS injected into",
        "sources/wire.py",
        "if self._at < len(self._data):\n            # Plain",
        "if False:\n            # Plain",
        "tests/sources/test_security.py -k 'kept_away and Injecting'",
    ),
    Attack(
        "certificate for another host",
        "sources/tls.py",
        "context.verify_flags &= ~ssl.VERIFY_X509_STRICT\n",
        "context.check_hostname = False\n",
        "tests/sources/test_security.py -k another_host",
    ),
    Attack(
        "certificate expired or of an unknown authority",
        "sources/tls.py",
        "def _verified_by(context: ssl.SSLContext, host: str) -> Handshake:\n",
        "def _verified_by(context: ssl.SSLContext, host: str) -> Handshake:\n    context = _reading()\n",
        "tests/sources/test_security.py -k 'expired or unknown or another_authority'",
    ),
    Attack(
        "certificate changed",
        "sources/tls.py",
        "if hashlib.sha256(leaf).hexdigest() == pin:",
        "if True:",
        "tests/sources/test_security.py -k pinned_one",
    ),
    Attack(
        "password that a server repeats",
        "sources/concealed.py",
        'hidden[at : at + length] = b"\\1" * length',
        "pass",
        "tests/hostile/test_repeating.py -k password",
    ),
    Attack(
        "token of which a server repeats a part",
        "sources/concealed.py",
        "length = _RUN if len(secret) >= _LONG else len(written)",
        "length = len(written)",
        "tests/hostile/test_repeating.py -k token",
    ),
    Attack(
        "token that a provider repeats",
        "sources/oauth2/client.py",
        "self._concealed.add(refresh)",
        "pass",
        "tests/hostile/test_repeating.py -k provider",
    ),
    Attack(
        "secret inherited by a child",
        "secrets.py",
        "if name in _HARMLESS or name.startswith(_HARMLESS_KINDS)",
        "if True",
        "tests/hostile/test_canary.py -k inherits",
    ),
    Attack(
        "secret in a trace",
        "console/app.py",
        "self.panic(Text(display_lines(traceback.format_exc())))",
        "super()._fatal_error()",
        "tests/hostile/test_canary.py -k shows_no_variables",
    ),
)


def noticed(attack: Attack) -> bool:
    """Take a defence out of a copy of the program, and tell whether a test fails then."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in ("allegra_tui", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, copy)
        target = copy / "allegra_tui" / attack.file
        text = target.read_text(encoding="utf-8")
        assert text.count(attack.defence) == 1, f"{attack.name}: the defence is not what it was"
        target.write_text(text.replace(attack.defence, attack.without), encoding="utf-8")
        shell = f"cd {copy} && PYTHONPATH={copy} {sys.executable} -m pytest -q -x -p no:cacheprovider {attack.tests}"
        done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{attack.name}: {done.stdout[-2000:]}{done.stderr[-500:]}")
        return done.returncode == 1


def main(names: list[str]) -> int:
    """Try the attacks named, or all, and tell what was noticed."""
    chosen = [attack for attack in ATTACKS if not names or any(name in attack.name for name in names)]
    missed = 0
    for attack in chosen:
        began = time.monotonic()
        try:
            found = "noticed" if noticed(attack) else "NOT NOTICED"
        except (RuntimeError, AssertionError) as error:
            found = f"BROKEN {error}"
        missed += found != "noticed"
        print(f"{found:<12} {time.monotonic() - began:5.1f} s  {attack.name}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} defences missed when they were gone")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
