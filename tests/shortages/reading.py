"""Reading a page as a tree: `select(page, "svg.sm-regiokaart a")`, `words(node)`."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

_VOID = {"meta", "link", "input", "br", "img", "hr"}


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def tree(body: bytes) -> Element:
    """The page as elements."""
    builder = _Builder()
    builder.feed(body.decode())
    return builder.root


def words(node: Element) -> str:
    """All text of a node, with single spaces."""
    return " ".join(" ".join(node.itertext()).split())


def select(node: Element, path: str) -> list[Element]:
    """The elements below `node` that a path of `tag.class` steps leads to, in the order of the page."""
    found = [node]
    for step in path.split():
        tag, _dot, name = step.partition(".")
        below = {id(child): child for parent in found for child in parent.iter() if child is not parent}
        found = [
            child
            for child in below.values()
            if tag in ("", child.tag) and (not name or name in child.get("class", "").split())
        ]
    return found
