"""HTML as text for a terminal."""

import pytest

from allegra_tui.mail import parse
from allegra_tui.mail.html import IN_PROCESS_CHARACTERS, MAX_CHARACTERS, Converter, stripped
from tests.mail.hostile import CASES
from tests.mail.letters import letter


def text_of(source: str) -> str:
    text, note = Converter().to_text(source)
    assert note is None
    return text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>", "> one\n>\n> > two"),
        ("see <a href='http://x.org/a'>this page</a>", "see [this page](http://x.org/a)"),
        ("<a href='http://x.org/'>http://x.org/</a>", "http://x.org/"),
        ("<a href='mailto:a@b.org'>a@b.org</a>", "a@b.org"),
        ("<a href='javascript:alert(1)'>press</a> <a href='cid:1'>picture</a>", "press picture"),
        ("a<img src='cid:logo'>b<img src='http://x.org/track.gif'>", "ab"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("<div style='display:none'>hidden</div>shown", "shown"),
        ("<style>p{}</style><script>x()</script><title>t</title>text<!-- comment -->", "text"),
        ("<!--[if mso]><p>Outlook</p><![endif]-->text", "text"),
        ("words in\r\nthe source\r\n   run on", "words in the source run on"),
        ("&lt;tag&gt; &amp; &Auml;&#8364;", "<tag> & Ä€"),
        ("<form><nav>menu</nav><p>inside<button>Go</button></form>", "menu\n\ninside Go"),
        ("<div>a</div><div class=x>b</div>\n<div><br></div><div>c</div>", "a\nb\n\nc"),
        ("<div style='display:none'>x</div><div>y</div><div style='font-size:0'>z</div><div>w</div>", "y\n\nw"),
        (
            "<p>1. one</p><p># two</p><p>- three</p><p>&gt; four</p><p>C:\\#five</p>",
            "1. one\n\n# two\n\n- three\n\n> four\n\nC:\\#five",
        ),
        (
            r"<p>\\server\share\_x and <code>\\server</code></p><p>\# \d+\.\d</p>",
            "\\\\server\\share\\_x and `\\\\server`\n\n\\# \\d+\\.\\d",
        ),
        ("<blockquote>2) two</blockquote><ul><li>+ plus</ul>", "> 2) two\n\n- + plus"),
        ("<pre>\\# a\n\\- b</pre><p>* c</p>", "```\n\\# a\n\\- b\n```\n\n* c"),
        (
            "zwi&shy;schen&#8203;raum &zwnj;&nbsp;&zwnj; \u0645\u06cc\u200c\u062e",
            "zwischenraum   \u0645\u06cc\u200c\u062e",
        ),
        ("<pre class='moz-signature'>-- \nBob</pre>", "--\nBob"),
        ("<pre>It is   done.\n&gt; old\n\\\\server</pre><p>x</p>", "It is   done.\n> old\n\\\\server\n\nx"),
        (
            "<blockquote><pre class='moz-quote-pre'>a\n\n  b</pre></blockquote><pre>c\n</pre>",
            "> a\n>\n>   b\n\n```\nc\n```",
        ),
        ("a\ue000b", "ab"),
        ("<blockquote cite='mid:1@x.org'>a</blockquote>", "> a"),
        ("", ""),
        ("   \n ", ""),
    ],
)
def test_conversion(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_layout_tables_are_read_as_text() -> None:
    inner = "<table><tr><td><p>Dear Anna,</p><p>thank you.</p></td></tr></table>"
    assert (
        text_of(f"<table role='presentation'><tr><td>{inner}</td><td>side</td></tr></table>")
        == "Dear Anna,\n\nthank you.\n\nside"
    )


def test_a_table_in_a_layout_table_stays_a_table() -> None:
    data = "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    assert "| 1 | 2 |" in text_of(f"<table><tr><td>{data}</td></tr></table>")


def test_embedded_pictures_do_not_count() -> None:
    source = f"<p>text</p><img src='data:image/png;base64,{'A' * (MAX_CHARACTERS + 10)}'>"
    assert text_of(source) == "text"


def test_line_ends_stay_where_a_style_keeps_them() -> None:
    assert text_of("<div style='white-space: pre-wrap'>one\ntwo</div>") == "one\ntwo"


def test_large_documents_are_converted_too() -> None:
    text = text_of("<p>Hello <b>world</b></p>\n" * 20_000)
    assert len(text) > 20_000 * len("Hello **world**")
    assert text.startswith("Hello **world**\n\nHello")


def test_what_is_nested_too_deep_loses_its_tags_only() -> None:
    for depth in (1_000, 30_000):
        text, note = Converter().to_text("<div>" * depth + "deep" + "</div>" * depth)
        assert text == "deep"
        assert note == "HTML too deep or broken: its tags only taken out"


def test_what_is_too_large_is_cut_and_kept_as_a_file() -> None:
    mail = parse(CASES["10 MB of HTML"]())
    assert f"HTML cut at {MAX_CHARACTERS} characters" in mail.repairs
    assert [(one.filename, one.size > 10_000_000) for one in mail.attachments] == [("message.html", True)]


def test_a_child_that_gives_up_leaves_the_words() -> None:
    source = "<table>x" * (IN_PROCESS_CHARACTERS // 2)
    text, _ = Converter().to_text(source)
    assert "x" in text


def test_the_children_of_one_message_are_counted() -> None:
    converter = Converter()
    large = "<p>" + "word " * (IN_PROCESS_CHARACTERS // 4)
    notes = [converter.to_text(large)[1] for _ in range(5)]
    assert notes[:3] == [None, None, None]
    assert notes[4] is not None


def test_tags_stripped() -> None:
    assert stripped("<p>a</p>b<br>c &amp; <b>d</b><!-- x --> 1 < 2") == "a\nb\nc & d 1 < 2"
    assert stripped("&#99999999999; &#x41;") == "\ufffd A"


def test_direction_and_control_characters_are_taken_out() -> None:
    assert parse(letter("<p>a\u202eb\x1bc\x07", "Content-Type: text/html; charset=utf-8")).text == "abc"
    assert text_of("<p>&#x202E;x&rlm;y") == "x\u200fy"
