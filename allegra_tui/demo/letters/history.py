"""The mail of last week, in the general mailbox. It makes issues #1 to #4, which later mail answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allegra_tui.demo.letters.people import ANNA, GENERAL_ADDRESS, JOERG, LEYLA, LOTTERY, PIOTR
from allegra_tui.demo.mailbag import Mailbag


def messages(now: datetime) -> Sequence[bytes]:
    """Return the messages in the order of their arrival."""
    bag = Mailbag(GENERAL_ADDRESS, now - timedelta(days=6))
    bag.letter(
        ANNA,
        "Printer on the second floor prints only pink",
        "Since this morning everything comes out pink, invoices too. I changed the cartridge, without success.\n\n"
        "Could somebody have a look?\n\n-- \nAnna Meier\nAccounting, extension 214\n",
        name="pink-printer",
    )
    bag.letter(
        JOERG,
        "Anmeldung am Lagerserver schlägt fehl",
        "Moin,\n\nseit dem Update meldet der Lagerserver „Kennwort ungültig“, obwohl nichts geändert wurde.\n"
        "Betroffen sind alle Geräte in Halle 3. Die Spätschicht kann so nicht einbuchen.\n\nGruß\nJörg\n",
        name="warehouse-login",
    )
    bag.letter(
        LEYLA,
        "Delivery 4711 arrived without pedals",
        "Hello,\n\ntwelve bicycles of delivery 4711 arrived without pedals. Photographs will follow.\n\n"
        "Kind regards\nLeyla Yıldız\nKranich Logistik\n",
        name="no-pedals",
    )
    bag.letter(
        PIOTR,
        "New laptop for the apprentice",
        "",
        html="<html><body><p>Karolina starts on the <b>1st</b>. She needs:</p>"
        "<ul><li>a laptop with a German keyboard</li>"
        "<li>access to <a href='https://wiki.nordwind.example/start'>the wiki</a></li><li>a badge</li></ul>"
        "<p>Thanks!<br>Piotr</p></body></html>",
        name="laptop",
    )
    bag.letter(LOTTERY, "You have been selected!!!", "Your ticket has won 950,000. Send us your bank details today.\n")
    bag.letter(
        JOERG,
        "Abwesend bis Montag",
        "Ich bin bis Montag nicht im Haus. Ihre Nachricht wird nicht weitergeleitet.\n",
        headers={"Auto-Submitted": "auto-replied"},
    )
    return bag.messages()
