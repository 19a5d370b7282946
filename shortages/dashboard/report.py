"""The page as a report to give away: an accessible PDF, and a book for a spreadsheet. Same filters, same figures (features B9)."""

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from placements.guidance.selectors import HelpRow
from shortages.dashboard.page import Dashboard
from shortages.definitions import Definition, definitions
from stagematch.ui.exports import safe_cell
from stagematch.ui.pdf import render_pdf

Cell = str | int | None
Table = tuple[list[str], list[list[Cell]]]


def title_of(page: Dashboard) -> str:
    """'Tekort in beeld: mboRijnland, februari tot juli 2027'."""
    parts = [str(part) for part in (page.school, page.period, page.programme and page.programme.name) if part]
    return _("Tekort in beeld: %(parts)s") % {"parts": ", ".join(parts)}


def counted_text(page: Dashboard) -> str:
    """When was counted, and by which definitions."""
    moment, snapshot = page.counted_at, page.night
    if moment is None or snapshot is None:
        return ""
    return _("Geteld op %(day)s om %(time)s uur, met versie %(version)d van de woorden achterin.") % {
        "day": date_format(moment, "l j F Y"),
        "time": date_format(moment, "G.i"),
        "version": snapshot.definition,
    }


def rounded_text() -> str:
    """Why the rows of a table may differ by one from the total."""
    return _(
        "Het structurele tekort is per gebied afgerond. Opgeteld kan het daardoor iets anders zijn dan het totaal."
    )


def totals_table(page: Dashboard) -> Table:
    """The counts of the whole page."""
    total = page.totals
    rows: list[list[Cell]] = [
        [_("Studenten"), total.students],
        [_("Geplaatst"), total.placed],
        [_("In gesprek"), total.talking],
        [_("Zonder plek"), total.open],
        [_("Zonder plek: structureel tekort"), total.structural],
        [_("Zonder plek: frictie"), total.friction],
        [_("Zonder plek: geen enkele passende plek"), total.without_fit],
        [_("Zonder plek: stil"), total.silent],
    ]
    if page.trend.before is not None:
        rows.append([_("Vorig jaar op dit moment zonder plek"), page.trend.before])
    return [_("Wat"), _("Aantal")], rows


def heat_table(page: Dashboard) -> Table:
    """Students without a place per leerjaar and days."""
    heat = page.heat
    rows: list[list[Cell]] = [
        [_("Leerjaar %(n)d") % {"n": row.year}, *(cell.number for cell in row.cells), row.total] for row in heat.rows
    ]
    rows.append([_("Samen"), *heat.totals, page.totals.open])
    return [_("Leerjaar"), *heat.columns, _("Samen")], rows


def area_table(page: Dashboard) -> Table:
    """All counts per area, of the kind the page shows."""
    head = [
        str(page.area_kind.label).capitalize() if page.area_kind.label[:1].islower() else str(page.area_kind.label),
        _("Zonder plek"),
        _("Structureel"),
        _("Frictie"),
        _("In gesprek"),
        _("Geplaatst"),
        _("Studenten"),
    ]
    rows: list[list[Cell]] = []
    for area in page.map.rows:
        t = area.totals
        rows.append([area.name, t.open, t.structural, t.friction, t.talking, t.placed, t.students])
    return head, rows


def places_table(page: Dashboard) -> Table:
    """Places per area, as everybody may see them."""
    kind = page.places_kind
    return [kind[:1].upper() + kind[1:], *page.places_heads], [[row.name, *row.numbers] for row in page.places]


def places_text() -> str:
    """How the places were counted, and what an empty cell is."""
    return _(
        "Waarop je kunt reageren, is exact. De rest is afgerond, want het gaat ook om studenten van andere scholen. "
        "Leeg of een streepje is: te weinig om te tonen."
    )


def lever_table(page: Dashboard) -> Table:
    """What helps, best first."""
    head = [_("Wat helpt"), _("Waarom"), _("Studenten"), _("Wat het kost")]
    return head, [[line.what, line.why, line.number, line.effort] for line in page.levers]


def trend_table(page: Dashboard) -> Table:
    """The line of this year and last year."""
    rows: list[list[Cell]] = [[date_format(p.day, "j F Y"), p.now, p.before] for p in page.trend.points]
    return [_("Telling van"), _("Zonder plek"), _("Vorig jaar zonder plek")], rows


def names_table(students: Sequence[HelpRow]) -> Table:
    """Who needs somebody now. On a page of its own, never in the spreadsheet."""
    rows: list[list[Cell]] = [
        [s.student.user.get_full_name() or s.student.user.email, s.where, " ".join(s.reasons), s.seeks, s.kind_label]
        for s in students
    ]
    return [_("Student"), _("Waar"), _("Waarom nu"), _("Zoekt"), _("Soort")], rows


