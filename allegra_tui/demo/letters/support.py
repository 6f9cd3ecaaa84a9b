"""The mail that waits in the support mailbox: attachments of all kinds, and answers as mail programs quote them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allegra_tui.demo.letters.people import (
    ANNA,
    JOERG,
    LEYLA,
    PIOTR,
    SCANNER,
    SHOP,
    SUPPORT_ADDRESS,
    SWIMMING_POOL,
    TOWN_HALL,
)
from allegra_tui.demo.mailbag import Mailbag, attach, embed, pdf, picture, recording
from allegra_tui.demo.winmail import winmail

_RED = (200, 40, 40)
_BLUE = (30, 90, 190)


def messages(now: datetime) -> Sequence[bytes]:
    """Return the messages in the order of their arrival."""
    bag = Mailbag(SUPPORT_ADDRESS, now - timedelta(hours=18))
    _files(bag)
    _quotes(bag)
    _doubles(bag)
    return bag.messages()


def _files(bag: Mailbag) -> None:
    letter = bag.letter(
        LEYLA,
        "Photographs of delivery 4711",
        "As promised: a photograph, the delivery note and the scanner's log.\n",
        name="photographs",
    )
    attach(letter, picture(96, 64, _RED), "image/png", "missing pedals.png")
    attach(letter, pdf("Delivery note 4711: 12 bicycles, 0 pedals"), "application/pdf", "delivery-note-4711.pdf")
    attach(letter, b"08:14 gate 3 opened\n08:15 pallet 17 scanned\n08:16 gate 3 closed\n", "text/plain", "scanner.log")

    letter = bag.letter(
        TOWN_HALL,
        "Angebot für Dienstfahrräder",
        "Sehr geehrte Damen und Herren,\n\nanbei unsere Anforderungen für fünf Dienstfahrräder.\n\n"
        "Mit freundlichen Grüßen\nBürgerbüro Mühlbach\n",
        name="service-bicycles",
    )
    attach(letter, pdf("Five bicycles with baskets"), "application/pdf", "Anforderungen für Räder (Größe L).pdf")

    letter = bag.letter(
        ANNA,
        "Screenshot of the error",
        "The window in the picture appears each time I save.\n[picture]\n",
        html="<html><body><p>The window in the picture appears each time I <i>save</i>.</p>"
        "<p><img src='cid:screenshot'></p></body></html>",
    )
    embed(letter, picture(120, 80, _BLUE), "screenshot")

    letter = bag.letter(JOERG, "Video of the noise", "Five megabytes of squeaking brakes.\n")
    attach(letter, recording(5_000_000), "video/mp4", "squeaking-brakes.mp4")

    letter = bag.letter(SWIMMING_POOL, "Parts list from Outlook", "The list is in the attachment.\n")
    packed = winmail("The list is in the attachment.", "parts-list.csv", b"part;count\nbell;12\nsaddle;12\npedal;24\n")
    attach(letter, packed, "application/ms-tnef", "winmail.dat")

    letter = bag.letter(ANNA, "Fwd: complaint about the bell", "What do we answer?\n")
    inner = Mailbag(SUPPORT_ADDRESS, letter["Date"].datetime).letter(
        "Mia <mia.1998@freemail.example>", "complaint about the bell", "the bell is too loud\n", name="bell"
    )
    letter.add_attachment(inner)

    letter = bag.letter(SHOP, "Termin zur Übergabe", "Passt Ihnen Freitag um zehn?\n")
    attach(letter, _invitation(), "text/calendar", "invite.ics")


def _quotes(bag: Mailbag) -> None:
    bag.letter(
        LEYLA,
        "AW: Photographs of delivery 4711",
        "Die Pedale sind da. Bitte schließen.\n\n"
        "Von: Nordwind Support <support@nordwind.example>\nGesendet: Dienstag, 3. März 2026 09:12\n"
        "An: Leyla Yıldız <leyla@kranich-logistik.example>\nBetreff: Re: Photographs of delivery 4711\n\n"
        "Vielen Dank, wir sehen nach.\n",
        answers="photographs",
    )
    bag.letter(
        TOWN_HALL,
        "Re: Angebot für Dienstfahrräder",
        "Bitte auch mit Gepäckträger.\n\nAm Di., 3. März 2026 um 10:02 Uhr schrieb Nordwind Support\n"
        "<support@nordwind.example>:\n\n> Vielen Dank für Ihre Anfrage.\n> Wir melden uns.\n",
        answers="service-bicycles",
        html="<div dir='ltr'>Bitte auch mit Gepäckträger.</div><div class='gmail_quote'><div class='gmail_attr'>"
        "Am Di., 3. März 2026 um 10:02 Uhr schrieb Nordwind Support:<br></div>"
        "<blockquote class='gmail_quote'>Vielen Dank für Ihre Anfrage.<br>Wir melden uns.</blockquote></div>",
    )
    bag.letter(
        PIOTR,
        "Re: [SUP-2] warehouse login",
        "> Is hall 3 affected alone?\n\nNo, hall 4 as well.\n\n> Since when?\n\nSince the update on Monday.\n",
    )


def _doubles(bag: Mailbag) -> None:
    bag.again("photographs")
    for page in ("one", "two"):
        # The scanner gives each of its letters the same Message-ID.
        letter = bag.letter(SCANNER, f"Scan, page {page}", f"Page {page} of the contract.\n", name="careless-scanner")
        attach(letter, pdf(f"Contract, page {page}"), "application/pdf", "scan.pdf")


def _invitation() -> bytes:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sample//Calendar//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:handover@nordwind.example",
        "DTSTAMP:20260303T090000Z",
        "DTSTART:20260306T090000Z",
        "DTEND:20260306T100000Z",
        "SUMMARY:Handover of twelve city bikes",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode("ascii")
