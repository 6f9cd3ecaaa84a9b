"""Reading mail: speed beside the standard library's bare parser, cost of hostile messages, fidelity on sample mail.

`python -m tests.bench.mail [--samples DIR]` prints everything. The samples are folders of messages, each with an
`expected.jsonl` that says what is known of them; `ALLEGRA_BENCH_MAILS` names them too, and `../shared/mails` beside the
repository is looked at without either. Times are processor times, the quickest of several rounds.
"""

import argparse
import email
import email.policy
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from allegra_tui.mail import envelope, parse
from allegra_tui.mail.quote import visible
from allegra_tui.model.mail import Mail
from tests.bench.measured import measure
from tests.bench.mix import messages
from tests.mail.hostile import CASES

ROUNDS = 3
MIX_COUNT = 400
DEFAULT_SAMPLES = Path(__file__).parents[2].parent / "shared" / "mails"


def main() -> None:
    """Print all figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--samples", type=Path, default=Path(os.environ.get("ALLEGRA_BENCH_MAILS", DEFAULT_SAMPLES)))
    arguments.add_argument("--case", help="read this hostile message and print nothing: what the benchmark measures")
    chosen = arguments.parse_args()
    if chosen.case:
        parse(CASES[chosen.case]())
        return
    samples = sorted(chosen.samples.glob("*/*.eml"))
    print_speed("mix", list(messages(MIX_COUNT)))
    if samples:
        print_speed("samples", [path.read_bytes() for path in samples])
        print_fidelity(chosen.samples, samples)
    else:
        print(f"no sample mail in {chosen.samples}", file=sys.stderr)
    print_hostile()


def print_speed(name: str, mails: Sequence[bytes]) -> None:
    """Processor time a message, and the rate relative to the standard library's parser alone."""
    own = milliseconds(parse, mails)
    header = milliseconds(envelope, mails)
    bare = milliseconds(_bare, mails)
    print(
        f"{name}: {len(mails)} messages, parse {own:.3f} ms, envelope {header:.3f} ms, bare compat32 {bare:.3f} ms,"
        f" relative rate {bare / own:.2f}"
    )


def milliseconds(read: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """The quickest round's processor time a message."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for raw in mails:
            read(raw)
        best = min(best, time.process_time() - started)
    return best / len(mails) * 1_000


def _bare(raw: bytes) -> object:
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def print_hostile() -> None:
    """What each hostile message costs a process of its own, start and making the message included."""
    worst_seconds = worst_memory = 0.0
    for name in CASES:
        cost = measure([sys.executable, "-m", "tests.bench.mail", "--case", name])
        worst_seconds = max(worst_seconds, cost.cpu_seconds)
        worst_memory = max(worst_memory, cost.peak_mb)
        flag = "" if cost.code == 0 else "  FAILED"
        print(f"  {name:36} {cost.cpu_seconds:6.2f} s {cost.peak_mb:5.0f} MB{flag}")
    print(f"hostile: {len(CASES)} cases, at most {worst_seconds:.2f} s and {worst_memory:.0f} MB")


def print_fidelity(root: Path, samples: Iterable[Path]) -> None:
    """How much of what is known of the samples is read right, field by field, with what is missed."""
    exceptions = 0
    for path in samples:
        try:
            parse(path.read_bytes())
        except Exception as error:
            exceptions += 1
            print(f"  {path.name}: {error!r}")
    right: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for listing in sorted(root.glob("*/expected.jsonl")):
        for line in listing.read_text(encoding="utf-8").splitlines():
            expected = json.loads(line)
            path = listing.parent / expected["file"]
            if not path.exists():
                continue
            for name, matches, found in _compared(path, expected):
                known[name] += 1
                right[name] += matches
                if not matches:
                    print(f"  {path.name} {name}: {found}")
    print(f"exceptions: {exceptions}")
    for name, count in known.items():
        print(f"{name}: {right[name]} of {count} ({right[name] / count:.1%})")


def _compared(path: Path, expected: dict[str, object]) -> Iterable[tuple[str, bool, str]]:
    """Field, whether it is right, and what was found, for each field that is known."""
    raw = path.read_bytes()
    if "reply_text" in expected:
        shown = visible(raw.decode("utf-8").replace("\r\n", "\n"))
        yield "reply_text", _lines(shown) == _lines(str(expected["reply_text"])), repr(shown[:80])
        return
    mail = parse(raw)
    yield from _fields(mail, expected)


def _fields(mail: Mail, expected: dict[str, object]) -> Iterable[tuple[str, bool, str]]:
    if "subject" in expected:
        yield "subject", _words(mail.subject or "") == _words(str(expected["subject"])), repr(mail.subject)
    if "from_address" in expected:
        address = str(expected["from_address"]).lower()
        yield "from_address", (mail.sender.reading or "").lower() == address, repr(mail.sender.reading)
    if "from_name" in expected:
        yield "from_name", _words(mail.sender.name) == _words(str(expected["from_name"])), repr(mail.sender.name)
    if "body_text" in expected:
        yield "body_text", _words(mail.text) == _words(str(expected["body_text"])), repr(mail.text[:80])
    if "attachment_count" in expected:
        names = [attachment.filename for attachment in mail.attachments]
        yield "attachment_count", len(names) == expected["attachment_count"], repr(names)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


if __name__ == "__main__":
    main()
