"""What the writer wrote: without quoted history and signature, never without the reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.mail import parse
from allegra_tui.mail.quote import visible
from tests.mail.letters import letter

QUOTE = "> What is the state?\n> Anna\n"
BARE_ATTRIBUTIONS = [
    "On Mon, 05 Jan 2026 10:12:00 +0100 Anna Meier <anna@example.org> wrote",
    "Anna Meier <anna@example.org> 于2026年1月5日周一 10:12写道：",
    "Anna Meier/ORG wrote on 01/05/2026 10:12:00 AM:",
    "Anna Meier schreef op 5-1-2026 10:12:",
    "anna@example.org skrev 2026-01-05 10:12:",
    "Quoting Anna Meier <anna@example.org>:",
    "Zitat von Anna Meier <anna@example.org>:",
]
"""Those of programs that do not mark what they quote."""


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 5 Jan 2026 at 10:12, Anna Meier <anna@example.org> wrote:",
        "On Mon, 5 Jan 2026 at 10:12, Anna Meier via Support <\nsupport@example.org> wrote:",
        "On 5 January 2026 at 10:12:33 +0100, Anna wrote:",
        "On 01/05/2026 10:12 AM, Anna Meier wrote:",
        'On Jan 5, 2026, at 10:12 AM, "Anna Meier" <anna@example.org<mailto:anna@example.org>> wrote:',
        "At 10:12 05.01.2026, you wrote:",
        "Am 05.01.2026 um 10:12 schrieb Anna Meier:",
        "Am Montag, den 05.01.2026, 10:12 +0100 schrieb Anna Meier:",
        "Am Mo., 5. Jan. 2026 um 10:12 Uhr schrieb Anna Meier <anna@example.org>:",
        "Am 05.01.2026 10:12 schrieb\nAnna Meier <anna@example.org>:",
        "Am 5. Januar 2026 um 10:12\nschrieb Anna Meier\n<anna@example.org>:",
        "Anna Meier <anna@example.org> schrieb am Mo., 5. Jan. 2026,\n10:12:",
        "Le lun. 5 janv. 2026 à 10:12, Anna Meier <anna@example.org> a écrit :",
        "Le 05/01/2026 à 10:12, Anna Meier a écrit :",
        "El lun, 5 ene 2026 a las 10:12, Anna Meier (<anna@example.org>) escribió:",
        "El 05/01/2026 a las 10:12, Anna Meier escribió:",
        "Il giorno lun 5 gen 2026 alle ore 10:12 Anna Meier <anna@example.org> ha scritto:",
        "Il 05/01/2026 10:12, Anna Meier ha scritto:",
        "Op ma 5 jan 2026 om 10:12 schreef Anna Meier <anna@example.org>:",
        "Op 5 jan. 2026 om 10:12 heeft Anna Meier <anna@example.org> het volgende geschreven:",
        "Em seg., 5 de jan. de 2026 às 10:12, Anna Meier <anna@example.org>\nescreveu:",
        "W dniu 05.01.2026 o 10:12, Anna Meier pisze:",
        "pon., 5 sty 2026 o 10:12 Anna Meier <anna@example.org> napisał(a):",
        "Den mån 5 jan. 2026 kl 10:12 skrev Anna Meier <anna@example.org>:",
        "Den man. 5. jan. 2026 kl. 10.12 skrev Anna Meier <anna@example.org>:",
        "ma 5. tammik. 2026 klo 10.12 Anna Meier (anna@example.org) kirjoitti:",
        "po 5. 1. 2026 v 10:12 odesílatel Anna Meier <anna@example.org> napsal:",
        "пн, 5 янв. 2026 г. в 10:12, Anna Meier <anna@example.org>:",
        "5 января 2026 г., 10:12, Anna Meier <anna@example.org> написал(а):",
        "在 2026年1月5日，上午10:12，Anna Meier <anna@example.org> 写道：",
        "2026年1月5日(月) 10:12 Anna Meier <anna@example.org>:",
        "2026-01-05 10:12 GMT+01:00 Anna Meier <anna@example.org>:",
        "---- On Mon, 05 Jan 2026 10:12:00 +0100 Anna Meier <anna@example.org> wrote ----",
        "Anna Meier <anna@example.org> wrote:",
        "* Anna Meier <anna@example.org> [2026-01-05 10:12]:",
        *BARE_ATTRIBUTIONS,
    ],
)
def test_attributions(attribution: str) -> None:
    assert visible(f"It is done.\n\nRegards\nBob\n\n{attribution}\n\n{QUOTE}") == "It is done.\n\nRegards\nBob"


@pytest.mark.parametrize("attribution", BARE_ATTRIBUTIONS)
def test_history_without_quote_marks(attribution: str) -> None:
    assert visible(f"It is done.\n\n{attribution}\n\nWhat is the state?\nAnna\n") == "It is done."


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "----- Original Message -----",
        "-----Ursprüngliche Nachricht-----",
        "----- Ursprüngliche Mail -----",
        "----- E-mail d'origine -----",
        "----- Originalnachricht -----",
        "-------- Message d'origine --------",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----",
        "-----Mensagem original-----",
        "-----Ursprungligt meddelande-----",
        "-----Oprindelig meddelelse-----",
        "-----Wiadomość oryginalna-----",
        "-----Исходное сообщение-----",
        "*-------- Original Message --------*",
        "________________________________",
        "##- Please type your reply above this line -##",
    ],
)
def test_dividers(divider: str) -> None:
    history = "From: Anna\nSent: Monday\nTo: Bob\nSubject: State\n\nold text"
    assert visible(f"It is done.\n\n{divider}\n{history}") == "It is done."


@pytest.mark.parametrize(
    "block",
    [
        "From: Anna Meier <anna@example.org>\nSent: Monday, 5 January 2026 10:12\nTo: Bob\nCc: Eve\nSubject: State",
        "Von: Anna Meier [mailto:anna@example.org]\nGesendet: Montag, 5. Januar 2026 10:12\nAn: Bob\nBetreff: Stand",
        "**Von:** Anna Meier\n**Gesendet:** Montag\n**An:** Bob\n**Betreff:** Stand",
        "*From:* Anna\n*Sent:* Monday\n*To:* Bob\n*Subject:* State",
        "Date: Mon, 5 Jan 2026 10:12:00 +0100\nFrom: anna@example.org\nTo: bob@example.org\nSubject: State",
        "Datum: Montag\nBetreff: Stand\nVon: anna@example.org\nAn: bob@example.org",
        "Subject: State\nFrom: anna@example.org\nTo: bob@example.org",
        "**От:** [Anna](mailto:anna@example.org)\n**Отправлено:** понедельник\n**Кому:** [Bob](mailto:bob@example.org)",
        "De : Anna Meier\nEnvoyé : lundi 5 janvier 2026 10:12\nÀ : Bob\nObjet : État",
        "De: Anna Meier\nEnviado: lunes\nPara: Bob\nAsunto: Estado",
        "Da: Anna Meier\nInviato: lunedì\nA: Bob\nOggetto: Stato",
        "Van: Anna Meier\nVerzonden: maandag\nAan: Bob\nOnderwerp: Stand",
        "De: Anna Meier\nEnviada em: segunda-feira\nData: hoje\nPara: Bob\nAssunto: Estado",
        "Od: Anna Meier\nWysłano: poniedziałek\nDo: Bob\nTemat: Stan",
        "Från: Anna Meier\nSkickat: måndag\nTill: Bob\nÄmne: Läget",
        "Fra: Anna Meier\nSendt: mandag\nTil: Bob\nEmne: Status",
        "Lähettäjä: Anna\nLähetetty: maanantai\nVastaanottaja: Bob\nAihe: Tila",
        "From: Anna <anna@example.org>\nTo: Bob <bob@example.org>,\n Eve\nSubject: a long\n subject\nDate: Monday",
        "发件人: Anna\n发送时间: 2026年1月5日\n收件人: Bob\n主题: 你好",
        "De\u00a0: Anna Meier\nEnvoyé\u00a0: lundi 5 janvier 2026 10:12\nÀ\u00a0: Bob\nObjet\u00a0: État",
        "De la: Anna\nTrimis: luni\nCătre: Bob\nSubiect: Stare",
        "Od: Anna\nOdoslané: pondelok\nKomu: Bob\nPredmet: Stav",
        "Feladó: Anna\nKüldve: hétfő\nCímzett: Bob\nTárgy: Állapot",
        "מאת: Anna\nנשלח: יום שני\nאל: Bob\nנושא: מצב",
    ],
)
def test_header_blocks(block: str) -> None:
    assert visible(f"It is done.\nBob\n\n{block}\n\nWhat is the state?\nAnna") == "It is done.\nBob"


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we met and he wrote the contract.\nVon: Hamburg\nNach: Bremen\nDanach mehr.",
        "From: Berlin\nTo: Hamburg\nDate: 5 May\nPlease book the train.",
        "On the first page the author wrote:\nnothing of interest.\nSo what now?",
        "Am Montag habe ich geschrieben, dass es geht.\nAm 5. Mai nicht mehr.",
        "On\nAm\nLe\nthese words begin lines",
        "Steps:\n1. open it\n2. close it\n---\nThen this happens:\nit breaks",
        "Sent from the warehouse yesterday, it never came.\nWhere is it?",
        "The message said:\nno such file",
        "First words.\nPlease write to Anna <anna@example.org> until 5 May 10:00:\nthe state,\nthe date.",
        "First words.\nOn request of Anna <anna@example.org> we did this:\nnothing.",
        "First words.\nOn 3 May 2026 the customer wrote:\nplease send it back.\nWhat now?",
        "As I said on 5 May at 10:15:\nthe door is open.",
        "First words.\nIn the log the server wrote at 10:15:\nno such file.",
        "First words.\nWrite to Anna <anna@example.org>, as she wrote\nlast week.",
        "It breaks:\n1. open it\n2. close it\n\n---\nThe log is at https://example.org/log",
        "Hello\n\n***\n\nThe second part was written by anna@example.org.\nIt says more.",
        "First:\n+49 30 123456\n\n---\nSecond number:\n+49 30 654321",
        "I sent it with the mail.",
        "It is done.\n\nSent from my desk, which is much easier than my mobile phone.",
        "It is done.\n\nSent by courier.",
        "It is done.\n\nSent by mail last week.",
        "It is done.\n\nSent via the app, nothing came.",
        "It is done.\n\nFrom my phone it works.",
        "It is done.\n\nGet Outlook to work again please.",
        "Es ist kaputt.\n\nVon meinem Handy geht es nicht.",
        "Es ist kaputt.\n\nVon Outlook kommt keine Mail an.",
        "Buy:\n-Apples\n-Pears",
        "It is done.\n\n\u2014Anna",
        "> quoted first\n\nand the answer",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "text\n\n```\nOn 3 May 2026 at 10:00, A <a@b.org> wrote:\n> code\n--\n```\n\nmore text",
        "a--\nb\n--c",
    ],
)
def test_prose_is_not_cut(text: str) -> None:
    assert visible(text) == text


def test_an_answer_below_the_quote_is_kept() -> None:
    text = f"On Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n{QUOTE}\nIt is done.\n\n-- \nBob"
    assert visible(text) == "It is done."


def test_answers_between_quotes_are_kept_with_the_quotes() -> None:
    answers = "> first?\n\nYes.\n\n> second?\n\nNo.\n\n> third, never answered"
    text = f"On Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n{answers}"
    assert visible(text) == "> first?\n\nYes.\n\n> second?\n\nNo."


def test_a_greeting_above_and_an_answer_below_the_quote() -> None:
    text = f"Hi Anna,\n\nOn Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n{QUOTE}\nIt is done."
    assert visible(text) == f"Hi Anna,\n\n{QUOTE}\nIt is done."


def test_a_quote_at_the_end_goes_without_attribution_too() -> None:
    assert visible(f"It is done.\n\n{QUOTE}") == "It is done."


def test_a_quoted_line_that_was_wrapped_is_quoted_to_its_end() -> None:
    long = "> A long line that some program quoted and wrapped again at its seventy-sixth"
    text = f"Done.\n\nOn Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n>\n{long}\ncharacter, unmarked.\n> More.\n"
    assert visible(text) == "Done."
    answered = f"On Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n{long}?\nyes, at the seventy-sixth.\n> More."
    assert "yes, at" in visible(answered)


def test_what_is_quoted_only_stays() -> None:
    assert visible(QUOTE) == QUOTE.strip()
    assert visible("On Mon, 5 Jan 2026 at 10:12, Anna <a@b.org> wrote:\n> x") != ""


@pytest.mark.parametrize("mark", ["-- ", "--", "—", "_____________"])
def test_signatures(mark: str) -> None:
    signature = "Bob Builder\nACME Ltd.\nhttp://example.org\n+49 30 1234567"
    assert visible(f"It is done.\n\n{mark}\n{signature}") == "It is done."
    assert (
        visible(f"It is done.\n\n{mark}\n{signature}\n\nOn 5 Jan 2026 at 10:12, A <a@b.org> wrote:\n{QUOTE}")
        == "It is done."
    )


def test_a_card_below_a_line() -> None:
    assert visible("It is done.\n\n-------------\nAnna Meier\nACME GmbH\nTel. +49 30 123456") == "It is done."


def test_a_long_text_below_two_strokes_stays() -> None:
    text = "Part one\n--\n" + "\n".join(f"line {number} of part two" for number in range(30))
    assert visible(text) == text


def test_the_exact_mark_cuts_any_length() -> None:
    assert visible("It is done.\n-- \n" + "legal words\n" * 60) == "It is done."


def test_a_name_behind_a_stroke() -> None:
    assert visible(f"It is done.\n\n-Bob Builder\n\nOn 01/05/26 7:07 PM, Anna wrote:\n{QUOTE}") == "It is done."


def test_a_mailing_list_footer() -> None:
    text = "It is done.\n_______________________________________________\nusers mailing list\nusers@example.org\nhttps://example.org/users"
    assert visible(text) == "It is done."


def test_text_signed_in_place() -> None:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nIt is done.\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEE\n-----END PGP SIGNATURE-----"
    )
    assert visible(text) == "It is done."
    assert visible("-----BEGIN PGP SIGNATURE-----\n\niQEz") == "-----BEGIN PGP SIGNATURE-----\n\niQEz"


@pytest.mark.parametrize(
    "note",
    [
        "Sent from my iPhone",
        "Sent from my Galaxy S24, please excuse typos.",
        "Sent from Outlook for Android",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Get [Outlook for Android](https://aka.ms/ghei36)",
        "Sent from Yahoo Mail on Android",
        "(Sent from mobile device)",
        "Von meinem iPhone gesendet",
        "Gesendet von meinem Samsung Galaxy",
        "Gesendet von Mail für Windows",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Envoyé depuis mon téléphone mobile",
        "Sent from my TI-85",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "Sent from my iPhone, please excuse the typos",
        "Sent via the Samsung Galaxy S9, an AT&T 5G smartphone",
        "Get Outlook for Android<https://aka.ms/x>",
        "Von Outlook für iOS gesendet",
        "Odesláno z iPhonu",
        "נשלח מה-iPhone שלי",
        "Enviado desde mi móvil",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPad",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPad",
        "Lähetetty iPhonesta",
        "Отправлено с iPhone",
        "發自我的 iPhone",
        "iPhoneから送信",
    ],
)
def test_mobile_notes(note: str) -> None:
    assert visible(f"It is done.\n\n{note}\n") == "It is done."
    assert visible(f"It is done.\n\n{note}\n\nOn 5 Jan 2026 at 10:12, A <a@b.org> wrote:\n{QUOTE}") == "It is done."


@pytest.mark.parametrize(
    "forward",
    [
        "---------- Forwarded message ---------\nFrom: Anna <a@b.org>\nSubject: x\n\nIt is broken.\n> old\n\n--\nAnna",
        "Begin forwarded message:\n\n> From: Anna <anna@example.org>\n> Subject: Broken\n>\n> It is broken.",
        "> Begin forwarded message:\n>\n> From: Anna <anna@example.org>\n>\n> It is broken.",
        "-------- Weitergeleitete Nachricht --------\nBetreff: Kaputt\nVon: Anna\n\nEs ist kaputt.",
        "Anfang der weitergeleiteten Nachricht:\n\n> Von: Anna <anna@example.org>\n>\n> Es ist kaputt.",
        "---------- Message transféré ----------\nDe : Anna\n\nC'est cassé.",
        "----- Weitergeleitet von Anna/ACME am 05.01.2026 10:12 -----\n\nEs ist kaputt.",
    ],
)
def test_forwards_are_kept(forward: str) -> None:
    assert visible(forward) == forward
    assert visible(f"Please see below.\n\n-- \nBob\n\n{forward}") == f"Please see below.\n\n{forward}"


def test_the_subject_tells_a_forward_from_a_reply() -> None:
    text = "Please take over.\n\nVon: Anna\nGesendet: Montag\nAn: Bob\nBetreff: Kaputt\n\nEs ist kaputt."
    assert visible(text, "WG: Kaputt") == text
    assert visible(text, "Fwd: Kaputt") == text
    assert visible(text, "AW: Kaputt") == "Please take over."
    assert parse(letter(text, subject="WG: Kaputt")).visible_text == text
    assert parse(letter(text, subject="AW: Kaputt")).visible_text == "Please take over."


def test_a_header_block_with_nothing_above_it_stays() -> None:
    text = "From: Anna\nSent: Monday\nTo: Bob\nSubject: State\n\nIt is broken."
    assert visible(text) == text


HEADER_BLOCK = "<b>Von:</b> Anna &lt;a@x.org&gt;<br><b>Gesendet:</b> Montag<br><b>An:</b> Bob<br><b>Betreff:</b> Stand"
ATTRIBUTION = "On Mon, Jan 5, 2026 at 9:12 AM Anna &lt;<a href='mailto:a@x.org'>a@x.org</a>&gt; wrote:"
HTML_HISTORY = {
    "gmail": f"<div class=gmail_quote><div>{ATTRIBUTION}<br></div><blockquote>old</blockquote></div>",
    "outlook": f"<div style='border-top:solid'><p>{HEADER_BLOCK}</p></div><p>old</p>",
    "outlook.com": f"<hr><div id=divRplyFwdMsg><font>{HEADER_BLOCK}</font><div>&nbsp;</div></div><div>old</div>",
    "apple": f"<div><br><blockquote type=cite><div>{ATTRIBUTION}</div><div>old</div></blockquote></div>",
    "iphone": f"<div>Sent from my iPhone</div><div><blockquote type=cite>{ATTRIBUTION}<br><br>old</blockquote></div>",
    "thunderbird": "<div class=moz-cite-prefix>Am 05.01.2026 um 09:12 schrieb Anna Meier:<br></div>"
    "<blockquote type='cite' cite='mid:1+2@x.org'><p>old</p></blockquote>",
    "signature": "<pre class='moz-signature' cols=72>-- \nBob\nold</pre>",
    "pre": "<pre>Am 05.01.2026 um 09:12 schrieb Anna Meier:\n&gt; old\n</pre>",
    "yahoo": f"<div class=yahoo_quoted><div><div>{ATTRIBUTION}</div><div><br></div><div>old</div></div></div>",
    "gmx": f"<div name=quote><div>{HEADER_BLOCK}</div><div name=quoted-content>old</div></div>",
    "aol": "<br><div>-----Original Message-----<br>From: Anna &lt;a@x.org&gt;<br>Subject: State<br><pre>old</pre>",
}


@pytest.mark.parametrize("program", HTML_HISTORY)
def test_replies_in_html(program: str) -> None:
    mail = parse(letter(f"<div>It is done.</div>{HTML_HISTORY[program]}", "Content-Type: text/html; charset=utf-8"))
    assert mail.visible_text == "It is done."
    assert "old" in mail.text
    assert "mid:" not in mail.text


@given(
    st.lists(
        st.sampled_from(
            [
                "text",
                "> q",
                "",
                "-- ",
                "--",
                "On 3 May 2026 at 10:00, A <a@b.org> wrote:",
                "From: A",
                "Subject: x",
                "Sent: y",
                "```",
                "_____",
                "Sent from my iPhone",
                "-----Original Message-----",
                "Fwd: x",
                "---",
                ">",
            ]
        ),
        max_size=14,
    )
)
def test_never_nothing_and_never_anything_new(lines: list[str]) -> None:
    text = "\n".join(lines)
    shown = visible(text)
    assert bool(shown.strip()) == bool(text.strip())
    remaining = iter(line.rstrip() for line in text.split("\n"))
    assert all(line.rstrip() in remaining for line in shown.split("\n") if line)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    assert bool(visible(text).strip()) == bool(text.strip())
