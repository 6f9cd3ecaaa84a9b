"""The mail that waits in the general mailbox: answers to the history, oddities, and what is to be refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allegra_tui.demo.letters.people import (
    ANNA,
    GENERAL_ADDRESS,
    JOERG,
    LEYLA,
    LOTTERY,
    PIOTR,
    PRIVATE,
    SHOP,
    SWIMMING_POOL,
    TOWN_HALL,
)
from allegra_tui.demo.mailbag import Mailbag


def messages(now: datetime) -> Sequence[bytes]:
    """Return the messages in the order of their arrival."""
    bag = Mailbag(GENERAL_ADDRESS, now - timedelta(hours=20))
    _answers(bag)
    _refused(bag)
    _machines(bag)
    _oddities(bag)
    return bag.messages()


def _answers(bag: Mailbag) -> None:
    bag.letter(
        LEYLA,
        "Re: [#3] Delivery 4711 arrived without pedals",
        "The pedals were found on another truck. Please leave this open until they are here on Thursday.\n\n"
        "On Tuesday you wrote:\n> Thank you for telling us.\n> Which truck brought the delivery?\n",
    )
    bag.letter(
        ANNA,
        "Now it prints only green",
        "I know the subject is another one, but it is the same printer.\n",
        answers="pink-printer",
    )
    bag.letter(
        TOWN_HALL,
        "Re: [#1] Printer on the second floor prints only pink",
        "Guten Tag,\n\nwir haben mit diesem Drucker nichts zu tun, aber unserer druckt auch rosa.\n",
    )
    bag.letter(PIOTR, "AW: #4", "Karolina prefers a left-handed mouse.\n\n-- \nPiotr\n")


def _refused(bag: Mailbag) -> None:
    bag.letter(PRIVATE, "my bike :(", "hi, my bike makes a noise when i ride it. what can it be?\n")
    bag.letter(LOTTERY, "Last reminder", "Your prize expires in 24 hours.\n")
    bag.letter(
        "Anna Meier <anna.meier@nordwind.example.prize-office.example>",
        "Urgent: change of our bank details",
        "Please pay all open invoices to the account below from today on.\n",
    )
    bag.odd(
        """From: Anna Meier <anna.meier@nordwind.example>
From: Lucky Draw <winner@prize-office.example>
Subject: One letter with two senders
Message-ID: <two-from-fields@prize-office.example>""",
        "Which of the two From fields do you believe?\n",
    )
    bag.odd(
        """From: anna.meier@nordwind.example, winner@prize-office.example
Subject: Two addresses in one field
Message-ID: <two-addresses@prize-office.example>""",
        "A careless program would take the first one.\n",
    )
    bag.odd(
        """From: anna.meier@nordwind.example)winner@prize-office.example
Subject: A bracket that fools address parsers
Message-ID: <bracket@prize-office.example>""",
        "Some libraries read this as a letter from Anna.\n",
    )
    bag.odd("Subject: No sender at all\nMessage-ID: <no-sender@prize-office.example>", "Guess who.\n")


def _machines(bag: Mailbag) -> None:
    bag.letter(
        SWIMMING_POOL,
        "Out of office: Re: [#3] Delivery 4711",
        "I am on holiday until the 14th.\n",
        headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
    )
    bag.odd(
        """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.nordwind.example>
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.nordwind.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report\"""",
        """--report
Content-Type: text/plain

The mail system could not deliver your message to hans@kranich-logistik.example.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.nordwind.example

Final-Recipient: rfc822; hans@kranich-logistik.example
Action: failed
Status: 5.1.1

--report--
""",
    )
    bag.letter(f"Nordwind <{GENERAL_ADDRESS}>", "Re: Re: Re: Your request", "This is our own answer, coming back.\n")
    bag.letter(
        "Disk watch <root@monitor.nordwind.example>",
        "WARNING: /var is 91 % full on mail01",
        "Sent by a program. This mailbox does not take such mail; the website's does.\n",
        headers={"Auto-Submitted": "auto-generated"},
    )


def _oddities(bag: Mailbag) -> None:
    bag.letter(
        JOERG, "", "Die Tür zur Halle 3 klemmt.\n\nBei Regen geht sie gar nicht mehr auf, dann kommt keiner raus.\n"
    )
    bag.odd(
        f"""From: {ANNA}
Subject: Umlauts that say they are something else
Message-ID: <wrong-charset@nordwind.example>
MIME-Version: 1.0
Content-Type: text/plain; charset="x-unknown-9"
Content-Transfer-Encoding: 8bit""",
        "Grüße aus der Buchhaltung: für Müller fehlt die Größe der Räder.\n",
        charset="cp1252",
    )
    bag.letter(SHOP, "🚲 Twelve city bikes, please 🙏", "Same as last year, but with bells. 🔔\n")
    bag.odd(
        f"""From: {PIOTR.replace("Piotr Zieliński", "Piotr")}
Subject: =?utf-8?q?Invoice_=1B]0=3Bowned=07=1B[31mred_=E2=80=AEfdp.exe_=5B/bold=5D?=
Message-ID: <hostile-subject@nordwind.example>""",
        "The subject tries to rename the terminal's window, to write red and to turn the text round.\n"
        "\x1b[2JThe body tries to clear the screen.\n",
    )
    bag.letter(
        SWIMMING_POOL,
        "Question about the guarantee for the rental bicycles that we bought in the spring of last year, of which " * 4
        + "four are broken",
        "The subject says it all.\n",
    )
    bag.letter(
        TOWN_HALL,
        "Re: [Nordwind-Cycling-Club] Saturday's tour",
        "Wir kommen mit acht Leuten. Wer bringt das Flickzeug mit?\n",
        headers={
            "List-Id": "Cycling club <club.lists.muehlbach.example>",
            "Precedence": "list",
            "List-Unsubscribe": "<mailto:club-leave@lists.muehlbach.example>",
        },
    )