def words_of(page: Dashboard) -> tuple[Definition, ...]:
    """The definitions the count was made by."""
    return definitions(page.night.definition) if page.night else ()


@translation.override(settings.LANGUAGE_CODE)
def pdf_of(page: Dashboard, students: Sequence[HelpRow] = ()) -> bytes:
    """Return the page as a PDF/UA file; with `students` their names stand on a last page of their own."""
    total = page.totals
    tiles = page.map
    data: dict[str, Any] = {
        "title": title_of(page),
        "counted": counted_text(page),
        "footer": _("Tekort in beeld, %(school)s") % {"school": page.school},
        "number": total.open,
        "headline": page.headline,
        "summary": page.summary,
        "units": {"structural": page.units.structural, "friction": page.units.friction},
        "unit_text": _("Eén tegel is %(n)d studenten.") % {"n": page.units.worth} if page.units.worth > 1 else "",
        "structural_title": _("%(n)d keer structureel tekort") % {"n": total.structural},
        "structural_text": page.structural_text,
        "friction_title": _("%(n)d keer frictie") % {"n": total.friction},
        "friction_text": page.friction_text,
        "levers_title": _("Wat helpt het meest?"),
        "levers": [
            {"what": line.what, "why": line.why, "number": line.number, "unit": line.unit, "effort": line.effort}
            for line in page.shown_levers
        ],
        "map_title": _("Waar missen de plekken?"),
        "map_text": _("De tegels liggen ongeveer zoals op de kaart. Het getal is het aantal studenten zonder plek."),
        "map_columns": tiles.columns,
        "map": [
            {"column": t.column, "row": t.row, "name": t.name, "number": t.totals.open, "level": t.level}
            for t in tiles.tiles
        ],
        "areas": _as_table(area_table(page)),
        "rounded": rounded_text(),
        "places_title": _("Plekken in de regio"),
        "places_text": places_text(),
        "places": _as_table(places_table(page)) if page.places else None,
        "heat_title": _("Welke dagen en welk leerjaar?"),
        "heat": _as_table(heat_table(page)),
        "trend_title": _("Dit jaar en vorig jaar"),
        "trend": _as_table(trend_table(page)) if page.trend.points else None,
        "words_title": _("Zo tellen we"),
        "words": [
            {"term": _capital(str(d.term)), "sentence": str(d.sentence), "exact": str(d.exact)} for d in words_of(page)
        ],
        "names_title": _("Deze studenten hebben je nu nodig"),
        "names_text": _("Deel deze bladzijde niet buiten de school."),
        "names": _as_table(names_table(students)) if students else None,
    }
    return render_pdf("tekort", data)


def _as_table(table: Table) -> dict[str, Any]:
    head, rows = table
    return {"head": head, "rows": [["-" if cell is None else str(cell) for cell in row] for row in rows]}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@translation.override(settings.LANGUAGE_CODE)
def xlsx_of(page: Dashboard) -> bytes:
    """Return the page as a book with a sheet per subject; no names. A cell that looks like a formula is text."""
    book = Workbook()
    first = book.active
    assert first is not None  # noqa: S101 -- a new book has a sheet
    book.remove(first)
    head, rows = totals_table(page)
    about: list[list[Cell]] = [[title_of(page), None], [counted_text(page), None], [None, None]]
    _sheet(book, _("Totalen"), head, rows, above=about)
    for name, table in (
        (_("Leerjaar en dagen"), heat_table(page)),
        (_("Gebieden"), _with_note(area_table(page), rounded_text())),
        *([(_("Plekken"), _with_note(places_table(page), places_text()))] if page.places else []),
        (_("Wat helpt"), lever_table(page)),
        (_("Verloop"), trend_table(page)),
    ):
        _sheet(book, name, *table)
    words: list[list[Cell]] = [[_capital(str(d.term)), str(d.sentence), str(d.exact)] for d in words_of(page)]
    _sheet(book, _("Woorden"), [_("Woord"), _("Betekent"), _("Precies")], words)
    book.properties.title, book.properties.creator = title_of(page), "stagematch"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _with_note(table: Table, note: str) -> Table:
    head, rows = table
    return head, [*rows, [], [note]]


def _sheet(
    book: Workbook, name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], above: Sequence[Sequence[Cell]] = ()
) -> None:
    sheet = book.create_sheet(name)
    for line in above:
        sheet.append([safe_cell(cell) for cell in line])
    sheet.append([safe_cell(cell) for cell in head])
    for cell in sheet[len(above) + 1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    sheet.freeze_panes = f"A{len(above) + 2}"
    for number, title in enumerate(head):
        longest = max([len(title), *(len(str(row[number] or "")) for row in rows if len(row) == len(head))])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(longest + 2, 60)
        if longest > 60:
            for cell in sheet[get_column_letter(number + 1)]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
