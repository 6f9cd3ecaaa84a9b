"""Runs pymap until standard input ends, so that it never outlives the program that started it.

`python -m allegra_tui.demo.server_child PORT USER PASSWORD_FILE`: the password itself would show in the process list.
A demo that ends in order ends this process before its standard input. Where the input ends first the demo was killed,
and the throw-away directory, in which the password file lies, is removed here.
"""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from pymap.main import main


def _end_with_parent(directory: Path) -> None:
    sys.stdin.read()
    shutil.rmtree(directory, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    port, username, password_file = sys.argv[1:]
    password = Path(password_file).read_text(encoding="ascii")
    threading.Thread(target=_end_with_parent, args=(Path(password_file).parent,), daemon=True).start()
    user = [f"--demo-user={username}", f"--demo-password={password}"]
    sys.argv = ["pymap", "--host", "127.0.0.1", "--port", port, "--no-tls", "dict", *user]
    main()
