"""Reads the pages that the portal answers with, as a browser's parser sees them rather than as text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything inside, with runs of white space as one blank."""
        return " ".join("".join(self._texts()).split())

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            yield from child._texts() if isinstance(child, Element) else (child,)

    def everything(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.everything()

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """By tag and attributes; `class_` asks for one class among several."""
        wanted_class = attributes.pop("class_", "")
        return [
            each
            for each in self.everything()
            if tag in ("", each.tag)
            and (not wanted_class or wanted_class in each.classes)
            and all(each.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        [found] = self.all(tag, **attributes)
        return found

    def texts(self, tag: str = "", **attributes: str) -> list[str]:
        return [each.text for each in self.all(tag, **attributes)]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the one table body inside."""
        return [
            [cell.text for cell in row.everything() if cell.tag in ("th", "td")]
            for row in self.one("tbody").all("tr")
        ]

    @property
    def pairs(self) -> dict[str, str]:
        """Term and description of the definition lists inside."""
        return dict(zip(self.texts("dt"), self.texts("dd"), strict=True))


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        # The portal's pages close what they open; anything else here is a broken page.
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.root], f"never closed: {[each.tag for each in builder.open[1:]]}"
    return builder.root


def page_of(response, *, status: int = 200) -> Element:
    assert response.status_code == status, response.status_code
    return parse(response.content.decode())
