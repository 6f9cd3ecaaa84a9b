"""Reads a TNEF stream from standard input and writes its content to standard output: the child of `tnef`."""

import json
import resource
import sys

MAX_BYTES = 400 << 20
MAX_SECONDS = 5


def main() -> None:
    """Bounds itself, then reads and writes."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    from tnefparse import TNEF

    found = TNEF(sys.stdin.buffer.read(), do_checksum=False)
    files = [(attachment.long_filename(), attachment.data) for attachment in found.attachments]
    listed = {"files": [(name, len(data)) for name, data in files], "text": "", "html": ""}
    sys.stdout.buffer.write(json.dumps(listed).encode() + b"\n")
    for _, data in files:
        sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main()
