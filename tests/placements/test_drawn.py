"""A row or card that is kept in the process says exactly what a newly drawn one says, whatever changes on it (decision 8)."""

import datetime as dt
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from placements.browse.cards import Card
from placements.guidance.enums import HelpAction, HelpReason
from placements.guidance.registry import Found
from placements.guidance.selectors import HelpRow
from placements.progress import Progress
from placements.student_rows import StudentRow
from stagematch.accounts.models import User
from stagematch.regions.models import PostcodeArea
from students.enums import SearchStatus
from students.models import PlacementSearch, Student

ONE, OTHER = UUID(int=1), UUID(int=2)
LISTED = StudentRow(
    public_id=ONE,
    name="Noor Jansen",
    email="noor@school.example",
    student_number="1001",
    school="Een school",
    class_name="SW1A",
    year=1,
    rejections=2,
    progress=Progress.PLACED,
    open_applications=3,
    searching_since=dt.date(2026, 9, 1),
    period_name="Najaar",
    also_seeks="Voorjaar",
    address_stopped=False,
)
CARD = Card(
    vacancy=None,  # type: ignore[arg-type]  # the template may not look at it
    url="/stageplekken/een/",
    titel="Koken met ouderen",
    organisatie="Buurthuis",
    plaats="Leiden",
    icoon="users",
    kleur="blauw",
    dagen="Ma en di",
    reis="",
    doelgroep="Ouderen",
    vergoeding="Geen",
    vrij=2,
    reacties=None,
    termijn=5,
    full=False,
)
REASON = Found(HelpReason.SILENT, "Al 16 dagen stil.", HelpAction.TALK, 30)


def help_row(
    *,
    found: tuple[Found, ...] = (REASON,),
    key: UUID = ONE,
    first: str = "Noor",
    last: str = "Jansen",
    email: str = "noor@school.example",
    year: int = 1,
    home: str = "Leiden",
    days: int = 2,
    wishes: tuple[str, ...] = ("Jongeren",),
    status: str = SearchStatus.OPEN,
    count: int = 1,
) -> HelpRow:
    user = User(first_name=first, last_name=last, email=email)
    search = PlacementSearch(home=PostcodeArea(place=home), days_per_week=days, weekdays=0b11111, status=status)
    vars(search)["wishes"] = list(wishes)
    return HelpRow(Student(public_id=key, user=user, year=year), search, found, count)


HELPED: list[dict[str, Any]] = [
    {"found": (replace(REASON, sentence="Al 17 dagen stil."),)},
    {"found": (replace(REASON, code=HelpReason.LONG),)},
    {"found": (replace(REASON, action=HelpAction.CALL),)},
    {"found": (replace(REASON, action=HelpAction.PLACE),)},
    {"found": (replace(REASON, is_structural=True),)},
    {"found": (REASON, replace(REASON, sentence="3 keer nee gekregen."))},
    {"key": OTHER},
    {"first": "Saar"},
    {"last": "de Vries"},
    {"first": "", "last": ""},
    {"first": "", "last": "", "email": "saar@school.example"},
    {"year": 2},
    {"home": "Delft"},
    {"days": 3},
    {"wishes": ("Ouderen",)},
    {"wishes": ()},
    {"status": SearchStatus.DRAFT},
    {"count": 2},
]


def same_as_new(template: str, name: str, base: Any, changed: Any) -> None:
    """Draw one after the other: neither may give the other's html, and in English both say it in English."""
    for language in ("nl", "en"):
        with translation.override(language):
            before, after = (render_to_string(template, {name: row}) for row in (base, changed))
            assert before != after
            assert [base.drawn, changed.drawn, base.drawn] == [before, after, before]
            assert "csrf" not in after


def other(value: object) -> Any:
    """Something else of the same kind."""
    match value:
        case bool():
            return not value
        case Progress():
            return Progress.SEEKING
        case int():
            return value + 1
        case UUID():
            return OTHER
        case dt.date():
            return value + dt.timedelta(days=1)
        case _:
            return f"{value}<x>"


@pytest.mark.parametrize("name", [field.name for field in fields(StudentRow) if field.name != "email"])
def test_a_student_in_the_list(name: str) -> None:
    same_as_new("placements/_student_row.html", "row", LISTED, replace(LISTED, **{name: other(getattr(LISTED, name))}))


def test_a_student_in_the_list_without_a_name() -> None:
    nameless = replace(LISTED, name="")
    same_as_new("placements/_student_row.html", "row", nameless, replace(nameless, email="saar@school.example"))


@pytest.mark.parametrize("change", HELPED, ids=lambda change: "-".join(change))
def test_a_student_who_needs_somebody(change: dict[str, Any]) -> None:
    base: dict[str, Any] = {"first": "", "last": ""} if "email" in change else {}
    same_as_new("placements/guidance/_row.html", "row", help_row(**base), help_row(**change))


def test_as_many_reactions_as_the_rules_allow_are_told(settings: Any) -> None:
    row = help_row()
    before = row.drawn
    settings.MAX_OPEN_APPLICATIONS += 1
    assert before != row.drawn == render_to_string("placements/guidance/_row.html", {"row": row})


SHOWN = [field.name for field in fields(Card) if isinstance(getattr(CARD, field.name), str | int)]
NEVER_KEPT = {"reis", "bewaar_url"}
NOT_SHOWN = {"full", "bewaard", "reis_icoon"}  # the last two only beside a button or a way from home


@pytest.mark.parametrize("name", [name for name in SHOWN if name not in NEVER_KEPT | NOT_SHOWN])
def test_a_card(name: str) -> None:
    same_as_new("ui/plek_kaart.html", "p", CARD, replace(CARD, **{name: other(getattr(CARD, name))}))


@pytest.mark.parametrize("name", sorted(NOT_SHOWN))
def test_what_a_card_does_not_show_is_no_part_of_its_key(name: str) -> None:
    changed = replace(CARD, **{name: other(getattr(CARD, name))})
    assert changed.drawn == CARD.drawn == render_to_string("ui/plek_kaart.html", {"p": changed})
