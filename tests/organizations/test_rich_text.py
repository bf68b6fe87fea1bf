"""Rich text: what of it is kept, whatever was sent."""

import pytest

from organizations.rich_text import from_typed, plain_text, sanitize


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>Hello <strong>you</strong></p>", "<p>Hello <strong>you</strong></p>"),
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" class="c" id="i">a</p>', "<p>a</p>"),
        ('<img src="https://spy.test/1.png" onerror="x()"><p>a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        (
            '<a href="https://a.test/" target="_blank">a</a>',
            '<a href="https://a.test/" rel="noopener noreferrer nofollow">a</a>',
        ),
        ('<a href="/acme/sign-out/">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<iframe src='https://a.test'></iframe><p>a</p>", "<p>a</p>"),
        ("<svg><script>1</script></svg><p>a</p>", "<p>a</p>"),
        ("<div><p>a</p></div>", "<p>a</p>"),
        ("<p>a", "<p>a</p>"),
    ],
)
def test_only_the_allow_list_is_kept(sent, kept):
    assert sanitize(sent) == kept


@pytest.mark.parametrize(
    "sent", ["", "  \n ", "<p></p>", "<p><br></p>", "<script>x</script>", "<div> </div>"]
)
def test_what_says_nothing_is_nothing(sent):
    assert from_typed(sent) == ""


def test_words_with_angle_brackets_stay_words():
    assert from_typed("a <5 & see <Contoso>") == "<p>a &lt;5 &amp; see &lt;Contoso&gt;</p>"


def test_words_without_a_block_get_one():
    assert from_typed("<div>a &lt;p&gt; b</div>") == "<p>a &lt;p&gt; b</p>"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("<div>one</div><div class=x>two</div>", "<p>one</p><p>two</p>"),
        ("<div><p>one</p><div>two</div></div>", "<p>one</p><p>two</p>"),
        ("<h1>Title</h1><section>Words</section>", "<h2>Title</h2><p>Words</p>"),
        ("<ul><li><div>a</div></li></ul>", "<ul><li><p>a</p></li></ul>"),
        (
            "<p class=MsoNormal><b>Bold</b><o:p></o:p></p><p class=MsoNormal>Line</p>",
            "<p><b>Bold</b></p><p>Line</p>",
        ),
    ],
)
def test_lines_of_mail_and_word_processors_stay_apart(pasted, kept):
    assert from_typed(pasted) == kept
    assert from_typed(kept) == kept


def test_plain_text_keeps_blocks_apart():
    html = "<h2>T</h2><p>a<br>b &amp; c</p><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    assert plain_text(html) == "T\na\nb & c\n1 2"


def test_empty_paragraphs_at_the_ends_go():
    assert from_typed("<p><br></p><p>a</p><p></p><p>b</p>\n<p>&nbsp;</p><p></p>") == "<p>a</p><p>b</p>"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece",
    ["<p ", "<p></p>", "<", "\n", "<b>", "&nbsp;", "</p>", "<ul><li>", "<blockquote>", "<u><p>", "<x>"],
)
def test_hundred_thousand_characters_of_anything_are_read_at_once(piece):
    plain_text(from_typed(piece * (100_000 // len(piece)) + "x"))


def test_text_that_nests_without_end_keeps_its_words():
    assert from_typed("<ul><li>a" * 300) == "<p>" + "<br>".join(["• a"] * 300) + "</p>"
