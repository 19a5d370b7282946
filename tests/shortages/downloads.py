"""What a reader downloads, as bytes, and the numbers read back out of it; knows file formats, and nothing of our code."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from django.test import Client

from tests.shortages.reading import tree, words

LINK = re.compile(r'(?:href|src)="([^"#]+)"')
FURNITURE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|csrf[-\w]*="[^"]*"')


@dataclass
class Reader:
    """Somebody with a browser: collects every file and page once per address."""

    client: Client
    bodies: dict[str, bytes] = field(default_factory=dict)

    def get(self, address: str) -> bytes:
        """The body of an address, without what is new in every answer."""
        answer = self.client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if "html" in answer.get("Content-Type", ""):
            body = FURNITURE.sub("", body.decode()).encode()
        self.bodies[address] = body
        return body

    def text(self, address: str) -> str:
        """The words of a page, with what only a screen reader says."""
        page = tree(self.get(address))
        said = [words(page), *(node.get(name, "") for node in page.iter() for name in ("aria-label", "title"))]
        return " ".join(said)

    def walk(self, starts: list[str], inside: tuple[str, ...], most: int) -> list[str]:
        """Follow links that begin with one of `inside`, breadth first; return the addresses that answered."""
        waiting, seen = list(starts), []
        while waiting and len(seen) < most:
            address = waiting.pop(0)
            if address in seen:
                continue
            seen.append(address)
            body = self.get(address).decode(errors="replace")
            for found in LINK.findall(body):
                parts = urlsplit(unescape(found))
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                if path.startswith(inside) and path not in seen:
                    waiting.append(path)
        return seen


def open_data_rows(reader: Reader) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every row of every table of every night: (day, table, row), found through the list of counts.

    A table is read as JSON; the CSV of the same address must say the same.
    """
    listed = json.loads(reader.get("/open-data/tellingen.json"))["tellingen"]
    for place, count in enumerate(listed):
        for table, address in count["tabellen"].items():
            path = urlsplit(address).path
            document = json.loads(reader.get(path))
            rows = [{name: _text(value) for name, value in row.items()} for row in document["rijen"]]
            if place % 10 == 0:
                body = reader.get(path.replace(".json", ".csv")).decode("utf-8-sig")
                assert list(csv.DictReader(io.StringIO(body), delimiter=";")) == rows, path
            for row in rows:
                yield count["datum"], table, row


def _text(value: object) -> str:
    return "" if value is None else str(value)


def numbers_before(text: str, what: str) -> list[int]:
    """Every number that stands right before a word that begins with `what`."""
    return [int(found.replace(".", "")) for found in re.findall(rf"(?<![\w.,-])(\d[\d.]*)\s+{what}", text)]
