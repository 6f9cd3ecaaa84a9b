"""A bare imapclient loop that downloads a mailbox and throws it away: what the intake is compared with.

`python -m tests.bench.download PORT USER CA_FILE BATCH`, the password in the variable BENCH_PASSWORD.
"""

import os
import ssl
import sys

from imapclient import IMAPClient


def download(port: int, user: str, ca_file: str, batch: int) -> int:
    """Fetch every message of INBOX, `batch` a FETCH; how many there were."""
    context = ssl.create_default_context(cafile=ca_file)
    with IMAPClient("localhost", port, ssl_context=context) as client:
        client.login(user, os.environ["BENCH_PASSWORD"])
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        count = 0
        for start in range(0, len(uids), batch):
            count += len(client.fetch(uids[start : start + batch], ["BODY.PEEK[]"]))
        return count


if __name__ == "__main__":
    print(download(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
