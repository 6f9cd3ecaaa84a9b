"""The mail that waits in the website's mailbox: form mail, signed and encrypted mail, and damaged mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allegra_tui.demo.letters.people import ANNA, LEYLA, PRIVATE, SHOP_ENCODED, SWIMMING_POOL, WEBSITE_ADDRESS
from allegra_tui.demo.mailbag import Mailbag


def messages(now: datetime) -> Sequence[bytes]:
    """Return the messages in the order of their arrival."""
    bag = Mailbag(WEBSITE_ADDRESS, now - timedelta(hours=16))
    bag.letter(
        "Contact form <form@nordwind.example>",
        "Contact form: opening hours",
        "Name: Erna Holm\nMessage: Are you open on Saturdays?\n",
        headers={"Auto-Submitted": "auto-generated"},
    )
    bag.letter(
        SWIMMING_POOL,
        "The shop's page is broken on telephones",
        "",
        html="<html><head><style>p{color:teal}</style><script>alert('not run')</script></head><body>"
        "<p>The button <b>Order</b> is cut off at the right.</p><div style='display:none'>hidden words</div>"
        "<p><a href='javascript:alert(1)'>a link that does nothing good</a></p>"
        "<table><tr><th>telephone</th><th>broken</th></tr><tr><td>small</td><td>yes</td></tr></table></body></html>",
    )
    bag.odd(
        f"""From: {SHOP_ENCODED}
Subject: Preisliste für Händler
Message-ID: <raw-subject@raeder-sued.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit""",
        "Die Preise für Räder und Zubehör sind auf der Seite veraltet.\n",
        charset="iso-8859-1",
    )
    bag.odd(
        f"""From: {ANNA}
Subject: Attachment cut off on the way
Message-ID: <truncated@nordwind.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut\"""",
        """--cut
Content-Type: text/plain; charset=utf-8

The text is whole, the file is not.

--cut
Content-Type: image/jpeg; name="../../etc/logo.jpg"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="../../etc/logo.jpg"

/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoM
DAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsN
FBQUFBQ""",
    )
    bag.odd(
        """From: Leyla =?utf-8?b?WcSxbGTEsXo=?= <leyla@kranich-logistik.example>
Subject: Encrypted, for the data protection officer
Message-ID: <encrypted@kranich-logistik.example>
MIME-Version: 1.0
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="pgp\"""",
        """--pgp
Content-Type: application/pgp-encrypted

Version: 1

--pgp
Content-Type: application/octet-stream; name="encrypted.asc"

-----BEGIN PGP MESSAGE-----

hQEMA0FuIGV4YW1wbGUgdGhhdCBub2JvZHkgY2FuIGRlY3J5cHQsIG5vdCBldmVu
IHRoZSBvbmUgd2hvIHdyb3RlIGl0Lg==
=demo
-----END PGP MESSAGE-----

--pgp--
""",
    )
    bag.letter(
        LEYLA,
        "Re: Tracking page",
        "> On 2 Mar 2026, at 17:40, Nordwind <website@nordwind.example> wrote:\n>\n"
        "> Does the tracking page work for you?\n\n"
        "It does on Linux, not on the terminals in the trucks.\n\nSent from my tablet\n",
    )
    bag.letter(PRIVATE, "do you sell stickers", "asking for a friend\n")
    bag.letter(
        "Karolina <karolina@nordwind.example>",
        "مرحبا / שלום / Γειά: greetings page",
        "The greetings in Arabic, Hebrew and Greek stand in the wrong order on the start page.\n\nKarolina\n",
    )
    return bag.messages()
