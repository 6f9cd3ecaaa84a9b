"""Who writes. The configuration registers the first three; pattern and checks decide about the others."""

ANNA = "Anna Meier <anna.meier@nordwind.example>"
JOERG = "Jörg Weiß <joerg.weiss@nordwind.example>"
PIOTR = "Piotr Zieliński <piotr@nordwind.example>"

LEYLA = "Leyla Yıldız <leyla@kranich-logistik.example>"
TOWN_HALL = "Bürgerbüro Mühlbach <buergerbuero@rathaus.muehlbach.example>"
SWIMMING_POOL = "Kathrin Vogt <K.Vogt@Bad.Muehlbach.Example>"
SHOP = "Räder Süd <info@xn--rder-sd-5wa5t.example>"
SHOP_ENCODED = "=?utf-8?q?R=C3=A4der_S=C3=BCd?= <info@xn--rder-sd-5wa5t.example>"
SCANNER = "Scanner <scanner@nordwind.example>"
LOTTERY = "Lucky Draw <winner@prize-office.example>"
PRIVATE = "Mia <mia.1998@freemail.example>"

GENERAL_ADDRESS = "post@nordwind.example"
SUPPORT_ADDRESS = "support@nordwind.example"
WEBSITE_ADDRESS = "website@nordwind.example"
