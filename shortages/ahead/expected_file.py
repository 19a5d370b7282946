"""The expected numbers as a file, and back."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from organisations.models import Organisation, Programme, StagePeriod
from shortages.ahead.expected import ExpectedSheet
from shortages.ahead.schools import periods_ahead
from shortages.models.expected import MOST_EXPECTED
from stagematch.ui.exports import table_response
from stagematch.ui.tables import Column, Sheet, TableError, one_of, read_table, whole_number

Read = dict[StagePeriod, dict[tuple[int, int], int | None]]


def file_of(sheet: ExpectedSheet, kind: str) -> HttpResponse:
    """The table of one period as a download that `read_expected` reads back; an empty number was not said."""
    head = [_("opleiding"), _("crebo"), _("leerjaar"), _("periode"), _("aantal"), _("voorstel")]
    rows = [
        [cell.programme.name, cell.programme.qualification.crebo, cell.year, sheet.period.slug,
         "" if cell.number is None else cell.number, cell.suggestion]
        for row in sheet.rows
        for cell in row.cells
    ]  # fmt: skip
    return table_response(name=f"verwacht-{sheet.school.slug}-{sheet.period.slug}", head=head, rows=rows, kind=kind)


def read_expected(data: bytes, *, school: Organisation, period: StagePeriod) -> tuple[Read, list[str]]:
    """Read numbers by period and (opleiding, leerjaar), and what is wrong in plain Dutch; `period` when a row has none.

    An opleiding is known by its name or crebo, a period by its name or code. Nothing is written.
    """
    programmes = list(Programme.objects.filter(school=school).select_related("qualification"))
    by_word: dict[str, list[Programme]] = {}
    for programme in programmes:
        for word in {programme.name, programme.qualification.crebo}:
            by_word.setdefault(word, []).append(programme)
    periods = {word: row for row in [*periods_ahead(), period] for word in (row.slug, row.name)}
    columns = [
        Column("programme", _("opleiding"), ["programma", "crebo", "kwalificatie"], one_of(by_word, _("opleiding")), required=True),
        Column("year", _("leerjaar"), ["jaar"], whole_number(1, 4), required=True),
        Column("period", _("periode"), ["stageperiode"], one_of(periods, _("periode")), default=period),
        Column("number", _("aantal"), ["verwacht", "studenten", "aantal studenten"], whole_number(0, MOST_EXPECTED)),
    ]  # fmt: skip
    try:
        sheet = Sheet(columns, read_table(data))
    except TableError as error:
        return {}, [error.message]
    found: Read = {}
    seen: set[tuple[int, int, int]] = set()
    for row, values in sheet.values():
        several: list[Programme] = values["programme"]
        programme, year, chosen = several[0], values["year"], values["period"]
        if len(several) > 1:
            sheet.problem(
                row, _("opleiding"), _("er zijn meer opleidingen met deze naam of crebo. Vul ze hieronder zelf in.")
            )
        elif year > programme.years:
            sheet.problem(row, _("leerjaar"), _("deze opleiding heeft %(n)d leerjaren.") % {"n": programme.years})
        elif (programme.pk, year, chosen.pk) in seen:
            sheet.problem(row, _("opleiding"), _("staat er twee keer in."))
        else:
            seen.add((programme.pk, year, chosen.pk))
            found.setdefault(chosen, {})[programme.pk, year] = values["number"]
    problems = [str(problem) for problem in sheet.problems]
    return ({} if problems else found), problems
