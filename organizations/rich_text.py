"""Rich text as people may write it: HTML of an allow-list, which is all that is ever stored, and its plain words."""

import re
from html import escape
from html.parser import HTMLParser

import nh3

#: Tags that stand on lines of their own.
_BLOCKS = frozenset(
    {"p", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "li", "table", "tr", "hr", "br"}
)
#: No images: one on another's server would tell who reads, and files have a place of their own.
_TAGS = _BLOCKS | {"strong", "b", "em", "i", "u", "s", "code", "a", "thead", "tbody", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
#: What tells markup from words with an angle bracket among them.
_MARKUP = _TAGS | {"div", "span", "font", "html", "body", "head", "meta", "style", "script", "img", "h1"}
_ANY_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_MARKUP))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ANY_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
#: Blocks that become paragraphs: mere wrappers elsewhere, but lines of their own in what mail and word processors paste.
_WRAPPER = re.compile(
    r"<(/?)(?:div|section|article|main|header|footer|aside|address|center|figure|dl|dt|dd)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
#: The page has its own.
_FIRST_HEADING = re.compile(r"<(/?)h1(?=[\s/>])", re.IGNORECASE)
#: Void: they hold nothing.
_NEVER_CLOSED = frozenset({"br", "hr", "img", "meta", "col", "link", "input"})
#: Parsers of HTML take the square of the depth; nobody's text nests so.
_DEEPEST = 200
#: What editors leave before and behind.
_EMPTY = ("<p></p>", "<p><br></p>", "<p>&nbsp;</p>", "\n")


def sanitize(html: str) -> str:
    """Tags and attributes of the allow-list; scripts go with what they say, other tags leave their words."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    ).strip()


def from_typed(text: str) -> str:
    """What an editor, a plain textarea or a file sent, as rich text; empty where nothing is to be read."""
    is_markup = _ANY_TAG.search(text) is not None
    if is_markup and _is_bottomless(text):
        is_markup, text = False, plain_text(text)
    html = _trimmed(sanitize(_in_our_blocks(text) if is_markup else _paragraphs(text)))
    if not plain_text(html):
        return ""
    return html if _ANY_TAG.search(html) else f"<p>{html}</p>"


def _in_our_blocks(html: str) -> str:
    return _FIRST_HEADING.sub(r"<\1h2", _WRAPPER.sub(r"<\1p>", html))


def _is_bottomless(html: str) -> bool:
    depth = 0
    for tag in _ANY_NAME.finditer(html):
        if tag[2].lower() not in _NEVER_CLOSED:
            depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > _DEEPEST:
            return True
    return False


def _trimmed(html: str) -> str:
    # A paragraph inside another, which no page can have, leaves empty ones around it.
    html = html.replace("<p></p>", "")
    start, end = 0, len(html)
    while empty := next((each for each in _EMPTY if html.startswith(each, start, end)), ""):
        start += len(empty)
    while empty := next((each for each in _EMPTY if html.endswith(each, start, end)), ""):
        end -= len(empty)
    return html[start:end].strip()


def _paragraphs(text: str) -> str:
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(
        f"<p>{escape(block.strip(), quote=False).replace(chr(10), '<br>')}</p>" for block in blocks
    )


def plain_text(html: str) -> str:
    """One line for each block, marks for the items of lists, and no markup."""
    reader = _PlainText()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _PlainText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("• ")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
