"""The words by which quoted history, forwards and mobile signatures are known, in the languages people write in.

Lower case throughout; the rules that use them are in `quote`.
"""

LEAD_WORDS = (
    # English, German, French, Spanish, Italian, Dutch, Portuguese
    "on", "at", "am", "den", "le", "el", "il", "op", "em", "a", "o dia", "no dia", "alle", "in data",
    # Polish, Nordic, Czech, Slovak, Slovene, Croatian
    "dnia", "w dniu", "den", "dne", "dňa", "dana", "dne", "þann", "þ.", "la", "pe",
    # Russian, Ukrainian, Bulgarian, Greek, Turkish, Finnish, Romanian, Indonesian, Vietnamese
    "на", "в", "у", "от", "στις", "tarihinde", "în", "pada", "vào", "kl", "ngày",
    # Chinese, Japanese, Hebrew
    "在", "于", "於", "ב-", "בתאריך",
)  # fmt: skip
"""What an attribution such as `On 3 May, Anna wrote:` can begin with."""

WROTE = (
    "wrote", "writes", "has written", "said", "schrieb", "schrieben", "hat geschrieben", "geschrieben",
    "a écrit", "a ecrit", "écrit", "écrivait", "escribió", "escribio", "escribiste", "va escriure",
    "ha scritto", "scritto", "hai scritto", "schreef", "het volgende geschreven", "geschreven", "escreveu",
    "escreveste", "napisał", "napisała", "napisał(a)", "napisano", "pisze", "skrev", "skrifaði", "kirjoitti",
    "napsal", "napsal(a)", "napsala", "napísal", "napísala", "napísal(a)", "je napisal", "je napisao",
    "napisao", "написал", "написала", "написал(а)", "написав", "написала(в)", "писал", "писала", "пишет",
    "пише", "написа", "έγραψε", "yazdı", "şunu yazdı", "írta", "ezt írta", "a scris", "rakstīja", "rašė",
    "kirjutas", "menulis", "đã viết", "viết", "כתב", "כתבה", "كتب", "写道", "寫道", "写", "님이 작성", "작성",
    "書きました", "のメール", "wrote ----",
    "quoting", "zitat von", "citando", "citando a", "citat från", "citerar", "cytat", "citazione", "citation de",
)  # fmt: skip
"""The verb of an attribution."""

FROM_LABELS = (
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "kimden", "от", "від", "odesílatel",
    "expéditeur", "feladó", "mittente", "remitente", "afzender", "发件人", "寄件者", "差出人", "보낸 사람",
    "από", "de la", "gönderen", "šalje", "saatja", "nuo", "từ", "dari", "מאת", "من", "จาก",
)  # fmt: skip

OTHER_LABELS = (
    # sent, date
    "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "date d'envoi", "enviado", "enviado el",
    "enviado em", "fecha", "inviato", "data", "verzonden", "wysłano", "data wysłania", "skickat", "sendt",
    "dato", "lähetetty", "päiväys", "odesláno", "отправлено", "дата", "надіслано", "elküldve", "gönderildi",
    "发送时间", "日期", "傳送時間", "送信日時", "日時", "보낸 날짜", "ημερομηνία", "enviada em", "enviat", "trimis",
    "tarih", "küldve", "odoslané", "poslano", "изпратено", "saadetud", "išsiųsta", "đã gửi", "dikirim", "tanggal",
    "נשלח", "تاريخ الإرسال", "تم الإرسال", "ส่งเมื่อ", "วันที่",
    # to, copies, answers to
    "to", "an", "à", "a", "para", "aan", "do", "till", "til", "vastaanottaja", "komu", "кому", "címzett",
    "kime", "destinataire", "destinatario", "收件人", "收件者", "宛先", "받는 사람", "προς", "cc", "bcc",
    "kopie", "kopia", "копия", "copia", "másolatot kap", "reply-to", "antwort an", "risposta", "répondre à",
    "responder a", "svar til", "priorität", "importance", "wichtigkeit", "per a", "către", "za", "prima", "до",
    "adressaat", "kam", "tới", "kepada", "אל", "إلى", "ถึง",
)  # fmt: skip
"""What stands before the other fields of a header block in the text."""

SUBJECT_LABELS = (
    "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "temat", "ämne", "emne", "aihe",
    "předmět", "тема", "tárgy", "konu", "主题", "主旨", "件名", "제목", "θέμα",
    "subiect", "predmet", "zadeva", "относно", "assumpte", "teema", "tema", "chủ đề", "subjek", "perihal", "נושא",
    "الموضوع", "เรื่อง", "หัวเรื่อง",
)  # fmt: skip

ORIGINAL_MESSAGE = (
    "original message", "original appointment", "original mail", "original email", "original e-mail", "reply message",
    "ursprüngliche nachricht", "ursprüngliche mail", "ursprüngliche e-mail", "antwort nachricht", "originalnachricht",
    "original-nachricht", "ursprünglicher termin", "originalmail", "message d'origine",
    "mail original", "e-mail original", "e-mail d'origine", "courriel original", "correo original", "message original",
    "message initial", "mensaje original", "messaggio originale", "messaggio originario",
    "oorspronkelijk bericht", "oorspronkelijke bericht", "mensagem original", "originalmeddelande",
    "ursprungligt meddelande", "oprindelig meddelelse", "oprindelig besked", "original meddelelse",
    "opprinnelig melding", "alkuperäinen viesti", "wiadomość oryginalna", "oryginalna wiadomość",
    "původní zpráva", "původní e-mail", "исходное сообщение", "пересылаемое сообщение", "eredeti üzenet",
    "orijinal mesaj", "originele bericht", "原始邮件", "原始郵件",
)  # fmt: skip
"""What stands between dashes above quoted history."""

