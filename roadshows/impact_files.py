"""The report of roadshows as a table and as an accessible PDF."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roadshows.impact import Compared, Group, Report
from stagematch.clock import today
from stagematch.ui.pdf import render_pdf


def table_of(report: Report) -> tuple[list[str], list[list[object]]]:
    """Head and rows: one number per row, with what it is about."""
    head = [_("Onderdeel"), _("Waarvan"), _("Wat"), _("Aantal")]
    rows: list[list[object]] = [
        [_("trechter"), "", step.label, _cell(step.number.value, str(step.number))] for step in report.steps
    ]
    for name, groups in _tables(report):
        for group in groups:
            for column, number in zip(report.columns, group.numbers, strict=True):
                rows.append([name, group.label, column, _cell(number.value, str(number))])
    came = report.came
    of_the_day: tuple[tuple[str, int | None], ...] = (
        (_("aangemeld"), came.registered),
        (_("gekomen"), came.came),
        (_("handtekeningen"), report.signatures.value),
    )
    rows += [[_("de dag"), "", label, value if value is not None else ""] for label, value in of_the_day]
    rows += [[_("opbrengst"), row.owner, row.text, str(row.get_status_display())] for row in report.outcomes]
    for month in report.months:
        name = date_format(month.first, "Y-m")
        rows.append([_("per maand"), name, _("toegezegd"), month.promised])
        rows.append([_("per maand"), name, _("online gezet"), month.published])
    if report.compared is not None:
        region = report.compared.region
        rows += [[_("vergelijking"), region, label, count] for label, count in _compared_rows(report.compared)]
    return head, rows


def _cell(value: int | None, words: str) -> object:
    return words if value is None or words != str(value) else value


def _tables(report: Report) -> list[tuple[str, list[Group]]]:
    return [
        (_("per roadshow"), report.per_roadshow),
        (_("per regio"), report.per_region),
        (_("per organisatie"), report.per_organisation),
    ]


def _compared_rows(row: Compared) -> list[tuple[str, int]]:
    return [
        (_("plekken online in %(n)d maanden ervoor") % {"n": row.months}, row.before),
        (_("plekken online in %(n)d maanden erna") % {"n": row.months}, row.after),
        (_("%(n)d regio's zonder roadshow, ervoor") % {"n": row.others}, row.others_before),
        (_("%(n)d regio's zonder roadshow, erna") % {"n": row.others}, row.others_after),
    ]


def pdf_of(report: Report, title: str) -> bytes:
    """Return the report as PDF/UA."""
    sections: list[dict[str, Any]] = [
        {
            "title": _("Van belofte naar plek"),
            "text": _("Elke stap telt plekken. Wie verder is, telt ook mee in de stap ervoor."),
            "head": [_("Stap"), _("Aantal")],
            "rows": [[f"{step.label} ({step.explanation})", str(step.number)] for step in report.steps],
        }
    ]
    for name, groups in _tables(report):
        if groups:
            rows = [[group.label, *[str(number) for number in group.numbers]] for group in groups]
            sections.append(
                {"title": name.capitalize(), "text": "", "head": [_("Naam"), *report.columns], "rows": rows}
            )
    came = report.came
    sections.append(
        {
            "title": _("De dag"),
            "text": "",
            "head": [_("Wat"), _("Aantal")],
            "rows": [
                [_("aangemeld"), str(came.registered)],
                [_("gekomen"), str(came.came)],
                [_("handtekeningen onder de erkenningsverklaring"), str(report.signatures)],
            ],
        }
    )
    if report.outcomes:
        rows = [
            [row.text, row.owner, date_format(row.due_on, "j F Y") if row.due_on else "", str(row.get_status_display())]
            for row in report.outcomes
        ]
        head = [_("Opbrengst"), _("Wie"), _("Uiterlijk"), _("Stand")]
        sections.append({"title": _("Opbrengsten"), "text": "", "head": head, "rows": rows})
    if report.compared is not None:
        sections.append(
            {
                "title": _("Naast regio's zonder roadshow"),
                "text": _(
                    "Dit is een vergelijking en geen bewijs. Regio's verschillen in meer dan een roadshow. "
                    "Geteld zijn plekken die online kwamen."
                ),
                "head": [_("Wat"), _("Aantal")],
                "rows": [[label, str(number)] for label, number in _compared_rows(report.compared)],
            }
        )
    return render_pdf(
        "roadshow",
        {
            "title": title,
            "intro": _("Stand van %(day)s.") % {"day": date_format(today(), "j F Y")},
            "footer": _("stagematch voor mbo Sociaal Werker"),
            "sections": sections,
        },
    )
