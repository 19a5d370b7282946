"""Keeps `locale/en` in step with the Dutch texts in code and templates, without the gettext programs.

    python tools/messages.py            add what is new, take away what is gone, say what still needs a translation
    python tools/messages.py --missing  only print the texts without a translation, as JSON

Dutch is the language of the source (docs/decisions/0002); a text that is not translated shows in Dutch.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_now": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_CALL = re.compile(r"\b(_|gettext|ngettext|pgettext|npgettext)\((?=u?['\"])")
_TEXT = re.compile(r"""\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(,|\))""", re.DOTALL)

Message = tuple[str | tuple[str, str], str | None, str]  # text (or both forms), context, file


def messages() -> Iterator[Message]:
    """Every text in code and templates that a person may read in another language."""
    rooms = [path.parent for path in ROOT.glob("*/apps.py")] + [ROOT / "stagematch"]
    for room in sorted(rooms):
        for path in sorted(room.rglob("*.py")):
            if "migrations" in path.parts:
                continue
            with path.open("rb") as stream:
                for _line, found, _comments, context in extract("python", stream, KEYWORDS):
                    yield _message(found, context, path)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            yield from _of_template(path)


def _message(found: str | tuple[str, ...], context: str | None, path: Path) -> Message:
    texts = (found,) if isinstance(found, str) else found
    return (texts[0] if len(texts) == 1 else (texts[0], texts[1])), context, str(path.relative_to(ROOT))


def _of_template(path: Path) -> Iterator[Message]:
    """Read Django's own translation of a template into gettext calls; it is no valid Python, so only the calls are read."""
    from django.utils.translation.template import templatize

    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for call in _CALL.finditer(source):
        texts, at = [], call.end()
        while (text := _TEXT.match(source, at)) is not None:
            texts.append(ast.literal_eval(text[1]))
            at = text.end()
            if text[2] == ")":
                break
        context = texts.pop(0) if call[1].startswith(("pgettext", "npgettext")) else None
        if texts and texts[0]:
            yield _message(
                tuple(texts[:2]) if call[1].startswith(("ngettext", "npgettext")) else texts[0], context, path
            )


def update() -> Catalog:
    """Return the catalogue with exactly the texts of today, keeping the translations there were."""
    catalogue = Catalog(locale="en", project="stagematch", charset="utf-8", fuzzy=False)
    old = _read()
    for text, context, path in messages():
        # No line numbers: they would change all the time.
        catalogue.add(text, context=context, locations=[(path, None)])  # type: ignore[list-item]
    for entry in catalogue:  # only now: a text met again as a plural begins anew
        known = old.get(entry.id if isinstance(entry.id, str) else entry.id[0], entry.context)
        if known is not None and known.string and not known.fuzzy and known.pluralizable == entry.pluralizable:
            entry.string = known.string
    return catalogue


def _read() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="en", abort_invalid=True)


def missing(catalogue: Catalog) -> list[str | list[str]]:
    """The texts that have no translation, in the order of the files."""
    return [
        list(entry.id) if isinstance(entry.id, tuple) else entry.id
        for entry in catalogue
        if entry.id and not all(entry.string if isinstance(entry.string, tuple) else (entry.string,))
    ]


def main() -> int:
    """Write the catalogue; the exit code is 1 when something is not translated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="print the texts without a translation as JSON")
    parser.add_argument("--fill", type=Path, help="a JSON object of Dutch to English (two forms as a list) to put in")
    options = parser.parse_args()
    django.setup()
    catalogue = update()
    if options.fill:
        for text, translation in json.loads(options.fill.read_text(encoding="utf-8")).items():
            entry = catalogue.get(text)
            if entry is not None and translation:
                entry.string = tuple(translation) if isinstance(translation, list) else translation
    lacking = missing(catalogue)
    if options.missing:
        sys.stdout.write(json.dumps(lacking, ensure_ascii=False, indent=0) + "\n")
        return 0
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, omit_header=False, width=0, include_lineno=False)
    sys.stdout.write(f"{len(catalogue)} texts, {len(lacking)} without a translation\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