FORWARDED_MESSAGE = (
    "forwarded message", "forwarded by", "begin forwarded message", "weitergeleitete nachricht",
    "weitergeleitet von", "weitergeleitete mail", "anfang der weitergeleiteten nachricht",
    "beginn der weitergeleiteten nachricht", "message transféré", "début du message transféré",
    "début du message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado", "messaggio inoltrato",
    "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht", "mensagem encaminhada",
    "mensagem reencaminhada", "wiadomość przekazana", "treść przekazanej wiadomości", "przekazana wiadomość",
    "vidarebefordrat meddelande", "videresendt meddelelse", "videresendt melding", "välitetty viesti",
    "přeposlaná zpráva", "пересланное сообщение", "továbbított üzenet", "iletilen mesaj", "转发的邮件",
    "转发邮件", "轉寄郵件",
)  # fmt: skip
"""What tells a forward, which is kept: its content is what the message is about."""

FORWARD_PREFIXES = ("fw", "fwd", "wg", "tr", "rv", "i", "enc", "doorst", "pd", "vs", "vb", "vl", "转发", "轉寄")
"""Subject prefixes of a forward."""

MOBILE_STARTS = (
    "sent from", "sent via", "sent with", "sent using", "sent on", "typed on", "composed on", "written on",
    "gesendet von", "gesendet mit", "gesendet über", "holen sie sich outlook", "envoyé de", "envoyé depuis",
    "envoyé à partir", "envoyé avec", "envoyé par", "télécharger outlook", "obtenez outlook", "obtenir outlook",
    "enviado desde", "enviado de", "enviado do", "enviado a partir", "enviado con", "enviado via",
    "enviado por", "obtener outlook", "descargar outlook", "obter o outlook", "inviato da", "inviato dal",
    "inviato con", "inviato tramite", "scarica outlook", "ottieni outlook", "verzonden met", "verzonden vanaf",
    "verzonden vanuit", "verstuurd vanaf", "verstuurd met", "verstuurd via", "outlook downloaden", "wysłane z",
    "wysłano z", "pobierz outlook", "pobierz aplikację outlook", "skickat från", "skickades från", "sendt fra",
    "sendt via", "sendt med", "lähetetty", "hae outlook", "hämta outlook", "skaffa outlook", "hent outlook",
    "få outlook", "last ned outlook", "odesláno z", "odoslané z", "poslano z", "отправлено", "надіслано з",
    "trimis de pe", "gesendet vom", "get bluemail", "téléchargez outlook", "provenance :", "elküldve",
    "poslano s", "изпратено", "εστάλη", "στάλθηκε", "נשלח", "تم الإرسال", "أرسلت من", "ส่งจาก", "dikirim dari",
    "đã gửi từ", "從我的", "发自我的", "發自我的", "从我的", "나의",
)  # fmt: skip
"""How a line begins that a mobile client put under the text; a device has to follow, or `my` in a short line."""

MOBILE_SHORT = ("from my", "sent by", "get outlook", "get [outlook", "download outlook", "outlook für")
"""How a note begins that has no further words: `Get Outlook for iOS`, but not `From my phone it works`."""

MOBILE_AROUND = (("von ", "gesendet"), ("diese nachricht wurde", "gesendet"))
"""How a note begins and ends."""

MOBILE_ENDS = ("から送信", "from mobile", "iphone gönderildi", "cihazımdan gönderildi", "iphone'umdan gönderildi")

MOBILE_STEMS = (
    "iphon", "ipad", "ipod", "android", "mobil", "móvil", "mobiel", "handy", "smartphone", "blackberry", "galaxy",
    "tablet", "telefon", "téléphone", "teléfono", "celular", "komórk", "puhelim", "outlook", "k-9", "samsung",
    "nokia", "xperia", "huawei", "mailbox", "airmail", "yahoo", "gmail", "proton", "fairemail", "thunderbird",
    "tutanota", "web.de", "bluemail", "typeapp", "mailspring", "mymail", "superhuman", "missive", "courrier",
)  # fmt: skip
MOBILE_WORDS = (
    "phone", "device", "windows", "watch", "htc", "pixel", "cell", "mail", "app", "gmx", "spark", "nine", "surface",
)  # fmt: skip
"""What a mobile client's note names: beginnings of words, and whole words."""

MY = (
    "my", "meinem", "meiner", "mon", "ma", "mi", "mio", "mijn", "meu", "minha", "min", "mojego", "mého", "我的", "나의",
)  # fmt: skip

REPLY_ABOVE = (
    "reply above this line", "reply above line", "type your reply above", "write above this line",
    "please reply above", "antworten sie oberhalb dieser linie", "antworten sie bitte über dieser zeile",
    "antwort bitte über dieser", "über dieser zeile antworten", "bitte antworten sie oberhalb",
    "répondez au-dessus de cette ligne", "répondre au-dessus de cette ligne",
    "responda por encima de esta línea", "rispondi sopra questa riga", "antwoord boven deze regel",
)  # fmt: skip
"""The line a ticket system puts above what it quotes."""
