"""Reading a message opens no connection and no file, starts nothing and unpacks nothing, whatever it asks for."""

import subprocess
import sys

PROGRAM = r"""
import io, sys, zipfile, gzip
from allegra_tui import mail
from tests.hostile.test_no_access import messages

for raw in messages():
    mail.parse(raw)  # everything is imported by then
reached = []

MODULES = ("socket", "subprocess", "urllib", "ftplib", "smtplib", "webbrowser", "tempfile", "shutil", "ctypes")
EVENTS = ("open", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.listdir", "os.mkdir", "os.remove")

def watch(event, arguments):
    if event in EVENTS or event.split(".")[0] in MODULES:
        reached.append((event, str(arguments)[:200]))

sys.addaudithook(watch)
count = 0
for raw in messages():
    parsed = mail.parse(raw)
    assert b"root:" not in b"".join(file.data for file in parsed.attachments) and "root:" not in parsed.text
    count += 1
print(count, reached)
"""
_HTML = (
    "<img src=http://evil.example/pixel.png><img src=file:///etc/passwd><iframe src=http://evil.example></iframe>"
    "<link rel=stylesheet href=http://evil.example/x.css><script src=http://evil.example/x.js></script>"
    "<object data=file:///etc/passwd></object><style>@import url(http://evil.example/y.css)</style>"
    "<meta http-equiv=refresh content='0;url=http://evil.example'><base href=http://evil.example/>"
    "<video poster=http://evil.example/v><source src=http://evil.example/w></video><svg><image href=http://e.x/></svg>"
)
_ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'


def messages() -> list[bytes]:
    """Messages that ask for something that is not in them."""
    import gzip
    import io
    import tarfile
    import zipfile

    from tests.mail.letters import file, letter, multipart, part

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escape.txt", b"\0" * 10_000_000)
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w:gz") as packed:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
    external = [
        "access-type=local-file; name=/etc/passwd",
        'access-type=url; url="http://evil.example/x"',
        "access-type=anon-ftp; site=evil.example; name=x",
        "access-type=mail-server; server=x@evil.example",
        'access-type=tftp; site=127.0.0.1; name="/etc/passwd"',
    ]
    return [
        *(
            multipart("mixed", part(f"message/external-body; {how}", "Content-Type: text/plain\n\n"))
            for how in external
        ),
        letter(_HTML, "Content-Type: text/html; charset=utf-8"),
        multipart("related", part("text/html", _HTML), file("x.svg", _ENTITY.encode(), "image/svg+xml")),
        letter(_ENTITY, "Content-Type: text/xml"),
        letter("x", "Content-Base: http://evil.example/", "Content-Location: file:///etc/passwd"),
        letter("x", "Disposition-Notification-To: <http://evil.example>", "List-Unsubscribe: <http://evil.example>"),
        multipart("mixed", file("bomb.zip", bomb.getvalue(), "application/zip")),
        multipart("mixed", file("tape.tgz", tape.getvalue(), "application/gzip")),
        multipart("mixed", file("bomb.gz", gzip.compress(b"\0" * 10_000_000), "application/gzip")),
        multipart("mixed", part("message/partial; id=x; number=1; total=2", "From: a@b.c\n\nx")),
        letter("x", "Content-Encoding: gzip"),
    ]


def test_nothing_is_reached_for() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert done.stdout == f"{len(messages())} []\n"
